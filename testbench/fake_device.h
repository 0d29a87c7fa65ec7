/* fake_device.h - a device made of registers and faults, to test the driver.
 *
 * It computes nothing but output = ~input, on memory of its own: bytes travel
 * between the CPU's view and the device's only by the sync functions, so a
 * forgotten sync shows. Time passes only in wait_irq. */
#ifndef FAKE_DEVICE_H
#define FAKE_DEVICE_H

#include <stdbool.h>

#include "serac_io.h"
#include "serac_regs.h"

#define FAKE_BASE 0x87654000u
#define FAKE_MEMORY 16384u
#define FAKE_NEVER UINT32_MAX

enum fake_function {
    FAKE_READ32, FAKE_WRITE32, FAKE_ALLOC, FAKE_SYNC_TO_DEVICE,
    FAKE_SYNC_TO_HOST, FAKE_WAIT_IRQ, FAKE_FUNCTIONS
};

struct fake_device {
    struct serac_io io;

    /* What it is and does; set before use. */
    uint32_t id, version, design[8];
    uint64_t counters[SERAC_COUNTERS];
    uint32_t waits;               /* the run is done in wait number 1, 2 .. */
    bool lose_interrupt;
    bool done_early;              /* done shows one wait before busy falls */
    bool spurious;                /* wait_irq reports interrupts all the time */
    bool stolen;                  /* another master rings before we do */
    uint32_t error;               /* code at the end of the run */
    uint64_t error_address;
    uint64_t input, output, bytes;/* output = ~input, relative to the program */
    uint64_t misplace;            /* added to the bus address of buffers */

    /* The call number `fail_at` (from 0) of `fail` returns `fail_status`. */
    enum fake_function fail;
    uint32_t fail_at;
    enum serac_status fail_status;

    /* What happened. */
    uint32_t calls[FAKE_FUNCTIONS];
    uint32_t allocated;           /* buffers */
    uint32_t waited, doorbells, program_writes;
    bool freed_while_running;

    /* State. */
    uint32_t status, control;
    uint64_t program;
    uint8_t cpu[FAKE_MEMORY], device[FAKE_MEMORY];
};

/* A healthy device that is done in the first wait. No call fails. */
void fake_device_init(struct fake_device *fake);

#endif
