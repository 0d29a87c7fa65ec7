/* fuzz_dataset.c - idx files, plain or gzip: the bytes are the images and, from the middle on, the labels. Then the
 * same bytes as raw inputs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "serac_dataset.h"

static void use(struct serac_dataset *d, const struct serac_tensor *t)
{
    struct serac_error error = {""};
    if (serac_dataset_fits(d, t, &error) == SERAC_OK && d->count) {
        int32_t *codes = calloc((size_t)d->height * d->width * d->channels, sizeof *codes);
        if (!codes)
            abort();
        serac_dataset_codes(d, t, d->count - 1, codes);
        free(codes);
    }
    serac_dataset_free(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static const char *const names[2][2] = {{"x-images-idx3-ubyte", "x-images-idx4-ubyte"},
                                            {"x-images-idx3-ubyte.gz", "x-images-idx4-ubyte.gz"}};
    struct serac_tensor t = {.height = 3, .width = 2, .channels = 1, .bits = 8};
    struct serac_error error = {""};
    struct serac_dataset d;
    if (!count)
        return 0;
    size_t half = count / 2 + 1;
    bool zipped = bytes[0] & 1, deep = bytes[0] & 2;
    char prefix[128], path[128];
    snprintf(path, sizeof path, "%s", fuzz_file(names[zipped][deep], bytes + 1, half - 1));
    snprintf(prefix, sizeof prefix, "%s",
             fuzz_file(zipped ? "x-labels-idx1-ubyte.gz" : "x-labels-idx1-ubyte", bytes + half, count - half));
    strstr(prefix, "-labels")[0] = '\0';
    if (fuzz_good(serac_dataset_load(prefix, &d, &error), &error))
        use(&d, &t);
    if (fuzz_good(serac_dataset_raw(path, &t, &d, &error), &error))
        use(&d, &t);
    remove(path);
    strcat(prefix, zipped ? "-labels-idx1-ubyte.gz" : "-labels-idx1-ubyte");
    remove(prefix);
    return 0;
}
