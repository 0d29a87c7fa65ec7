/* serac_case.h - one program with all that a lock-step run depends on, also as a folder.
 *
 * DIR/design.cfg, DIR/memory.cfg, DIR/case.cfg (base and size of the memory, address of the program, seed of the
 * RTL's reset values), DIR/memory.bin (program, weights, inputs), DIR/program.txt (its fields, to
 * read) and DIR/README (what differed, and the command that repeats it). Nothing else is needed. */
#ifndef SERAC_CASE_H
#define SERAC_CASE_H

#include "serac_host_memory.h"
#include "serac_insn.h"
#include "serac_lockstep.h"
#include "serac_memory.h"

struct serac_case {
    struct serac_design design;
    struct serac_memory_config memory_config;
    struct serac_host_memory memory;   /* owned; the program is in it */
    uint64_t program;
    uint64_t seed;
};

/* The blocks of the program, decoded: how many, 0 if it has no end within `room`. */
uint32_t serac_case_blocks(const struct serac_case *c, struct serac_insn *blocks, uint32_t room);
void serac_case_set_blocks(struct serac_case *c, const struct serac_insn *blocks, uint32_t count);

/* A copy with a memory of its own; free it with serac_case_free(). */
enum serac_status serac_case_copy(const struct serac_case *from, struct serac_case *to);
void serac_case_free(struct serac_case *c);

/* Lock step of the case, whose memory stays as it is. */
enum serac_status serac_case_run(const struct serac_case *c, const struct serac_rtl_ops *ops,
                                 struct serac_lockstep_result *result, struct serac_error *error);

/* `about`: lines of the README before the command. SERAC_E_INPUT if the folder cannot be written. */
enum serac_status serac_case_save(const struct serac_case *c, const char *dir, const char *about,
                                  struct serac_error *error);
/* SERAC_E_INPUT with `file:line: key: ...` */
enum serac_status serac_case_load(const char *dir, struct serac_case *c, struct serac_error *error);

#endif
