/* serac_image_make.c - a compiled program as the bytes that the driver loads. */
#include "serac_image_make.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "serac_csr.h"
#include "serac_image.h"

static void put32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static void put64(uint8_t *at, uint64_t value)
{
    put32(at, (uint32_t)value);
    put32(at + 4, (uint32_t)(value >> 32));
}

uint8_t *serac_image_make(const struct serac_program *p, size_t *bytes)
{
    uint32_t design[SERAC_IMAGE_DESIGN_WORDS];
    serac_csr_design(&p->design, design);
    *bytes = SERAC_IMAGE_HEADER_BYTES + p->image_bytes;
    uint8_t *image = calloc(1, *bytes);
    if (!image)
        return NULL;
    put32(image, SERAC_IMAGE_MAGIC);
    put32(image + 4, SERAC_IMAGE_VERSION);
    for (int i = 0; i < SERAC_IMAGE_DESIGN_WORDS; i++)
        put32(image + 8 + 4 * i, design[i]);
    put32(image + 40, p->num_blocks);
    put32(image + 44, (uint32_t)crc32(0, p->image, (uInt)p->image_bytes));
    const uint64_t words[] = {p->image_bytes, p->memory_bytes,
                              p->input, p->input_layout.bytes,
                              p->output, p->output_layout.bytes};
    for (int i = 0; i < 6; i++)
        put64(image + 48 + 8 * i, words[i]);
    memcpy(image + SERAC_IMAGE_HEADER_BYTES, p->image, p->image_bytes);
    return image;
}
