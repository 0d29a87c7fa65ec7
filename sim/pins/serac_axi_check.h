/* serac_axi_check.h - AXI's rules at the pins of serac_top, in every simulation.
 *
 * Looks at both masters, at the registers and at whoever answers them; knows only
 * the protocol, neither the model nor the memory's timing. Sections are those of the
 * AMBA AXI and ACE specification, ARM IHI 0022, issues E to H; rules marked "Serac" are stricter and
 * ours (rtl/MACHINE.md, "Bursts"). */
#ifndef SERAC_AXI_CHECK_H
#define SERAC_AXI_CHECK_H

#include "serac_rtl.h"

#define SERAC_AXI_CHECK_OPEN 32      /* bursts of a channel that may be open */

struct serac_axi_check {
    uint32_t beat_bytes, outstanding;    /* of the design */
    struct serac_rtl_in in;          /* the last cycle's */
    struct serac_rtl_out out;
    bool held;                       /* a transfer of the last cycle still waits */
    /* Beats of the open bursts, oldest at head; of the oldest so many moved. */
    uint16_t reads[SERAC_AXI_CHECK_OPEN], writes[SERAC_AXI_CHECK_OPEN];
    uint32_t read_head, read_count, read_moved;
    uint32_t write_head, write_count, write_moved, write_ended;   /* W done, B not yet */
    uint32_t lite_aw, lite_w, lite_ar;   /* accepted, not yet answered */
    uint64_t transfers;              /* that were checked, of all channels */
    const char *violation;           /* the first broken rule, or NULL */
};

/* As after reset. `outstanding`: reads that the master may have open. */
void serac_axi_check_init(struct serac_axi_check *check, uint32_t beat_bytes,
                          uint32_t outstanding);

/* One cycle, settled, before its edge; every cycle from reset on. */
void serac_axi_check_cycle(struct serac_axi_check *check,
                           const struct serac_rtl_in *in,
                           const struct serac_rtl_out *out);

/* Pins while reset is low: none is valid. What was open is forgotten. */
void serac_axi_check_reset(struct serac_axi_check *check,
                           const struct serac_rtl_out *out);

#endif
