/* serac_drv.h - the driver: loads a program image, runs it, reports errors.
 *
 * Depends on nothing but serac_status.h and serac_regs.h of model/ and a
 * freestanding C11 compiler. One device, one thread. Every wait is bounded. */
#ifndef SERAC_DRV_H
#define SERAC_DRV_H

#include "serac_image.h"
#include "serac_io.h"
#include "serac_regs.h"

struct serac_drv_counters {
#define SERAC_DRV_COUNTER(name, offset) uint64_t name;
    SERAC_COUNTER_LIST(SERAC_DRV_COUNTER)
#undef SERAC_DRV_COUNTER
};

struct serac_drv {
    const struct serac_io *io;              /* borrowed */
    uint32_t design[SERAC_IMAGE_DESIGN_WORDS];
    struct serac_image_header image;
    struct serac_buffer memory;             /* the loaded image; cpu NULL: none */
    uint32_t wait_milliseconds;             /* one wait, default 1000 */
    uint32_t max_waits;                     /* of one run, default 60 */
    uint64_t error_address;                 /* of the last failed run */
    int running;                            /* submitted, end not yet seen */
};

/* Checks identity and version and reads the design. SERAC_E_DEVICE if it is
 * something else. */
enum serac_status serac_drv_open(struct serac_drv *drv,
                                 const struct serac_io *io);

/* Frees the loaded image - unless a submitted run has not ended: the device may
 * still write there, so the memory stays with the io table. After a time-out,
 * wait again before closing. */
void serac_drv_close(struct serac_drv *drv);

/* SERAC_E_BUSY while a submitted run has not ended.
 *
 * Checks header, size and CRC and that the image was compiled for this design,
 * then copies and relocates it. SERAC_E_INPUT: damaged or truncated;
 * SERAC_E_DEVICE: for another design. Nothing is written before all checks passed; a loaded
 * image stays if they fail. */
enum serac_status serac_drv_load(struct serac_drv *drv, const void *image,
                                 size_t bytes);

/* Input and output tensors in the device's layout. SERAC_E_INPUT: no image, or
 * not exactly the tensor's bytes. */
enum serac_status serac_drv_write_input(struct serac_drv *drv,
                                        const void *bytes, size_t count);
enum serac_status serac_drv_read_output(struct serac_drv *drv, void *bytes,
                                        size_t count);

/* Other bytes of the loaded image's memory: tensors between the device's
 * layers and the host's. SERAC_E_INPUT: no image, or beyond its memory_bytes. */
enum serac_status serac_drv_write(struct serac_drv *drv, uint64_t offset, const void *bytes, size_t count);
enum serac_status serac_drv_read(struct serac_drv *drv, uint64_t offset, void *bytes, size_t count);

/* Rings the doorbell. SERAC_E_BUSY if the device was already running, or says
 * that it ignored the doorbell; SERAC_E_INPUT: no image. The device runs to the first block that
 * is marked as the last. */
enum serac_status serac_drv_submit(struct serac_drv *drv);

/* The same from block `block` on. SERAC_E_INPUT: the image has fewer. */
enum serac_status serac_drv_submit_at(struct serac_drv *drv, uint32_t block);

/* Returns when the run is over: SERAC_OK, the device's own error (its address is in
 * drv->error_address), or SERAC_E_TIMEOUT after max_waits waits. A lost interrupt costs
 * one wait: the status is read after each. May be
 * called again after any failure but the device's own. SERAC_E_INPUT: nothing
 * was submitted; SERAC_E_DEVICE: the run ended with an unknown error code. */
enum serac_status serac_drv_wait(struct serac_drv *drv);

/* submit, then wait. */
enum serac_status serac_drv_run(struct serac_drv *drv);

/* Of the last run that has ended. Errors are those of the table's read32(); *counters is then partly written. */
enum serac_status serac_drv_counters(struct serac_drv *drv,
                                     struct serac_drv_counters *counters);

#endif
