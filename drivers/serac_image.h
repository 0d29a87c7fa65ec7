/* serac_image.h - a program image as a file or an array: header, then body.
 *
 * All numbers are little-endian. The body is loaded at a 4096-byte aligned bus
 * address; its blocks come first and hold addresses relative to that place, which
 * the driver makes absolute. Behind the body, up to memory_bytes, lie the tensors. */
#ifndef SERAC_IMAGE_H
#define SERAC_IMAGE_H

#include <stdint.h>

#define SERAC_IMAGE_MAGIC 0x49524553u      /* "SERI" */
#define SERAC_IMAGE_VERSION 1u
#define SERAC_IMAGE_HEADER_BYTES 128
#define SERAC_IMAGE_DESIGN_WORDS 8

struct serac_image_header {
    uint32_t magic, version;
    uint32_t design[SERAC_IMAGE_DESIGN_WORDS]; /* registers design_rows.. */
    uint32_t blocks;
    uint32_t crc32;                            /* of the body (IEEE 802.3) */
    uint64_t image_bytes, memory_bytes;
    uint64_t input_offset, input_bytes;
    uint64_t output_offset, output_bytes;
};

#endif
