/* serac_dataset.c - labelled images in idx files (plain or gzip). */
#include "serac_dataset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#ifndef SERAC_ROOT
#define SERAC_ROOT "."
#endif
#define DEBIAN "/usr/share/datasets/fashion-mnist/t10k"
#define SHIPPED SERAC_ROOT "/configs/datasets/fashion-mnist-500"

static enum serac_status fail(struct serac_error *error, const char *path,
                              const char *what)
{
    if (error)
        snprintf(error->text, sizeof error->text, "%s: %s", path, what);
    return SERAC_E_INPUT;
}

/* An idx file of unsigned bytes with `dims` dimensions. */
static enum serac_status read_idx(const char *path, uint32_t dims,
                                  uint32_t *sizes, uint8_t **bytes,
                                  struct serac_error *error)
{
    uint8_t head[16];
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

enum serac_status serac_dataset_load(const char *name,
                                     struct serac_dataset *dataset,
                                     struct serac_error *error)
{
    struct serac_dataset d = {.count = 0};
    char path[1024];
    const char *prefix = name;
    uint32_t sizes[3], labels = 0;
    snprintf(d.name, sizeof d.name, "%s", name);
    if (!strcmp(name, "fashion-mnist-500"))
        prefix = SHIPPED;
    else if (!strcmp(name, "fashion-mnist"))
        prefix = DEBIAN;
    else if (!strchr(name, '/'))
        return fail(error, name, "no such data set; there are "
                    "fashion-mnist-500, fashion-mnist and file prefixes with "
                    "a slash");
    find(prefix, "images", 3, path, sizeof path);
    enum serac_status status = read_idx(path, 3, sizes, &d.images, error);
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
    *dataset = d;
    return SERAC_OK;
}

void serac_dataset_free(struct serac_dataset *dataset)
{
    free(dataset->images);
    free(dataset->labels);
    dataset->images = dataset->labels = NULL;
}
