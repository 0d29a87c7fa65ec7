/* serac_bus.h - what lies in the accelerator's memory: bytes at addresses. */
#ifndef SERAC_BUS_H
#define SERAC_BUS_H

#include <stddef.h>
#include <stdint.h>

/* Functional access without time; each returns 0, or an AXI response code
 * (2 SLVERR, 3 DECERR) if any byte of the range answers with an error. */
struct serac_bus {
    int (*read)(void *ctx, uint64_t address, void *to, size_t bytes);
    int (*write)(void *ctx, uint64_t address, const void *from, size_t bytes);
    void *ctx;
};

#endif
