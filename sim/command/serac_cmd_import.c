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
#include "serac_import_network.h"
#include "serac_part.h"

#define FILE_MAX (512u << 20)

/* The whole file and a zero byte behind it; NULL after a line in `error`. A text has no zero bytes. */
static char *read_whole(const char *path, bool is_text, size_t *bytes, struct serac_error *error)
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
    if (good && !(is_text && memchr(text, '\0', *bytes))) {
        text[*bytes] = '\0';
        return text;
    }
    snprintf(error->text, sizeof error->text, "%s: %s", path,
             good                 ? "holds a zero byte, so it is no table"
             : *bytes >= FILE_MAX ? "larger than 512 MiB"
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
        fprintf(stderr, "serac: %s: %s\n", out, same ? "is what is to be imported" : "is no file");
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
    int fd = mkstemp(part), guard = fd >= 0 ? serac_part_guard(part) : -1;
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
    serac_part_forget(guard);
    return good ? code : SERAC_EXIT_INPUT;
}

/* --- networks ---------------------------------------------------------- */

/* NET.cfg's blob is NET.bin. */
static bool blob_name(const char *out, char path[1100])
{
    size_t length = strlen(out);
    if (length > 4 && !strcmp(out + length - 4, ".cfg"))
        length -= 4;
    return snprintf(path, 1100, "%.*s.bin", (int)length, out) < 1100;
}

/* What was written must read back. */
static int say_network(const char *out)
{
    struct serac_network *n = NULL;
    struct serac_error error = {""};
    uint64_t macs = 0;
    uint32_t host = 0;
    enum serac_status status = serac_network_load(out, &n, &error);
    if (status != SERAC_OK)
        return serac_cli_fail(status, &error);
    for (uint32_t i = 0; i < n->num_layers; i++) {
        macs += serac_layer_macs(&n->layers[i]);
        host += n->layers[i].op == SERAC_OP_HOST;
    }
    printf("%s: %u layers, %.4g M multiply-accumulates, %llu bytes of weights, input %ux%ux%u\n", out,
           (unsigned)n->num_layers, (double)macs * 1e-6, (unsigned long long)serac_network_weight_bytes(n),
           (unsigned)n->input.height, (unsigned)n->input.width, (unsigned)n->input.channels);
    const char *comma = ": ";
    if (host)
        printf("on the host: %u of them", (unsigned)host);
    for (uint32_t i = 0; i < n->num_layers; i++)
        if (n->layers[i].op == SERAC_OP_HOST) {
            printf("%s%s", comma, n->layers[i].name);
            comma = ", ";
        }
    if (host)
        putchar('\n');
    serac_network_destroy(n);
    return SERAC_EXIT_DONE;
}

/* Both files or none: neither has its name before all of both is written. */
static int write_pair(const char *path, const uint8_t *bytes, size_t count, const char *out, const char *text,
                      size_t text_bytes)
{
    struct serac_part blob = {.file = NULL}, file = {.file = NULL};
    struct serac_error error = {""};
    enum serac_status status = serac_part_begin(&blob, path, &error);
    if (status == SERAC_OK)
        status = serac_part_begin(&file, out, &error);
    if (status == SERAC_OK) {
        fwrite(bytes, 1, count, blob.file);
        fwrite(text, 1, text_bytes, file.file);
        (void)fflush(blob.file);             /* the first that has no room says so, and drops the other */
        (void)fflush(file.file);
        status = serac_part_end(ferror(blob.file) || !ferror(file.file) ? &blob : &file, &error);
    }
    if (status == SERAC_OK)
        status = serac_part_end(&file, &error);
    serac_part_drop(&blob);
    serac_part_drop(&file);
    return status == SERAC_OK ? SERAC_EXIT_DONE : serac_cli_fail(status, &error);
}

static int write_network(const struct serac_import *import, const struct serac_build *build, const char *out)
{
    char path[1100], *text;
    uint8_t *bytes;
    size_t text_bytes, count;
    if (!blob_name(out, path)) {
        fprintf(stderr, "serac: %.60s...: the name is too long\n", out);
        return SERAC_EXIT_INPUT;
    }
    if (!may_write(import->path, out) || !may_write(import->path, path))
        return SERAC_EXIT_INPUT;
    const char *slash = strrchr(path, '/');
    int code = serac_build_write(build, slash ? slash + 1 : path, import->notes, &text, &text_bytes, &bytes, &count)
                   ? SERAC_EXIT_DONE : serac_cli_fail(SERAC_E_NOMEM, NULL);
    if (code == SERAC_EXIT_DONE)
        code = write_pair(path, bytes, count, out, text, text_bytes);
    free(text);
    free(bytes);
    return code == SERAC_EXIT_DONE ? say_network(out) : code;
}

/* --- the command --------------------------------------------------------- */

enum kind { NONE, CSV, YAML, TFLITE, ONNX };

/* By the file's ending, in any case. */
static enum kind kind_of(const char *path)
{
    static const struct {
        const char *ending;
        enum kind kind;
    } kinds[] = {{".csv", CSV}, {".yaml", YAML}, {".yml", YAML}, {".tflite", TFLITE}, {".onnx", ONNX}};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof kinds / sizeof *kinds; i++)
        if (!strcasecmp(dot, kinds[i].ending))
            return kinds[i].kind;
    return NONE;
}

static int import_file(struct serac_import *import, enum kind kind, const struct serac_import_choice *choice,
                       const char *out)
{
    struct serac_build build = {.network = NULL};
    char name[SERAC_NAME_MAX];
    size_t bytes;
    bool network = kind == TFLITE || kind == ONNX;
    errno = 0;
    char *text = read_whole(import->path, !network, &bytes, import->error);
    enum serac_status status = SERAC_E_INPUT;
    name_of(out, name);
    if (text)
        status = kind == CSV    ? serac_import_csv(import, text)
                 : kind == YAML ? serac_import_yaml(import, text)
                 : kind == ONNX ? serac_import_onnx(import, (uint8_t *)text, bytes, name, &build)
                                : serac_import_tflite(import, (uint8_t *)text, bytes, choice, name, &build);
    /* Readers refuse what they have no memory for like what they cannot read, or leave out a note; an allocation that
     * failed has set errno, and nothing above does files. */
    if (errno == ENOMEM) {
        status = SERAC_E_NOMEM;
        snprintf(import->error->text, sizeof import->error->text, "%.400s: out of memory", import->path);
    }
    int code = status != SERAC_OK ? serac_cli_fail(status, import->error)
               : network          ? write_network(import, &build, out)
                                  : write_out(import, out);
    for (const char *at = import->notes; code == SERAC_EXIT_DONE && at && *at; at = strchr(at, '\n') + 1)
        printf("note: %.*s\n", (int)strcspn(at, "\n"), at);
    serac_build_free(&build);
    free(text);
    return code;
}

int serac_cmd_import(int argc, char **argv)
{
    const char *path, *out = NULL, *rounding = NULL, *patches = NULL;
    const struct serac_option options[] = {
        {"out", "FILE", "or -o: the network or workload to write (required)", &out},
        {"rounding", "R", "of .tflite: double (the reference's, default) or single", &rounding},
        {"patches", NULL, "of .tflite: the host makes a patch matrix for a convolution of the input", &patches},
        {NULL, NULL, NULL, NULL}};
    const struct serac_usage usage = {
        "import", "MODEL -o FILE.cfg",
        "Writes a quantised network of another tool as a network, with FILE.bin beside it:\n"
        ".tflite: TensorFlow Lite, int8 or uint8, weights also int4.\n"
        ".onnx: ONNX with QLinear* and *Integer operators, QuantizeLinear and DequantizeLinear around others, QONNX's and\n"
        "FINN's quantisers at 1 to 8 bits, or integers in floats with floor shifts (DORY, NEMO, QuantLab).\n"
        "Writes the layers of another tool's table as a workload, which sweeps and shapes take:\n"
        ".csv: SCALE-Sim topology (convolutions, or M,N,K); .yaml: Timeloop problem or ZigZag workload.",
        "  serac import kws_ref_model.tflite -o kws.cfg\n"
        "  serac import tfc_w1a1.onnx -o tfc.cfg\n"
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
    enum kind kind = kind_of(path);
    if (kind == NONE) {
        fprintf(stderr, "serac: %s: must end in .tflite, .onnx, .csv, .yaml or .yml\n", path);
        return SERAC_EXIT_INPUT;
    }
    if (rounding && (kind != TFLITE || (strcmp(rounding, "double") && strcmp(rounding, "single")))) {
        fprintf(stderr, "serac: --rounding %s: must be double or single, and goes with .tflite\n", rounding);
        return SERAC_EXIT_INPUT;
    }
    if (patches && kind != TFLITE) {
        fprintf(stderr, "serac: --patches goes with .tflite\n");
        return SERAC_EXIT_INPUT;
    }
    struct serac_import import = {.path = path, .error = &error};
    bool single = rounding && !strcmp(rounding, "single");
    struct serac_import_choice choice = {single ? SERAC_MODE_SINGLE : SERAC_MODE_DOUBLE, patches != NULL};
    code = import_file(&import, kind, &choice, out);
    serac_import_free(&import);
    return code;
}
