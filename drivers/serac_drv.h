/* serac_drv.h - runs compiled programs on a Serac accelerator.
 *
 *     serac_drv_open(&drv, &io);
 *     serac_drv_load(&drv, file, bytes, &program);
 *     serac_drv_write_input(&drv, &program, pixels, program.image.input.bytes);
 *     serac_drv_run(&drv, &program);
 *     serac_drv_read_output(&drv, &program, result, program.image.output.bytes);
 *     serac_drv_unload(&drv, &program);
 *     serac_drv_close(&drv);
 *
 * Needs no operating system and no library; allocates only device memory, through
 * the table of serac_io.h, whose failures all functions pass on unchanged.
 * Not thread-safe: one caller at a time per device. Nothing waits without a
 * bound. */
#ifndef SERAC_DRV_H
#define SERAC_DRV_H

#include "serac_image.h"
#include "serac_io.h"
#include "serac_regs.h"

struct serac_drv_program {
    struct serac_image image;          /* sizes and tensors, to read */
    struct serac_buffer memory;        /* owned; cpu NULL: not loaded */
};

/* After open: the design is the device's; wait_ms and max_waits may be changed at any
 * time, the rest is private. */
struct serac_drv {
    const struct serac_io *io;         /* borrowed until close */
    struct serac_drv_design design;
    uint32_t wait_ms;                  /* of one wait_irq; 100 after open */
    uint32_t max_waits;                /* per serac_drv_wait; 100 after open */
    uint64_t error_address;            /* of the last run that failed */
    const struct serac_drv_program *running;  /* submitted, end not yet seen */
};

struct serac_drv_counters {            /* of the last run; configs/regs.cfg */
#define SERAC_DRV_COUNTER(name, offset) uint64_t name;
    SERAC_COUNTER_LIST(SERAC_DRV_COUNTER)
#undef SERAC_DRV_COUNTER
};

/* Reads who the device is; writes nothing. SERAC_E_DEVICE: another id or
 * register map version. */
enum serac_status serac_drv_open(struct serac_drv *drv,
                                 const struct serac_io *io);

/* SERAC_E_BUSY if a run was submitted and has not ended: the device could still write
 * to memory. The driver stays open; wait, and close again. Unload programs
 * before. */
enum serac_status serac_drv_close(struct serac_drv *drv);

/* Checks the file, allocates, copies, relocates, clears the rest. The file is not
 * needed afterwards. On failure nothing stays allocated, and no register is ever
 * written.
 *
 * SERAC_E_INPUT    not a program, cut short, or damaged (serac_image.h)
 * SERAC_E_DESIGN   compiled for another design */
enum serac_status serac_drv_load(struct serac_drv *drv, const void *file,
                                 size_t bytes,
                                 struct serac_drv_program *program);

/* Frees the memory; a program that is not loaded is fine. SERAC_E_BUSY, and nothing is freed, while it may be
 * running. */
enum serac_status serac_drv_unload(struct serac_drv *drv,
                                   struct serac_drv_program *program);

/* `bytes` must be the whole tensor's (image.input.bytes, image.output.bytes),
 * else SERAC_E_INPUT. SERAC_E_BUSY while the program may be running. */
enum serac_status serac_drv_write_input(struct serac_drv *drv,
                                        const struct serac_drv_program *program,
                                        const void *data, uint64_t bytes);
enum serac_status serac_drv_read_output(struct serac_drv *drv,
                                        const struct serac_drv_program *program,
                                        void *data, uint64_t bytes);

/* Rings the doorbell. The program stays where it is until the run has ended.
 * SERAC_E_BUSY if the device is running, or said so when the doorbell rang. */
enum serac_status serac_drv_submit(struct serac_drv *drv,
                                   const struct serac_drv_program *program);

/* Waits for the run's end, at most max_waits times wait_ms. The status register is
 * read after every wait, so lost interrupts cost time, not results.
 *
 * SERAC_E_INPUT    nothing was submitted
 * SERAC_E_TIMEOUT  not yet ended; may be called again
 * SERAC_E_BAD_INSTRUCTION, _READ_SLVERR, _READ_DECERR, _WRITE_SLVERR,
 * _WRITE_DECERR, _DEADLOCK: the run ended so; drv->error_address says where
 * SERAC_E_DEVICE   the run ended with an unknown error code */
enum serac_status serac_drv_wait(struct serac_drv *drv);

/* Submit and wait. */
enum serac_status serac_drv_run(struct serac_drv *drv,
                                const struct serac_drv_program *program);

/* SERAC_E_BUSY while a run has not ended. */
enum serac_status serac_drv_read_counters(struct serac_drv *drv,
                                          struct serac_drv_counters *counters);

#endif
