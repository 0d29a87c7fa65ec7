/* serac_cosim_cases.c - serac cosim --random with random designs or programs of any kind, and --replay: each program is
 * a case of its own, which can be kept, shrunk and run again. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "serac_case.h"
#include "serac_cli.h"
#include "serac_cosim.h"
#include "serac_covered.h"
#include "serac_random.h"
#include "serac_random_legal.h"
#include "serac_shrink.h"

/* Every eighth program of `both` is the mapper's: its layers are longer. */
#define MAPPED_EVERY 8

static bool is_mapped(const struct serac_cosim_cases *o, uint64_t index)
{
    return o->programs == SERAC_PROGRAMS_MAPPED || (o->programs == SERAC_PROGRAMS_BOTH && index % MAPPED_EVERY == 0);
}

static enum serac_status make_mapped(const struct serac_design *design, uint64_t seed, uint32_t index,
                                     struct serac_case *c)
{
    struct serac_random_case made;
    enum serac_status status = serac_random_make(design, seed, index, &made);
    *c = (struct serac_case){.design = *design, .memory_config = made.memory_config, .memory = made.memory,
                             .program = made.program, .seed = seed + index};
    c->memory_config.seed >>= 1;              /* a file's numbers have 63 bits */
    made.memory = (struct serac_host_memory){.bytes = NULL};
    serac_random_free(&made);
    return status;
}

/* --- a difference -------------------------------------------------------------- */

static void print_size(const char *what, const struct serac_shrink_size *size)
{
    fprintf(stderr, "%s%u block%s, %" PRIu64 " cycles, %" PRIu64 " bytes", what, size->blocks, size->blocks == 1 ? "" : "s",
            size->cycles, size->bytes);
}

/* DIR/seed-S-case-I as it was found, DIR/seed-S-case-I-shrunk. */
static enum serac_status keep(const struct serac_cosim_cases *o, struct serac_case *c, uint64_t index, const char *about,
                              const struct serac_rtl_ops *ops, struct serac_error *error)
{
    char dir[900], shrunk[1024], text[1024];
    struct serac_shrink how;
    (void)mkdir(o->save, 0777);
    snprintf(dir, sizeof dir, "%s/seed-%" PRIu64 "-case-%" PRIu64, o->save, o->seed, index);
    snprintf(shrunk, sizeof shrunk, "%s-shrunk", dir);
    enum serac_status status = serac_case_save(c, dir, about, error);
    if (status != SERAC_OK)
        return status;
    fprintf(stderr, "kept: serac cosim --replay %s\n", dir);
    status = serac_shrink(c, ops, &how, error);
    if (status != SERAC_OK || !how.difference[0])
        return status;
    snprintf(text, sizeof text, "%sshrunk; differs in %.256s\n", about, how.difference);
    status = serac_case_save(c, shrunk, text, error);
    if (status != SERAC_OK)
        return status;
    print_size("shrunk from ", &how.before);
    print_size(" to ", &how.after);
    fprintf(stderr, " in %u runs: %s\nrepeat: serac cosim --replay %s\n", how.runs, how.difference, shrunk);
    return SERAC_OK;
}

static int difference(const struct serac_cosim_cases *o, struct serac_case *c, uint64_t index,
                      const struct serac_lockstep_result *r, const struct serac_rtl_ops *ops)
{
    static const char *const names[] = {"mapped", "any", "both"};
    struct serac_error error = {""};
    char command[512], about[1024];
    snprintf(command, sizeof command, "serac cosim --random %" PRIu64 " --seed %" PRIu64 " --case %" PRIu64
             " --programs %s%s%s", o->count, o->seed, index, names[o->programs], o->design ? " --design " : "",
             o->design ? o->design : "");
    fprintf(stderr, "serac: model and RTL differ: seed %" PRIu64 " case %" PRIu64 " design %s: %s\nrepeat: %s\n", o->seed,
            index, c->design.name, r->difference, command);
    snprintf(about, sizeof about, "%s\nfound by: %s\n", r->difference, command);
    enum serac_status status = o->save ? keep(o, c, index, about, ops, &error) : SERAC_OK;
    if (status != SERAC_OK)
        serac_cli_fail(status, &error);
    return SERAC_EXIT_CHECK;
}

/* --- runs ---------------------------------------------------------------------- */

static int run_one(const struct serac_cosim_cases *o, const struct serac_design *design, uint64_t index,
                   const struct serac_rtl_ops *ops, struct serac_covered *covered)
{
    struct serac_error error = {""};
    struct serac_case c;
    struct serac_lockstep_result result = {.difference = ""};
    bool mapped = is_mapped(o, index);
    enum serac_status status = mapped ? make_mapped(design, o->seed, (uint32_t)index, &c)
                                      : serac_random_legal(design, o->seed, (uint32_t)index, &c);
    int code = SERAC_EXIT_DONE;
    if (status == SERAC_OK)
        status = serac_case_run(&c, ops, &result, &error);
    if (status == SERAC_E_MISMATCH)
        code = difference(o, &c, index, &result, ops);
    else if (status == SERAC_OK)
        serac_covered_add(covered, &c, mapped, &result);
    else if (status == SERAC_E_FIT)
        covered->unfit++;              /* layers do not fit every design */
    else
        code = serac_cli_fail(status, &error);
    serac_case_free(&c);
    return code;
}

static int write_counts(const char *path, const struct serac_covered *covered)
{
    FILE *file = fopen(path, "w");
    if (!file) {
        perror(path);
        return SERAC_EXIT_INPUT;
    }
    serac_covered_write(covered, file);
    bool bad = ferror(file);
    if (!fclose(file) && !bad)
        return SERAC_EXIT_DONE;
    perror(path);
    return SERAC_EXIT_INPUT;
}

/* The design of case `index` and its RTL, unless it is the one at hand. */
static enum serac_status load(const struct serac_cosim_cases *o, uint64_t index, struct serac_design *design,
                              const struct serac_rtl_ops **ops, struct serac_error *error)
{
    const char *name = o->design ? o->design : serac_cosim_design(index);
    enum serac_status status = SERAC_OK;
    if (*ops && (o->design || !strcmp(name, design->name)))
        return SERAC_OK;
    if (!strcmp(name, "random"))
        serac_random_design(o->seed, design);
    else
        status = serac_design_load(name, design, error);
    return status == SERAC_OK ? serac_rtl_load(design, SERAC_RTL_PLAIN, ops, error) : status;
}

int serac_cosim_cases(const struct serac_cosim_cases *o)
{
    struct serac_covered covered = {.runs = 0};
    struct serac_error error = {""};
    struct serac_design design;
    const struct serac_rtl_ops *ops = NULL;
    int code = SERAC_EXIT_DONE;
    for (uint64_t i = o->from; i < o->to && code == SERAC_EXIT_DONE; i++) {
        enum serac_status status = load(o, i, &design, &ops, &error);
        code = status == SERAC_OK ? run_one(o, &design, i, ops, &covered) : serac_cli_fail(status, &error);
        serac_cli_progress("runs", i + 1 - o->from, o->to - o->from);
    }
    if (code == SERAC_EXIT_DONE && o->count_file)
        code = write_counts(o->count_file, &covered);
    if (code != SERAC_EXIT_DONE)
        return code;
    serac_covered_print(&covered, stdout);
    if (covered.bytes == 0)
        fprintf(stderr, "serac: nothing was compared\n");
    return covered.bytes ? SERAC_EXIT_DONE : SERAC_EXIT_CHECK;
}

int serac_cosim_replay(const char *dir)
{
    struct serac_error error = {""};
    struct serac_case c;
    const struct serac_rtl_ops *ops;
    struct serac_lockstep_result result = {.difference = ""};
    enum serac_status status = serac_case_load(dir, &c, &error);
    if (status != SERAC_OK)
        return serac_cli_fail(status, &error);
    status = serac_rtl_load(&c.design, SERAC_RTL_PLAIN, &ops, &error);
    if (status == SERAC_OK)
        status = serac_case_run(&c, ops, &result, &error);
    serac_case_free(&c);
    if (status == SERAC_E_MISMATCH) {
        fprintf(stderr, "serac: model and RTL differ: %s\nrepeat: serac cosim --replay %s\n", result.difference, dir);
        return SERAC_EXIT_CHECK;
    }
    if (status != SERAC_OK)
        return serac_cli_fail(status, &error);
    printf("%s: %" PRIu64 " cycles and %" PRIu64 " written bytes compared, no difference\n", dir, result.cycles_compared,
           result.bytes_compared);
    return SERAC_EXIT_DONE;
}
