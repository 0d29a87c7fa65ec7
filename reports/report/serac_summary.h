/* serac_summary.h - what a report says first: who wins under which limit, and why.
 *
 * Points are compared within a group: one program (a workload, or the networks X-wN of
 * one topology and what serac tune made of them) on one memory, in one technology, of one batch. A limit is an area (LUTs,
 * if there is none), or a loss of accuracy. */
#ifndef SERAC_SUMMARY_H
#define SERAC_SUMMARY_H

#include "serac_report.h"

#define SERAC_LIMITS 16
#define SERAC_PLANE_PAIRS 16
#define SERAC_NO_POINT ((size_t)-1)

struct serac_limit {
    char text[64];                 /* "none", "area at most 2 mm2" */
    size_t fastest, thriftiest;    /* points; SERAC_NO_POINT: not known */
    char why[400];                 /* of the fastest */
};

/* From 1 bit on: where the best design of a pair of planes beats the best of (8,8). */
struct serac_even {
    uint32_t measured;             /* bit b - 1: both are known at b bits; 0: not measured */
    uint32_t widest;               /* beats it there and at all narrower ones measured; 0: at none */
    uint32_t lost;                 /* the next one measured, where it does not; 0: there is none */
    bool extrapolated;             /* clock or energy of one that was compared */
};

struct serac_break_even {
    uint32_t weight_planes, act_planes;
    double peak;                   /* bit products a cycle, of both */
    struct serac_even time, energy;            /* (8,8) at the same widths */
    struct serac_even time_int8, energy_int8;  /* (8,8) at 8/8 */
};

struct serac_group {
    char program[SERAC_CELL];
    const struct serac_row *like;  /* borrowed: memory, technology, batch */
    size_t *points, count;         /* owned */
    enum serac_column cost;        /* area_um2 or luts; SERAC_COLUMNS: none known */
    struct serac_limit limits[SERAC_LIMITS];
    size_t num_limits;
    struct serac_break_even pairs[SERAC_PLANE_PAIRS];
    size_t num_pairs;
};

struct serac_summary {
    struct serac_group *groups;    /* owned */
    size_t count;
    bool *stands_out;              /* owned; of each point: named, or on a front */
};

enum serac_status serac_summarise(const struct serac_report *report,
                                  struct serac_summary *summary);
void serac_summary_free(struct serac_summary *summary);

/* "4/8", "mixed/8"; needs SERAC_CELL characters. */
void serac_widths(const struct serac_row *total, char *text);
/* The name; of a variation the file's and the shape: "serial 4x8x16 (1,2)". Needs
 * 2 * SERAC_CELL characters. */
void serac_short_design(const struct serac_row *row, char *text);
/* Weight bits of all layers; 0: mixed or unknown. */
uint32_t serac_weight_bits(const struct serac_row *total);

/* Private to serac_summary*.c. */
bool serac_is_int8(const struct serac_row *total);
enum serac_status serac_find_break_even(const struct serac_report *report,
                                        struct serac_group *group);
void serac_say_why(const struct serac_row *winner, const struct serac_row *int8,
                   char *text, size_t room);

#endif
