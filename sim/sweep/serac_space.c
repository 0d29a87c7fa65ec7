/* serac_space.c - the points of a sweep. */
#include "serac_space.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_key.h"
#include "serac_space_read.h"

#define SAID 4      /* workloads whose host work is printed */

struct serac_space_point serac_space_point(const struct serac_space *space,
                                           uint64_t i)
{
    const struct serac_sweep *s = space->sweep;
    struct serac_space_point p = {.batch = 1};
    uint64_t run = i % space->runs;
    i /= space->runs;
    if (run < s->networks.count) {
        p.program = &space->programs[run];
    } else {
        run -= s->networks.count;
        p.batch = s->batches[run % s->num_batches];
        run /= s->num_batches;
        p.widths = s->precisions[run % s->num_precisions];
        p.program =
            &space->programs[s->networks.count + run / s->num_precisions];
    }
    p.technology = &space->technologies[i % space->num_technologies];
    p.technology_digest =
        space->technology_digests[i % space->num_technologies];
    i /= space->num_technologies;
    p.memory = &space->memories[i % space->num_memories];
    p.design = &space->designs[i / space->num_memories];
    return p;
}

void serac_space_known(const struct serac_space_point *p, struct serac_row *row)
{
    const struct serac_sweep_widths *w = &p->widths;
    memset(row, 0, sizeof *row);
    serac_row_design(row, &p->design->is.design, p->technology);
    serac_row_setting(row, &p->design->is.design, &p->memory->is.memory);
    serac_row_text(row, SERAC_COLUMN_memory, p->memory->is.memory.name);
    serac_row_text(row, SERAC_COLUMN_backend, "model");
    serac_row_text(row, SERAC_COLUMN_layer, "total");
    serac_row_u64(row, SERAC_COLUMN_batch, p->batch);
    if (p->program->network) {
        serac_row_text(row, SERAC_COLUMN_network, p->program->network->name);
        return;
    }
    serac_row_text(row, SERAC_COLUMN_network, p->program->workload->name);
    serac_row_u64(row, SERAC_COLUMN_weight_bits, w->weight_bits);
    serac_row_u64(row, SERAC_COLUMN_act_bits, w->act_bits);
    serac_row_u64(row, SERAC_COLUMN_weight_store_bits, w->weight_store_bits);
    serac_row_precision(row, w->weight_bits, w->act_bits, w->weight_store_bits);
}

static void make_key(const struct serac_space_point *p, char key[SERAC_DB_KEY])
{
    const uint8_t *const digests[] = {p->design->digest, p->memory->digest,
                                      p->technology_digest, p->program->digest};
    char text[64];
    snprintf(text, sizeof text, "%u/%u/%u x %u\n", p->widths.weight_bits,
             p->widths.act_bits, p->widths.weight_store_bits, p->batch);
    serac_key_make(text, digests, 4, key);
}

/* --- which there are --------------------------------------------------------------- */

static bool pruned(const struct serac_space *space,
                   const struct serac_space_point *p, struct serac_row *row)
{
    if (space->sweep->num_constraints)
        serac_space_known(p, row);
    for (uint32_t i = 0; i < space->sweep->num_constraints; i++)
        if (serac_expr_test(space->sweep->constraints[i], row) == SERAC_FALSE)
            return true;
    return false;
}

static bool keep(struct serac_space *space, uint64_t combination, uint64_t *room)
{
    if (space->count == *room) {
        *room = *room ? 2 * *room : 64;
        uint64_t *more =
            realloc(space->combinations, *room * sizeof *space->combinations);
        space->combinations = more ? more : space->combinations;
        char(*keys)[SERAC_DB_KEY] =
            realloc(space->keys, *room * sizeof *space->keys);
        space->keys = keys ? keys : space->keys;
        if (!more || !keys)
            return false;
    }
    space->combinations[space->count++] = combination;
    return true;
}

static enum serac_status plan(struct serac_space *space, struct serac_error *error)
{
    const struct serac_sweep *s = space->sweep;
    struct serac_row *row = malloc(sizeof *row);
    struct serac_sha256 sha;
    uint8_t digest[SERAC_SHA256_BYTES];
    uint64_t room = 0;
    enum serac_status status = row ? SERAC_OK : SERAC_E_NOMEM;
    serac_sha256_init(&sha);
    for (uint64_t i = 0; status == SERAC_OK && i < space->tally.combinations; i++) {
        struct serac_space_point p = serac_space_point(space, i);
        if (pruned(space, &p, row)) {
            space->tally.pruned++;
            continue;
        }
        if (!keep(space, i, &room)) {
            status = SERAC_E_NOMEM;
            break;
        }
        make_key(&p, space->keys[space->count - 1]);
        serac_sha256_add(&sha, space->keys[space->count - 1], SERAC_DB_KEY);
    }
    free(row);
    for (uint32_t i = 0; i < s->num_constraints; i++)
        serac_sha256_add(&sha, serac_expr_text(s->constraints[i]),
                         strlen(serac_expr_text(s->constraints[i])) + 1);
    serac_sha256_end(&sha, digest);
    serac_sha256_hex(digest, SERAC_DB_KEY - 1, space->id);
    if (status == SERAC_OK && space->count == 0) {
        status = SERAC_E_INPUT;
        if (error)
            snprintf(error->text, sizeof error->text, "constraints: exclude all of "
                     "%llu points", (unsigned long long)space->tally.pruned);
    }
    return status;
}

enum serac_status serac_space_open(const struct serac_sweep *s,
                                   struct serac_space **to,
                                   struct serac_error *error)
{
    struct serac_space *space = calloc(1, sizeof *space);
    if (!space)
        return SERAC_E_NOMEM;
    space->sweep = s;
    enum serac_status status = serac_space_read(space, error);
    space->runs = s->networks.count + (uint64_t)s->workloads.count *
                                          s->num_precisions * s->num_batches;
    double all = (double)space->runs * space->num_designs * space->num_memories *
                 space->num_technologies;
    if (status == SERAC_OK && all > SERAC_SPACE_POINTS) {
        status = SERAC_E_INPUT;
        if (error)
            snprintf(error->text, sizeof error->text, "%.4g combinations, at most "
                     "%d are possible", all, SERAC_SPACE_POINTS);
    }
    space->tally.combinations = (uint64_t)all;
    if (status == SERAC_OK)
        status = plan(space, error);
    if (status == SERAC_OK)
        *to = space;
    else
        serac_space_close(space);
    return status;
}

void serac_space_close(struct serac_space *space)
{
    if (!space)
        return;
    for (uint32_t i = 0; i < space->num_programs; i++) {
        serac_network_destroy(space->programs[i].network);
        serac_workload_destroy(space->programs[i].workload);
    }
    free(space->programs);
    free(space->names);
    free(space->designs);
    free(space->memories);
    free(space->technologies);
    free(space->technology_digests);
    free(space->combinations);
    free(space->keys);
    free(space);
}

enum serac_status serac_space_put_names(const struct serac_space *space,
                                        struct serac_db *db,
                                        struct serac_error *error)
{
    enum serac_status status = SERAC_OK;
    for (uint32_t i = 0; status == SERAC_OK && i < space->num_names; i++)
        status = serac_db_name(db, space->names[i].kind, space->names[i].name,
                               space->names[i].whole, error);
    return status;
}

uint64_t serac_space_count(const struct serac_space *space)
{
    return space->count;
}

const struct serac_space_tally *serac_space_tally(const struct serac_space *space)
{
    return &space->tally;
}

const char (*serac_space_keys(const struct serac_space *space))[SERAC_DB_KEY]
{
    return (const char(*)[SERAC_DB_KEY])space->keys;
}

const char *serac_space_id(const struct serac_space *space)
{
    return space->id;
}

void serac_space_say_host(const struct serac_space *space)
{
    uint32_t said = 0, more = 0;
    for (uint32_t i = 0; i < space->num_programs; i++) {
        if (!space->programs[i].workload)
            continue;
        if (said++ < SAID)
            serac_workload_say_host(stdout, space->programs[i].workload);
        else
            more++;
    }
    if (more)
        printf("and so on for %u more workloads\n", more);
}
