/* conformance.c - runs built networks on a device. */
#include "conformance.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "serac_import_network.h"
#include "serac_infer.h"

void conformance_open(struct conformance *run, const char *suite, int argc, char **argv)
{
    *run = (struct conformance){.suite = suite, .design = "weight-serial", .backend = "model",
                                .folder = "/tmp/serac-conformance-XXXXXX"};
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--design"))
            run->design = argv[i + 1];
        if (!strcmp(argv[i], "--backend"))
            run->backend = argv[i + 1];
    }
    if (!getenv("SERAC_DATA")) {
        printf("skipped: %s: SERAC_DATA is not set\n", suite);
        exit(77);
    }
    if (!mkdtemp(run->folder)) {
        perror(run->folder);
        exit(1);
    }
}

const char *conformance_path(const char *name, char room[512])
{
    snprintf(room, 512, "%s/%s", getenv("SERAC_DATA"), name);
    return room;
}

void conformance_fail(struct conformance *run, const char *name, const char *why)
{
    run->cases++;
    printf("FAIL %s %s: %s\n", run->suite, name, why);
}

void conformance_skip(struct conformance *run, const char *name, const char *why)
{
    run->cases++;
    run->skipped++;
    printf("skipped %s %s: %s\n", run->suite, name, why);
}

uint8_t *conformance_read(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = NULL;
    *size = 0;
    if (file && fseek(file, 0, SEEK_END) == 0) {
        long length = ftell(file);
        rewind(file);
        bytes = length >= 0 ? calloc((size_t)length + 1, 1) : NULL;
        if (bytes)
            *size = fread(bytes, 1, (size_t)length, file);
    }
    if (file)
        fclose(file);
    return bytes;
}

bool conformance_import(struct conformance *run, const char *name, const uint8_t *bytes, size_t size,
                        struct serac_build *build)
{
    struct serac_error error = {""};
    struct serac_import import = {.path = name, .error = &error};
    enum serac_status status = serac_import_onnx(&import, bytes, size, "case", build);
    if (status != SERAC_OK)
        conformance_fail(run, name, error.text);
    serac_import_free(&import);
    return status == SERAC_OK;
}

static bool write_file(const char *path, const void *bytes, size_t count)
{
    FILE *to = fopen(path, "wb");
    bool good = to && fwrite(bytes, 1, count, to) == count;
    return to && fclose(to) == 0 && good;
}

/* NET.cfg, NET.bin and the inputs as bytes. */
static bool write_files(const struct conformance *run, const struct serac_build *build, const int32_t *inputs,
                        size_t count)
{
    char path[128], *text;
    uint8_t *blob, *codes = malloc(count + 1);
    size_t text_bytes, blob_bytes;
    bool good = codes && serac_build_write(build, "net.bin", NULL, &text, &text_bytes, &blob, &blob_bytes);
    for (size_t i = 0; codes && i < count; i++)
        codes[i] = (uint8_t)inputs[i];
    snprintf(path, sizeof path, "%s/net.cfg", run->folder);
    good = good && write_file(path, text, text_bytes);
    snprintf(path, sizeof path, "%s/net.bin", run->folder);
    good = good && write_file(path, blob, blob_bytes);
    snprintf(path, sizeof path, "%s/input.bin", run->folder);
    good = good && write_file(path, codes, count);
    free(codes);
    free(text);
    free(blob);
    return good;
}

/* Numbers separated by white space. */
static bool parse(char *text, int32_t **values, size_t *count)
{
    size_t room = 0;
    *values = NULL;
    *count = 0;
    for (char *at = text, *end;; at = end) {
        long value = strtol(at, &end, 10);
        if (end == at)
            return *values != NULL;
        if (*count == room) {
            int32_t *more = realloc(*values, (room = 2 * room + 1024) * sizeof *more);
            if (!more)
                return false;
            *values = more;
        }
        (*values)[(*count)++] = (int32_t)value;
    }
}

bool conformance_run(struct conformance *run, const char *name, const struct serac_build *build,
                     const int32_t *inputs, size_t count, int32_t **outputs, size_t *num_outputs)
{
    char network[128], input[128], *text = NULL;
    size_t bytes;
    struct serac_setting setting;
    struct serac_infer_result result;
    struct serac_error error = {""};
    *outputs = NULL;
    snprintf(network, sizeof network, "%s/net.cfg", run->folder);
    snprintf(input, sizeof input, "%s/input.bin", run->folder);
    if (!write_files(run, build, inputs, count) || serac_cli_setting(run->design, NULL, NULL, &setting) >= 0) {
        conformance_fail(run, name, "its files cannot be written, or there is no such design");
        return false;
    }
    struct serac_infer_job job = {.setting = &setting, .network = network, .backend = run->backend,
                                  .input = input, .outputs = open_memstream(&text, &bytes)};
    enum serac_status status = serac_infer_run(&job, &result, &error);
    fclose(job.outputs);
    if (status == SERAC_OK)
        serac_infer_free(&result);
    bool good = status == SERAC_OK && parse(text, outputs, num_outputs);
    free(text);
    if (!good)
        conformance_fail(run, name, error.text[0] ? error.text : "no outputs");
    return good;
}

void conformance_compare(struct conformance *run, const char *name, const int32_t *got, size_t num_got,
                         const int32_t *expected, size_t num_expected)
{
    char text[128];
    if (num_got != num_expected) {
        snprintf(text, sizeof text, "%zu values, expected %zu", num_got, num_expected);
        conformance_fail(run, name, text);
        return;
    }
    for (size_t i = 0; i < num_got; i++)
        if (got[i] != expected[i]) {
            snprintf(text, sizeof text, "value %zu is %d, expected %d", i, got[i], expected[i]);
            conformance_fail(run, name, text);
            return;
        }
    run->cases++;
    run->passed++;
    run->values += num_got;
}

int conformance_close(struct conformance *run)
{
    static const char *const files[] = {"net.cfg", "net.bin", "input.bin"};
    for (size_t i = 0; i < 3; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", run->folder, files[i]);
        remove(path);
    }
    rmdir(run->folder);
    printf("%s on %s (%s): %u cases, %u passed, %u skipped, %llu values compared\n", run->suite, run->design,
           run->backend, run->cases, run->passed, run->skipped, (unsigned long long)run->values);
    return run->values > 0 && run->passed + run->skipped == run->cases ? 0 : 1;
}
