/* serac_cmd_init.c - serac init: a commented file to start from.
 *
 * It is the file in configs/ that documents its kind's keys, under the name that was asked
 * for: so what a beginner gets is what the tests run and what the documents mean. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "serac_cli.h"
#include "serac_root.h"

static const struct {
    const char *kind, *shipped, *blob;
    const char *next;            /* what to do with it; %s is its path */
} kinds[] = {
    {"sweep", "configs/sweeps/example.cfg", NULL, "serac sweep %s --out results"},
    {"design", "configs/designs/tiny.cfg", NULL, "serac describe --design %s"},
    {"memory", "configs/memory/default.cfg", NULL, "serac infer fashion-w2 --memory %s"},
    {"network", "configs/networks/example.cfg", "configs/networks/example.bin", "serac infer %s --design tiny --limit 10"},
};
#define KINDS (sizeof kinds / sizeof *kinds)

static char *read_shipped(const char *below, size_t *bytes)
{
    char path[1024], *text = NULL;
    FILE *from = fopen(serac_root_path(path, sizeof path, below), "rb");
    FILE *to = from ? open_memstream(&text, bytes) : NULL;
    int c;
    while (to && (c = getc(from)) != EOF)
        putc(c, to);
    bool good = to && !ferror(from);
    if (to && fclose(to))
        good = false;
    if (from)
        fclose(from);
    if (good)
        return text;
    fprintf(stderr, "serac: %s: cannot be read\n", path);
    free(text);
    return NULL;
}

/* `line` is KEY's. */
static bool has_key(const char *line, const char *key)
{
    size_t length = strlen(key);
    return !strncmp(line, key, length) && !strncmp(line + length, " = ", 3);
}

/* The text under its new name: the first line, and of a network its name and blob. The
 * caller's to free; NULL without memory. */
static char *renamed(const char *text, size_t kind, const char *path, const char *stem, size_t *bytes)
{
    char *made = NULL;
    FILE *to = open_memstream(&made, bytes);
    if (!to)
        return NULL;
    fprintf(to, "# %s.cfg - a %s to edit, from serac init %s. Then:\n#   ", stem, kinds[kind].kind, kinds[kind].kind);
    fprintf(to, kinds[kind].next, path);
    fputc('\n', to);
    for (const char *line = strchr(text, '\n') + 1; *line;) {
        size_t length = strcspn(line, "\n") + 1;
        if (kinds[kind].blob && has_key(line, "name"))
            fprintf(to, "name = \"%s\";\n", stem);
        else if (kinds[kind].blob && has_key(line, "blob"))
            fprintf(to, "blob = \"%s.bin\";              # weights and parameters, beside this file\n", stem);
        else if (strncmp(line, "#   build/serac ", 16))
            fwrite(line, 1, length, to);
        line += length;
    }
    return fclose(to) ? NULL : made;
}

static int write_new(const char *path, const void *data, size_t bytes)
{
    if (access(path, F_OK) == 0) {
        fprintf(stderr, "serac init: %s: is there already; give another name\n", path);
        return SERAC_EXIT_INPUT;
    }
    return serac_cli_write(path, data, bytes);
}

static int write_all(size_t kind, const char *path)
{
    char blob_path[1024], stem[64];
    const char *slash = strrchr(path, '/');
    size_t bytes, blob_bytes = 0, length = strlen(path) - 4;
    snprintf(stem, sizeof stem, "%.*s", (int)(length - (size_t)(slash ? slash + 1 - path : 0)),
             slash ? slash + 1 : path);
    snprintf(blob_path, sizeof blob_path, "%.*s.bin", (int)length, path);
    char *text = read_shipped(kinds[kind].shipped, &bytes), *blob = NULL, *made = NULL;
    int code = text ? SERAC_EXIT_DONE : SERAC_EXIT_INTERNAL;
    if (text && !(made = renamed(text, kind, path, stem, &bytes)))
        code = serac_cli_fail(SERAC_E_NOMEM, NULL);
    if (code == SERAC_EXIT_DONE && kinds[kind].blob) {
        blob = read_shipped(kinds[kind].blob, &blob_bytes);
        code = blob ? write_new(blob_path, blob, blob_bytes) : SERAC_EXIT_INTERNAL;
    }
    if (code == SERAC_EXIT_DONE)
        code = write_new(path, made, bytes);
    free(text);
    free(made);
    free(blob);
    if (code != SERAC_EXIT_DONE)
        return code;
    printf("written: %s%s%s; then: ", path, kinds[kind].blob ? " and " : "", kinds[kind].blob ? blob_path : "");
    printf(kinds[kind].next, path);
    putchar('\n');
    return SERAC_EXIT_DONE;
}

int serac_cmd_init(int argc, char **argv)
{
    const char *what, *out = NULL;
    const struct serac_option options[] = {
        {"out", "FILE", "or -o: the file to write, FILE.cfg; of a network also FILE.bin (KIND.cfg)", &out},
        {NULL, NULL, NULL, NULL}};
    const struct serac_usage usage = {
        "init", "sweep|design|memory|network [-o FILE.cfg]",
        "Writes a file to start from, with every key explained. It works as it is; a file that is there\n"
        "already is left alone.",
        "  serac init sweep -o mine.cfg\n"
        "  serac init design -o wide.cfg\n", options};
    char own[64];
    int code = serac_cli_parse(&usage, argc, argv, &what, 1);
    if (code >= 0)
        return code;
    size_t kind = 0;
    while (kind < KINDS && strcmp(kinds[kind].kind, what))
        kind++;
    if (kind == KINDS) {
        fprintf(stderr, "serac init: %s: must be sweep, design, memory or network\n", what);
        return SERAC_EXIT_INPUT;
    }
    if (!out) {
        snprintf(own, sizeof own, "%s.cfg", what);
        out = own;
    }
    size_t length = strlen(out);
    if (length < 5 || length > 200 || strcmp(out + length - 4, ".cfg") || out[length - 5] == '/') {
        fprintf(stderr, "serac init: --out %s: must end in .cfg, so that it is taken for a path\n", out);
        return SERAC_EXIT_INPUT;
    }
    if (strpbrk(out, "\"\\\n\r")) {
        fprintf(stderr, "serac init: --out: a name without quotes, backslashes and line ends\n");
        return SERAC_EXIT_INPUT;
    }
    return write_all(kind, out);
}
