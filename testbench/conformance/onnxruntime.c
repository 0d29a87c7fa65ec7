/* onnxruntime.c - small random networks whose outputs ONNX Runtime made (testbench/data/onnxruntime/README.md):
 * quantiser pairs around convolutions, residual additions, pools and products, QLinear operators, and QONNX's
 * quantisers of 2 to 8 bits.
 *
 * Usage: onnxruntime [--design D] [--backend B] */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "conformance.h"

enum { MOST_CASES = 256 };

/* Bytes as [channel][pixel], turned to [pixel][channel]. */
static int32_t *turned(const uint8_t *bytes, size_t count, size_t channels, bool is_signed)
{
    int32_t *values = calloc(count + 1, sizeof *values);
    size_t pixels = channels ? count / channels : 0;
    for (size_t i = 0; values && i < channels * pixels; i++)
        values[i % pixels * channels + i / pixels] = is_signed ? (int8_t)bytes[i] : bytes[i];
    return values;
}

static void run_case(struct conformance *c, const char *folder, const char *name)
{
    static const char *const endings[] = {"onnx", "in", "out"};
    uint8_t *files[3];
    size_t sizes[3], count;
    struct serac_build b;
    for (int i = 0; i < 3; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%.500s/%.200s.%s", folder, name, endings[i]);
        files[i] = conformance_read(path, &sizes[i]);
    }
    if (!files[0] || !files[1] || !files[2]) {
        conformance_fail(c, name, "cannot be read");
    } else if (conformance_import(c, name, files[0], sizes[0], &b)) {
        const struct serac_network *n = b.network;
        bool vector = n->input.height * n->input.width == 1;         /* in the graph's order */
        const struct serac_tensor *out = &n->layers[n->num_layers - 1].output;
        int32_t *in = turned(files[1], sizes[1], vector ? 1 : n->input.channels, false), *got;
        int32_t *expected = turned(files[2], sizes[2], out->channels, out->is_signed);
        if (conformance_run(c, name, &b, in, sizes[1], &got, &count)) {
            conformance_compare(c, name, got, count, expected, sizes[2]);
            free(got);
        }
        free(in);
        free(expected);
        serac_build_free(&b);
    }
    for (int i = 0; i < 3; i++)
        free(files[i]);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int main(int argc, char **argv)
{
    const char *folder = SERAC_ROOT "/testbench/data/onnxruntime";
    struct conformance c;
    char *names[MOST_CASES];
    size_t count = 0;
    struct dirent *entry;
    setenv("SERAC_DATA", folder, 0);         /* these lie here */
    conformance_open(&c, "ONNX Runtime", argc, argv);
    DIR *dir = opendir(folder);
    while (dir && (entry = readdir(dir)) && count < MOST_CASES) {
        char *dot = strrchr(entry->d_name, '.');
        if (dot && !strcmp(dot, ".onnx")) {
            *dot = '\0';
            names[count++] = strdup(entry->d_name);
        }
    }
    if (dir)
        closedir(dir);
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++) {
        run_case(&c, folder, names[i]);
        free(names[i]);
    }
    return conformance_close(&c);
}
