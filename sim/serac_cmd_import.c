/* serac_cmd_import.c - serac import. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_cli.h"
#include "serac_import.h"

#define FILE_MAX (64u << 20)

static bool ends(const char *path, const char *with)
{
    size_t length = strlen(path), tail = strlen(with);
    return length > tail && !strcmp(path + length - tail, with);
}

/* The whole file and a zero byte behind it; NULL after a line in `error`. */
static char *read_whole(const char *path, size_t *bytes, struct serac_error *error)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t room = 0, got = 1;
    *bytes = 0;
    while (file && got && *bytes < FILE_MAX) {
        if (*bytes + 1 >= room) {
            char *more = realloc(text, room = 2 * room + 65536);
            if (!more)
                break;
            text = more;
        }
        got = fread(text + *bytes, 1, room - *bytes - 1, file);
        *bytes += got;
    }
    bool good = file && text && !got && !ferror(file);
    if (file)
        fclose(file);
    if (good && !memchr(text, '\0', *bytes)) {
        text[*bytes] = '\0';
        return text;
    }
    snprintf(error->text, sizeof error->text, "%s: %s", path,
             good                 ? "holds a zero byte, so it is no table"
             : *bytes >= FILE_MAX ? "larger than 64 MiB"
                                  : "cannot be read");
    free(text);
    return NULL;
}

/* File name of `out` without folder and ending, as the workload's name. */
static void name_of(const char *out, char name[SERAC_NAME_MAX])
{
    const char *slash = strrchr(out, '/');
    snprintf(name, SERAC_NAME_MAX, "%.60s", slash ? slash + 1 : out);
    char *dot = strrchr(name, '.');
    if (dot && dot > name)
        *dot = '\0';
    for (char *at = name; *at; at++)
        if (*at < ' ' || *at > '~' || *at == '"' || *at == '\\')
            *at = '_';
}

/* What was written to `part` must read back as a workload. */
static int check(const char *path, const char *part, const char *out)
{
    struct serac_workload *w = NULL;
    struct serac_error error = {""};
    enum serac_status status = serac_workload_load(part, &w, &error);
    if (status != SERAC_OK) {
        struct serac_error text;
        snprintf(text.text, sizeof text.text, "%s: as a workload: %.400s", path, error.text);
        return serac_cli_fail(status, &text);
    }
    printf("%s: %u layers, %.4g M multiply-accumulates, %.4g M parameters\n", out, (unsigned)w->num_layers,
           (double)serac_workload_macs(w) * 1e-6, (double)serac_workload_parameters(w) * 1e-6);
    serac_workload_destroy(w);
    return SERAC_EXIT_DONE;
}

static int write_out(const struct serac_import *import, const char *out)
{
    char name[SERAC_NAME_MAX], *text = NULL, part[1100];
    size_t bytes = 0;
    FILE *to = open_memstream(&text, &bytes);
    name_of(out, name);
    if (to)
        serac_import_write(import, name, to);
    if (!to || fclose(to) != 0)
        return serac_cli_fail(SERAC_E_NOMEM, NULL);
    snprintf(part, sizeof part, "%s%s.check", strchr(out, '/') ? "" : "./", out);
    int code = serac_cli_write(part, text, bytes);
    if (code == SERAC_EXIT_DONE)
        code = check(import->path, part, out);
    if (code == SERAC_EXIT_DONE)
        code = serac_cli_write(out, text, bytes);
    remove(part);
    free(text);
    return code;
}

int serac_cmd_import(int argc, char **argv)
{
    const char *path, *out = NULL;
    const struct serac_option options[] = {
        {"out", "FILE", "or -o: the workload to write (required)", &out}, {NULL, NULL, NULL, NULL}};
    const struct serac_usage usage = {
        "import", "TABLE -o FILE.cfg",
        "Writes the layers of another tool's file as a workload, which sweeps and shapes "
        "take:\n.csv: SCALE-Sim topology (convolutions, or M,N,K); .yaml: Timeloop problem or "
        "ZigZag workload.",
        "  serac import Resnet50.csv -o resnet50-scalesim.cfg\n"
        "  serac import zigzag_resnet18.yaml -o resnet18.cfg\n",
        options};
    struct serac_error error = {""};
    int code = serac_cli_parse(&usage, argc, argv, &path, 1);
    if (code >= 0)
        return code;
    if (!out) {
        fprintf(stderr, "serac import: --out is missing; see serac import --help\n");
        return SERAC_EXIT_INPUT;
    }
    bool csv = ends(path, ".csv");
    if (!csv && !ends(path, ".yaml") && !ends(path, ".yml")) {
        fprintf(stderr, "serac: %s: must end in .csv, .yaml or .yml\n", path);
        return SERAC_EXIT_INPUT;
    }
    struct serac_import import = {.path = path, .error = &error};
    size_t bytes;
    char *text = read_whole(path, &bytes, &error);
    enum serac_status status = !text ? SERAC_E_INPUT
                               : csv ? serac_import_csv(&import, text)
                                     : serac_import_yaml(&import, text, bytes);
    code = status == SERAC_OK ? write_out(&import, out) : serac_cli_fail(status, &error);
    for (const char *at = import.notes; code == SERAC_EXIT_DONE && at && *at; at = strchr(at, '\n') + 1)
        printf("note: %.*s\n", (int)strcspn(at, "\n"), at);
    serac_import_free(&import);
    free(text);
    return code;
}
