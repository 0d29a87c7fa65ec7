/* serac_lockstep_parts.h - what the parts of lock step share; private to serac_lockstep*.c.
 *
 * The model runs first and leaves its log: stage intervals, requests. Then the RTL runs cycle
 * by cycle; at each edge its stage states, requests and write data must be the model's. */
#ifndef SERAC_LOCKSTEP_PARTS_H
#define SERAC_LOCKSTEP_PARTS_H

#include "serac_axi_check.h"
#include "serac_env.h"
#include "serac_lockstep.h"
#include "serac_polls.h"
#include "serac_timeline.h"

struct serac_lockstep_interval {
    uint64_t from, to;
    enum serac_stage_state state;
};

struct serac_lockstep_log {
    struct serac_lockstep_interval *intervals[SERAC_STAGES];
    size_t count[SERAC_STAGES], room[SERAC_STAGES], next[SERAC_STAGES];
    struct serac_request *requests[2];
    size_t num[2], max[2], seen[2];
    bool failed;
};

struct serac_lockstep {
    const struct serac_design *design;
    const struct serac_memory_config *config;
    const struct serac_rtl_ops *ops;
    struct serac_host_memory *memory;       /* the model's */
    struct serac_host_memory copy;          /* the RTL's */
    uint64_t program;
    struct serac_lockstep_log log;
    bool no_memory;             /* the model could not go on: no difference */
    struct serac_recording *recording;      /* may be NULL; of the first run only */
    struct serac_lockstep_result *result;
    struct serac_error *error;
    uint64_t cycle;
    /* The block whose output is being written, and how many of its bursts came. */
    uint64_t block_address, block_bursts;
    uint32_t block;
    struct serac_counters *shares;
    uint32_t max_shares;
    uint8_t *original;                      /* memory before the run */
    struct serac_axi_check check;
    struct serac_memory_error inject;       /* into the run at hand */
    uint64_t stop;                          /* reset comes in this cycle, or never */
    struct serac_polls *polls;              /* NULL: registers are left alone */
    struct serac_rtl_in pins;               /* in the run's last cycle */
};

/* serac_lockstep.c: what both kinds of lock step begin and end with. */
enum serac_status serac_lockstep_begin(struct serac_lockstep *ls);
enum serac_status serac_lockstep_conclude(struct serac_lockstep *ls, enum serac_status status);
/* For functional coverage: a run that was alike on both sides. */
enum serac_status serac_lockstep_log_compared(struct serac_lockstep *ls);

/* serac_lockstep_model.c: the model's run, which leaves its log, and its counters by block if the
 * caller wants them. */
enum serac_status serac_lockstep_model(struct serac_lockstep *ls);
/* Both memories and the log as before the run. */
void serac_lockstep_rewind(struct serac_lockstep *ls);

/* serac_lockstep_rtl.c: one AXI4-Lite access; returns the data of a read. */
uint32_t serac_lockstep_register(struct serac_lockstep *ls, void *rtl, uint32_t offset, bool write,
                                 uint32_t data);
void serac_lockstep_program_address(struct serac_lockstep *ls, void *rtl);
/* One run of the RTL, its memory behind `bus`. */
void serac_lockstep_rtl(struct serac_lockstep *ls, void *rtl, struct serac_env *env,
                        const struct serac_bus *bus);

/* serac_lockstep_compare.c: notes a difference, if it is the first. */
void serac_lockstep_differ(struct serac_lockstep *ls, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* What the RTL shows in this cycle must be the model's. */
void serac_lockstep_check_axi(struct serac_lockstep *ls, const struct serac_rtl_in *in,
                              const struct serac_rtl_out *out);
void serac_lockstep_compare_states(struct serac_lockstep *ls, uint16_t states);
void serac_lockstep_compare_request(struct serac_lockstep *ls, int channel,
                                    const struct serac_env_channel *c);
void serac_lockstep_compare_write(struct serac_lockstep *ls, const struct serac_env *env,
                                  const struct serac_rtl_out *out);
/* Length, status, the error's address, and counters. */
void serac_lockstep_compare_ends(struct serac_lockstep *ls, void *rtl);

#endif
