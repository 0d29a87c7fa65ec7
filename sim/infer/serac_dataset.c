/* serac_dataset.c - labelled images in idx files (plain or gzip), or raw inputs. */
#include "serac_dataset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "serac_root.h"

#define DEBIAN "/usr/share/datasets/fashion-mnist/t10k"
#define DEBIAN_TRAINING "/usr/share/datasets/fashion-mnist/train"
#define SHIPPED "configs/datasets/fashion-mnist-500"
#define HELD_OUT "configs/datasets/fashion-mnist-held-out.bits"

static enum serac_status fail(struct serac_error *error, const char *path,
                              const char *what)
{
    if (error)
        snprintf(error->text, sizeof error->text, "%s: %s", path, what);
    return SERAC_E_INPUT;
}

#define MAX_DIMS 4

/* An idx file of unsigned bytes with `dims` dimensions, MAX_DIMS at most. */
static enum serac_status read_idx(const char *path, uint32_t dims,
                                  uint32_t *sizes, uint8_t **bytes,
                                  struct serac_error *error)
{
    uint8_t head[4 + 4 * MAX_DIMS];
    uint64_t total = 1;
    gzFile file = gzopen(path, "rb");
    if (!file)
        return fail(error, path, "cannot be read");
    enum serac_status status = SERAC_OK;
    int want = (int)(4 + 4 * dims);
    if (gzread(file, head, (unsigned)want) != want || head[0] || head[1] ||
        head[2] != 8 || head[3] != dims)
        status = fail(error, path, "not an idx file of bytes");
    for (uint32_t i = 0; status == SERAC_OK && i < dims; i++) {
        const uint8_t *at = head + 4 + 4 * i;
        sizes[i] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
                   (uint32_t)at[2] << 8 | at[3];
        total *= sizes[i];
        if (sizes[i] == 0 || total > 1u << 30)
            status = fail(error, path, "empty, or larger than 1 GiB");
    }
    if (status == SERAC_OK) {
        *bytes = malloc(total);
        if (!*bytes)
            status = SERAC_E_NOMEM;
        else if (gzread(file, *bytes, (unsigned)total) != (int)total)
            status = fail(error, path, "truncated");
    }
    gzclose(file);
    return status;
}

/* The first of PREFIX-what-idxN-ubyte[.gz] that exists. */
static void find(const char *prefix, const char *what, int dims, char *path,
                 size_t room)
{
    snprintf(path, room, "%s-%s-idx%d-ubyte.gz", prefix, what, dims);
    if (access(path, R_OK))
        snprintf(path, room, "%s-%s-idx%d-ubyte", prefix, what, dims);
    if (access(path, R_OK))
        snprintf(path, room, "%s-%s.idx%d-ubyte", prefix, what, dims);
}

/* Keeps the images whose bit is set, in their order. */
static enum serac_status keep_held_out(struct serac_dataset *d, struct serac_error *error)
{
    uint8_t bits[7500];
    size_t size = (size_t)d->height * d->width;
    uint32_t kept = 0;
    char path[1024];
    FILE *file = fopen(serac_root_path(path, sizeof path, HELD_OUT), "rb");
    bool good = file && d->count == 8 * sizeof bits && fread(bits, 1, sizeof bits, file) == sizeof bits;
    if (file)
        fclose(file);
    if (!good)
        return fail(error, path, "cannot be read, or the data set has not 60,000 images");
    for (uint32_t i = 0; i < d->count; i++)
        if (bits[i / 8] >> i % 8 & 1) {
            memmove(d->images + kept * size, d->images + i * size, size);
            d->labels[kept++] = d->labels[i];
        }
    d->count = kept;
    return SERAC_OK;
}

enum serac_status serac_dataset_load(const char *name,
                                     struct serac_dataset *dataset,
                                     struct serac_error *error)
{
    struct serac_dataset d = {.count = 0};
    char path[1024], shipped[1024];
    const char *prefix = name;
    uint32_t sizes[MAX_DIMS] = {0, 0, 0, 1}, labels = 0;
    snprintf(d.name, sizeof d.name, "%s", name);
    if (!strcmp(name, "fashion-mnist-500"))
        prefix = serac_root_path(shipped, sizeof shipped, SHIPPED);
    else if (!strcmp(name, "fashion-mnist"))
        prefix = DEBIAN;
    else if (!strcmp(name, "fashion-mnist-held-out"))
        prefix = DEBIAN_TRAINING;
    else if (!strchr(name, '/'))
        return fail(error, name, "no such data set; there are "
                    "fashion-mnist-500, fashion-mnist, fashion-mnist-held-out and "
                    "file prefixes with a slash");
    uint32_t dims = 4;
    find(prefix, "images", dims, path, sizeof path);
    if (access(path, R_OK))
        find(prefix, "images", dims = 3, path, sizeof path);
    enum serac_status status = read_idx(path, dims, sizes, &d.images, error);
    if (status == SERAC_OK) {
        find(prefix, "labels", 1, path, sizeof path);
        status = read_idx(path, 1, &labels, &d.labels, error);
    }
    if (status == SERAC_OK && labels != sizes[0])
        status = fail(error, path, "has another count than the images");
    if (status != SERAC_OK) {
        serac_dataset_free(&d);
        return status;
    }
    d.count = sizes[0];
    d.height = sizes[1];
    d.width = sizes[2];
    d.channels = sizes[3];
    if (!strcmp(name, "fashion-mnist-held-out"))
        status = keep_held_out(&d, error);
    if (status == SERAC_OK)
        *dataset = d;
    else
        serac_dataset_free(&d);
    return status;
}

static int32_t code_of(const struct serac_tensor *t, uint8_t byte)
{
    return t->is_signed ? (int8_t)byte : byte;
}

/* All bytes of a file up to `most`; SERAC_E_INPUT beyond. */
static enum serac_status read_bytes(const char *path, size_t most, uint8_t **bytes, size_t *count,
                                    struct serac_error *error)
{
    FILE *file = fopen(path, "rb");
    size_t room = 0, got = 1;
    if (!file)
        return fail(error, path, "cannot be read");
    while (got && *count <= most) {
        if (*count == room) {
            uint8_t *more = realloc(*bytes, room = 2 * room + 65536);
            if (!more) {
                fclose(file);
                return SERAC_E_NOMEM;
            }
            *bytes = more;
        }
        got = fread(*bytes + *count, 1, room - *count, file);
        *count += got;
    }
    bool good = !ferror(file);
    fclose(file);
    if (!good)
        return fail(error, path, "cannot be read");
    return *count > most ? fail(error, path, "larger than 1 GiB") : SERAC_OK;
}

/* Every value is one of the codes of `t`. */
static enum serac_status check_codes(const struct serac_dataset *d, const char *path,
                                     const struct serac_tensor *t, struct serac_error *error)
{
    size_t count = (size_t)d->count * d->height * d->width * d->channels;
    int32_t low = t->is_signed ? -(1 << (t->bits - 1)) : 0, high = low + (1 << t->bits) - 1;
    char text[96];
    for (size_t i = 0; i < count; i++) {
        int32_t code = code_of(t, d->images[i]);
        if (code >= low && code <= high)
            continue;
        snprintf(text, sizeof text, "byte %zu is %d: outside %d..%d, the input's codes", i, code, low, high);
        return fail(error, path, text);
    }
    return SERAC_OK;
}

enum serac_status serac_dataset_raw(const char *path, const struct serac_tensor *t,
                                    struct serac_dataset *dataset, struct serac_error *error)
{
    struct serac_dataset d = {.height = t->height, .width = t->width, .channels = t->channels};
    size_t size = (size_t)t->height * t->width * t->channels, bytes = 0;
    char text[96];
    snprintf(d.name, sizeof d.name, "%.60s", path);
    enum serac_status status = read_bytes(path, 1u << 30, &d.images, &bytes, error);
    if (status == SERAC_OK && (bytes == 0 || bytes % size)) {
        snprintf(text, sizeof text, "%zu bytes: must be a multiple of %zu, the network's input", bytes, size);
        status = fail(error, path, text);
    }
    d.count = (uint32_t)(bytes / size);
    if (status == SERAC_OK)
        status = check_codes(&d, path, t, error);
    if (status == SERAC_OK)
        *dataset = d;
    else
        serac_dataset_free(&d);
    return status;
}

enum serac_status serac_dataset_fits(const struct serac_dataset *d, const struct serac_tensor *t,
                                     struct serac_error *error)
{
    char text[160];
    if (d->height == t->height && d->width == t->width && d->channels == t->channels && !t->is_signed)
        return t->bits == 8 ? SERAC_OK : check_codes(d, d->name, t, error);
    snprintf(text, sizeof text, "images are %ux%ux%u, unsigned, the network takes %ux%ux%u, %s", d->height, d->width,
             d->channels, t->height, t->width, t->channels, t->is_signed ? "signed" : "unsigned");
    return fail(error, d->name, text);
}

void serac_dataset_codes(const struct serac_dataset *d, const struct serac_tensor *t, uint64_t image,
                         int32_t *codes)
{
    size_t size = (size_t)d->height * d->width * d->channels;
    for (size_t i = 0; i < size; i++)
        codes[i] = code_of(t, d->images[image * size + i]);
}

void serac_dataset_free(struct serac_dataset *dataset)
{
    free(dataset->images);
    free(dataset->labels);
    dataset->images = dataset->labels = NULL;
}
