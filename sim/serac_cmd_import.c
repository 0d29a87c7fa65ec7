/* serac_cmd_import.c - serac import. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "serac_cli.h"
#include "serac_import.h"

#define FILE_MAX (64u << 20)

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
        const char *layer = strstr(error.text, ": ");          /* behind file and line */
        snprintf(text.text, sizeof text.text, "%s: %.400s", path, layer ? layer + 2 : error.text);
        return serac_cli_fail(status, &text);
    }
    printf("%s: %u layers, %.4g M multiply-accumulates, %.4g M parameters\n", out, (unsigned)w->num_layers,
           (double)serac_workload_macs(w) * 1e-6, (double)serac_workload_parameters(w) * 1e-6);
    serac_workload_destroy(w);
    return SERAC_EXIT_DONE;
}

/* Neither the table itself nor anything but a file is written over. */
static bool may_write(const char *path, const char *out)
{
    struct stat in, to;
    if (stat(out, &to) != 0)
        return true;
    bool same = stat(path, &in) == 0 && in.st_dev == to.st_dev && in.st_ino == to.st_ino;
    if (same || !S_ISREG(to.st_mode))
        fprintf(stderr, "serac: %s: %s\n", out, same ? "is the table itself" : "is no file");
    return !same && S_ISREG(to.st_mode);
}

static int write_out(const struct serac_import *import, const char *out)
{
    char name[SERAC_NAME_MAX], part[1100];
    bool slash = strchr(out, '/') != NULL;
    if (snprintf(part, sizeof part, "%s%s.XXXXXX", slash ? "" : "./", out) >= (int)sizeof part) {
        fprintf(stderr, "serac: %.60s...: the name is too long\n", out);
        return SERAC_EXIT_INPUT;
    }
    if (!may_write(import->path, out))
        return SERAC_EXIT_INPUT;
    int fd = mkstemp(part);
    FILE *to = fd >= 0 ? fdopen(fd, "w") : NULL;
    bool good = to && fchmod(fd, 0644) == 0;
    name_of(out, name);
    if (to) {
        serac_import_write(import, name, to);
        good = !ferror(to) && fclose(to) == 0 && good;
    }
    int code = good ? check(import->path, part, out) : SERAC_EXIT_INPUT;
    if (good && code == SERAC_EXIT_DONE)
        good = rename(part, out) == 0;
    if (!good)
        fprintf(stderr, "serac: %s: cannot be written: %s\n", out, strerror(errno));
    if (fd >= 0 && (!good || code != SERAC_EXIT_DONE))
        remove(part);
    return good ? code : SERAC_EXIT_INPUT;
}

/* .csv 1, .yaml or .yml 2, else 0; in any case. */
static int kind_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    return !dot ? 0 : !strcasecmp(dot, ".csv") ? 1 : !strcasecmp(dot, ".yaml") || !strcasecmp(dot, ".yml") ? 2 : 0;
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
    int kind = kind_of(path);
    if (!kind) {
        fprintf(stderr, "serac: %s: must end in .csv, .yaml or .yml\n", path);
        return SERAC_EXIT_INPUT;
    }
    struct serac_import import = {.path = path, .error = &error};
    size_t bytes;
    char *text = read_whole(path, &bytes, &error);
    enum serac_status status = !text ? SERAC_E_INPUT
                               : kind == 1 ? serac_import_csv(&import, text)
                                           : serac_import_yaml(&import, text);
    code = status == SERAC_OK ? write_out(&import, out) : serac_cli_fail(status, &error);
    for (const char *at = import.notes; code == SERAC_EXIT_DONE && at && *at; at = strchr(at, '\n') + 1)
        printf("note: %.*s\n", (int)strcspn(at, "\n"), at);
    serac_import_free(&import);
    free(text);
    return code;
}
