/* fuzz_image.c - program images: loaded by the driver into the model of a device, and run.
 *
 * The CRC in the header is made right, else nothing behind it would be reached. A hostile program may fail with any
 * error of the device's own; it must end, and the device must stay usable. Programs that are long for good reason
 * (the machine's counters reach 2^32) are not run: see `modest`. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "fuzz.h"
#include "serac_config.h"
#include "serac_device.h"
#include "serac_drv.h"
#include "serac_insn.h"

#define MEMORY 65536u

/* Is the work of one block, at the most, little? The machine counts a 0 as 2^32 (rtl/MACHINE.md has what it checks). */
static bool modest_block(const struct serac_insn *insn)
{
    const struct serac_insn_fetch *f = &insn->fetch;
    const struct serac_insn_exec *e = &insn->exec;
    const struct serac_insn_store *s = &insn->store;
    const uint32_t each[] = {f->group_bytes, f->group_last_bytes, f->tile_param_bytes, f->tile_wgt_bytes, f->out_width,
                             f->out_height, f->run, f->run_last, f->in_height, f->run_bytes, f->run_last_bytes,
                             f->wrap_bytes, f->window_bytes, f->line_bytes, e->run, e->run_last, e->pixels,
                             e->channels, e->blocks, e->gather, e->out_width, s->tile_pixels, s->pixels, s->out_width,
                             s->pixel_bytes, s->chunk_bytes, s->chunk_last_bytes, f->kernel_lines};
    const uint32_t counts[] = {e->groups, e->n_tiles, e->group_mtiles, e->group_last_mtiles, e->run, e->run_last,
                               e->kernel_h, e->kernel_w, e->blocks, e->out_width, e->pixels, e->channels,
                               f->kernel_lines, f->out_height, s->groups, s->n_tiles, s->out_tiles,
                               s->out_tiles_last, s->tile_pixels, s->pixels, s->out_width, s->chunk_bytes,
                               s->chunk_last_bytes, s->pixel_bytes};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (!counts[i])
            return false;
    double product[3] = {(double)f->groups * f->n_tiles,
                         (double)e->groups * e->n_tiles * e->group_mtiles * e->kernel_h * e->kernel_w * e->blocks,
                         (double)s->groups * s->n_tiles * s->out_tiles};
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        if (each[i] > 2048)
            return false;
    return product[0] <= 64 && product[1] <= 4096 && product[2] <= 64 &&
           (double)f->kernel_lines * f->run * f->out_height <= 4096;
}

static bool modest(const uint8_t *image, size_t bytes)
{
    struct serac_insn insn;
    for (size_t at = SERAC_IMAGE_HEADER_BYTES; bytes - at >= SERAC_INSN_BLOCK_STRIDE; at += SERAC_INSN_BLOCK_STRIDE) {
        serac_insn_decode(image + at, &insn);
        if (!modest_block(&insn))
            return false;
        if (insn.fetch.last)
            break;
    }
    return true;
}

static void run(const uint8_t *image, size_t bytes, const struct serac_design *design,
                const struct serac_memory_config *memory)
{
    struct serac_device *device;
    struct serac_drv drv;
    struct serac_error error = {""};
    struct serac_drv_counters counters;
    if (serac_device_open("model", design, memory, MEMORY, NULL, &device, &error) != SERAC_OK ||
        serac_drv_open(&drv, &device->io) != SERAC_OK)
        abort();
    if (serac_drv_load(&drv, image, bytes) == SERAC_OK) {
        (void)serac_drv_run(&drv);
        (void)serac_drv_counters(&drv, &counters);
        (void)serac_drv_run(&drv);
    }
    serac_drv_close(&drv);
    serac_device_close(device);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static struct serac_design design;
    static struct serac_memory_config memory;
    struct serac_error error = {""};
    if (!design.rows && (serac_design_load("configs/designs/tiny.cfg", &design, &error) != SERAC_OK ||
                         serac_memory_load("configs/memory/fast.cfg", &memory, &error) != SERAC_OK))
        abort();
    if (count < SERAC_IMAGE_HEADER_BYTES)
        return 0;
    uint8_t *image = malloc(count);
    if (!image)
        abort();
    memcpy(image, bytes, count);
    uint32_t crc = (uint32_t)crc32(0, image + SERAC_IMAGE_HEADER_BYTES, (unsigned)(count - SERAC_IMAGE_HEADER_BYTES));
    for (int i = 0; i < 4; i++)
        image[44 + i] = (uint8_t)(crc >> 8 * i);
    if (modest(image, count))
        run(image, count, &design, &memory);
    free(image);
    return 0;
}
