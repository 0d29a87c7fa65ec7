/* serac_image.h - the file format of a compiled program.
 *
 * `serac compile` writes it, the driver loads it. A header of 192 bytes, then the
 * body: what goes to the start of the allocated memory. All little endian.
 *
 *     0  u32 magic, 'S' 'R' 'P' 'G'      72  u32 blocks
 *     4  u32 format version              76  u32 zero
 *     8  u32 header bytes, 192           80  tensor: input
 *    12  u32 register map version       128  tensor: output
 *    16  u32[8] design: registers       176  zero
 *        design_rows .. design_requant  188  u32 CRC-32 (IEEE, as in zlib) of
 *    48  u64 image_bytes (the body)          bytes 0..187 and then the body
 *    56  u64 memory_bytes
 *    64  u64 blocks_offset
 *
 *    tensor:  0  u64 offset             24  u32 channels
 *             8  u64 bytes              28  u32 bits | signed << 8 | bipolar << 9
 *            16  u32 height             32  i32 zero_point
 *            20  u32 width              36  u32 pixel_bytes
 *                                       40  u32 line_stride
 *                                       44  u32 zero
 *
 * Blocks lie at blocks_offset, SERAC_INSN_BLOCK_STRIDE apart. Each holds three
 * addresses: fetch.act_addr, fetch.wgt_addr and store.out_addr, 64 bits in two
 * words (places: configs/regs.cfg). In a file they count from the body's start; the driver
 * adds the bus address at which it loads, modulo 2^64 (an act_addr may lie
 * before the start: it is that of a padding line).
 *
 * The CRC finds damage, not malice: a program is code that reads and writes
 * memory. Load only what you trust. */
#ifndef SERAC_IMAGE_H
#define SERAC_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "serac_status.h"

#define SERAC_IMAGE_MAGIC 0x47505253u
#define SERAC_IMAGE_VERSION 1u
#define SERAC_IMAGE_HEADER 192u
#define SERAC_DESIGN_WORDS 8u

/* What the design registers say; meanings as in configs/designs. */
struct serac_drv_design {
    uint32_t rows, cols, lanes, weight_planes, act_planes;
    uint32_t weight_buffer_bytes, act_buffer_bytes;
    uint32_t output_buffer_bytes, param_buffer_bytes;
    uint32_t axi_bits, outstanding, queue_depth, requant_lanes;
};

/* To and from the words of registers design_rows .. design_requant. */
void serac_drv_design_encode(const struct serac_drv_design *design,
                             uint32_t words[SERAC_DESIGN_WORDS]);
void serac_drv_design_decode(const uint32_t words[SERAC_DESIGN_WORDS],
                             struct serac_drv_design *design);

/* A tensor in the program's memory: bit planes, laid out as rtl/MACHINE.md says. */
struct serac_image_tensor {
    uint64_t offset, bytes;            /* from the start of the memory */
    uint32_t height, width, channels;
    uint32_t bits;                     /* 1..8, or 32 (raw, signed) */
    uint32_t is_signed, is_bipolar;    /* 0 or 1 */
    int32_t zero_point;
    uint32_t pixel_bytes, line_stride;
};

/* The header, decoded. */
struct serac_image {
    struct serac_drv_design design;    /* compiled for this one only */
    uint64_t image_bytes;              /* body */
    uint64_t memory_bytes;             /* body and tensors: what to allocate */
    uint64_t blocks_offset;
    uint32_t blocks;
    struct serac_image_tensor input, output;
};

/* Checks a whole file in memory and decodes its header. SERAC_E_INPUT if it is cut
 * short or too long, damaged, of another version, or if a size, an offset, or a
 * block's magic or last flag is not right; *image is then untouched. */
enum serac_status serac_image_decode(const uint8_t *file, size_t bytes,
                                     struct serac_image *image);

/* Writes the header, CRC included, for a body of image->image_bytes bytes. */
void serac_image_encode(const struct serac_image *image, const uint8_t *body,
                        uint8_t header[SERAC_IMAGE_HEADER]);

/* Adds `base` to the addresses in all blocks of `body`. */
void serac_image_relocate(const struct serac_image *image, uint64_t base,
                          uint8_t *body);

/* CRC-32 of more bytes; start with crc 0. */
uint32_t serac_image_crc(uint32_t crc, const uint8_t *data, uint64_t bytes);

#endif
