/* serac_import.h - other tools' layer tables become workloads (model/network/serac_workload.h).
 *
 *   .csv           SCALE-Sim topologies (scalesim-project/SCALE-Sim): convolutions, or M,N,K
 *   .yaml, .yml    a Timeloop problem (Parashar et al., "Timeloop", ISPASS 2019), or a ZigZag
 *                  workload (Mei et al., "ZigZag", IEEE TC 70(8), 2021)
 *
 * Readers fill the list below and check every number; what they had to decide stands
 * in `notes`, a line each. */
#ifndef SERAC_IMPORT_H
#define SERAC_IMPORT_H

#include <stdio.h>

#include "serac_workload.h"

struct serac_import_layer {
    char name[SERAC_NAME_MAX];       /* unique, printable */
    enum serac_workload_op op;
    uint32_t count;
    bool run_time;
    uint32_t height, width, channels, filters;
    uint32_t kernel[2], stride[2], dilation[2];    /* h, w */
    uint32_t pad[4];                 /* top, left, bottom, right */
    uint32_t m, n, k;                /* GEMM: m x k weights on n vectors */
    uint64_t operations, elements;   /* HOST: what the host does, results */
};

struct serac_import {
    const char *path;                /* borrowed; for messages */
    char source[128];                /* what kind of file it is */
    struct serac_import_layer *layers;   /* owned */
    uint32_t num_layers, room;
    char *notes;                     /* owned; NULL: none */
    struct serac_error *error;
};

/* `text` is the file. SERAC_E_INPUT with "path:line: what". */
enum serac_status serac_import_csv(struct serac_import *import, const char *text);
enum serac_status serac_import_yaml(struct serac_import *import, char *text);   /* changes it */
void serac_import_free(struct serac_import *import);

/* The workload's file. */
void serac_import_write(const struct serac_import *import, const char *name, FILE *to);

/* --- for the readers --------------------------------------------------- */

/* A layer with everything 1 and no padding, its name made unique; NULL without memory or
 * beyond SERAC_LAYERS_MAX, with the reason. */
struct serac_import_layer *serac_import_add(struct serac_import *import, const char *name);
/* "path:line: text"; line 0: none. Returns SERAC_E_INPUT. */
enum serac_status serac_import_fail(struct serac_import *import, uint32_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void serac_import_note(struct serac_import *import, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Shapes that the machine's keys can hold. */
enum serac_status serac_import_check(struct serac_import *import, const struct serac_import_layer *layer,
                                     uint32_t line);

#endif
