/* serac_csr.h - what the registers do. RTL twin: rtl/serac_csr.v.
 *
 * For devices that emulate them: the owner runs the program when a write rings
 * the doorbell, and calls serac_csr_done() when it is over. */
#ifndef SERAC_CSR_H
#define SERAC_CSR_H

#include <stdbool.h>
#include <stdint.h>

#include "serac_design.h"
#include "serac_run.h"

#define SERAC_CSR_DESIGN_WORDS 8

struct serac_csr {
    const struct serac_design *design;   /* borrowed */
    const struct serac_run *run;         /* borrowed; the last run's results */
    uint32_t program[2];                 /* low word, high word */
    bool irq_enable, busy, done, irq, doorbell_busy;
};

/* Registers design_rows .. design_requant, as the driver compares them. */
void serac_csr_design(const struct serac_design *design,
                      uint32_t words[SERAC_CSR_DESIGN_WORDS]);

uint32_t serac_csr_read(const struct serac_csr *csr, uint32_t offset);
/* True if this write starts a run; busy is then set. */
bool serac_csr_write(struct serac_csr *csr, uint32_t offset, uint32_t value);
uint64_t serac_csr_program(const struct serac_csr *csr);
void serac_csr_done(struct serac_csr *csr);

#endif
