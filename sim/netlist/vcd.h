/* vcd.h - switching activity from a value change dump, read as a stream.
 *
 * Counts, for every bit of every net, the changes between 0 and 1 and the time
 * at 1 within a window. The text is fed in pieces of any size, so nothing of
 * the dump is ever stored.
 *
 * An activity file is text, one bit of a net a line:
 *
 *     serac-activity 1
 *     cycles 20000
 *     net TOGGLES HIGH NAME      HIGH: part of the time at 1, 0..1
 *
 * NAME is the dump's path, scopes joined by dots, "[bit]" for bits of a
 * vector. A net that has several names appears under each. */
#ifndef VCD_H
#define VCD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct vcd;

/* Counts times from <= t <= to of the dump; NULL without memory. */
struct vcd *vcd_create(uint64_t from, uint64_t to);
void vcd_destroy(struct vcd *vcd);
/* false once the text is malformed; vcd_problem() says how. */
bool vcd_feed(struct vcd *vcd, const char *text, size_t length);
const char *vcd_problem(const struct vcd *vcd);
/* Ends the window and writes the activity file. false if that fails. */
bool vcd_write(struct vcd *vcd, FILE *file, uint64_t cycles);

#endif
