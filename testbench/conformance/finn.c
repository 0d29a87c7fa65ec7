/* finn.c - FINN's TFC W1A1 (Xilinx/finn): four digits of MNIST and the classes that it must give.
 *
 * Usage: finn [--design D] [--backend B] */
#include <stdlib.h>
#include <string.h>

#include "conformance.h"

enum { PIXELS = 784, CLASSES = 10 };

/* What stands behind the header of a numpy file: its length is in bytes 8 and 9. */
static const uint8_t *numbers_of(const uint8_t *file, size_t size, size_t bytes)
{
    size_t head = size > 10 ? 10u + file[8] + 256u * file[9] : size;
    return size >= head + bytes && !memcmp(file, "\x93NUMPY", 6) ? file + head : NULL;
}

static void compare(struct conformance *c, const int32_t *got, size_t count, const uint8_t *classes,
                    size_t images)
{
    int32_t best[16], expected[16];
    for (size_t i = 0; i < images; i++) {
        int64_t class;
        memcpy(&class, classes + 8 * i, sizeof class);
        expected[i] = (int32_t)class;
        best[i] = 0;
        for (int32_t k = 1; k < CLASSES && (i + 1) * CLASSES <= count; k++)
            if (got[i * CLASSES + (size_t)k] > got[i * CLASSES + (size_t)best[i]])
                best[i] = k;
    }
    if (count != images * CLASSES)
        conformance_fail(c, "tfc_w1a1", "another number of outputs than classes");
    else
        conformance_compare(c, "tfc_w1a1", best, images, expected, images);
}

int main(int argc, char **argv)
{
    struct conformance c;
    struct serac_build b;
    char path[512];
    size_t sizes[3], images = 4, count;
    uint8_t *files[3];
    static const char *const names[] = {"finn/model.onnx", "finn/input.npy", "finn/expected_output.npy"};
    conformance_open(&c, "FINN", argc, argv);
    for (int i = 0; i < 3; i++)
        files[i] = conformance_read(conformance_path(names[i], path), &sizes[i]);
    const uint8_t *pixels = files[1] ? numbers_of(files[1], sizes[1], images * PIXELS * 4) : NULL;
    const uint8_t *classes = files[2] ? numbers_of(files[2], sizes[2], images * 8) : NULL;
    if (!files[0] || !pixels || !classes) {
        conformance_fail(&c, "tfc_w1a1", "its files cannot be read");
    } else if (conformance_import(&c, "tfc_w1a1", files[0], sizes[0], &b)) {
        int32_t codes[4 * PIXELS], *got;
        for (size_t i = 0; i < images * PIXELS; i++) {
            float value;
            memcpy(&value, pixels + 4 * i, sizeof value);
            codes[i] = (int32_t)value;
        }
        if (conformance_run(&c, "tfc_w1a1", &b, codes, images * PIXELS, &got, &count)) {
            compare(&c, got, count, classes, images);
            free(got);
        }
        serac_build_free(&b);
    }
    for (int i = 0; i < 3; i++)
        free(files[i]);
    return conformance_close(&c);
}
