/* serac_space_read.c - the files of a sweep, and their digests. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_config.h"
#include "serac_key.h"
#include "serac_space_read.h"

/* Notes what `name` stands for if it may have been cut: it is as long as one can be. */
static enum serac_status note_name(struct serac_space *space, const char *kind,
                                   const char *name, const char *given)
{
    const char *whole = given;
    const char *variation = serac_config_variation(given);
    size_t length = variation ? (size_t)(variation - given) : strlen(given);
    if (strlen(name) < SERAC_NAME_MAX - 1)
        return SERAC_OK;
    for (size_t i = 0; i < length; i++)        /* without folders */
        if (given[i] == '/')
            whole = given + i + 1;
    struct serac_space_name *more =
        realloc(space->names, (space->num_names + 1) * sizeof *more);
    if (!more)
        return SERAC_E_NOMEM;
    space->names = more;
    more[space->num_names++] = (struct serac_space_name){kind, name, whole};
    return SERAC_OK;
}

/* --- designs and memories ---------------------------------------------------------- */

static enum serac_status load_part(bool memory, const char *name,
                                   struct serac_space_part *part,
                                   struct serac_error *error)
{
    return memory ? serac_memory_load(name, &part->is.memory, error)
                  : serac_design_load(name, &part->is.design, error);
}

/* A variation may contradict itself, and is then left out; what it varies may not. */
static enum serac_status leave_out(struct serac_space *space, bool memory,
                                   const char *name,
                                   const struct serac_error *detail,
                                   struct serac_error *error)
{
    struct serac_space_part part;
    char base[1024];
    const char *variation = serac_config_variation(name);
    bool varied = memory ? space->sweep->varied_memories
                         : space->sweep->varied_designs;
    if (!varied || !variation) {
        if (error)
            *error = *detail;
        return SERAC_E_INPUT;
    }
    snprintf(base, sizeof base, "%.*s", (int)(variation - name), name);
    enum serac_status status = load_part(memory, base, &part, error);
    if (status == SERAC_OK && space->tally.impossible++ == 0)
        snprintf(space->tally.first_impossible,
                 sizeof space->tally.first_impossible, "%.200s: %.300s", name,
                 serac_config_message(detail));
    return status;
}

static enum serac_status read_parts(struct serac_space *space, bool memory,
                                    struct serac_error *error)
{
    const struct serac_sweep_list *names =
        memory ? &space->sweep->memories : &space->sweep->designs;
    struct serac_space_part *parts = calloc(names->count, sizeof *parts);
    uint32_t *count = memory ? &space->num_memories : &space->num_designs;
    enum serac_status status = parts ? SERAC_OK : SERAC_E_NOMEM;
    *(memory ? &space->memories : &space->designs) = parts;
    for (uint32_t i = 0; status == SERAC_OK && i < names->count; i++) {
        struct serac_error detail = {""};
        struct serac_space_part *part = &parts[*count];
        status = load_part(memory, names->names[i], part, &detail);
        if (status == SERAC_E_NOMEM) {
            if (error)
                *error = detail;
            continue;
        }
        if (status != SERAC_OK) {
            status = leave_out(space, memory, names->names[i], &detail, error);
            continue;
        }
        status = serac_key_file(memory ? "memory" : "designs", names->names[i],
                                memory ? part->is.memory.name
                                       : part->is.design.name,
                                part->digest, error);
        if (status == SERAC_OK)
            status = note_name(space, memory ? "memory" : "design",
                               memory ? part->is.memory.name : part->is.design.name,
                               names->names[i]);
        ++*count;
    }
    if (status == SERAC_OK && *count == 0 && error)
        snprintf(error->text, sizeof error->text, "no variation is possible; the "
                 "first: %s", space->tally.first_impossible);
    return status == SERAC_OK && *count == 0 ? SERAC_E_INPUT : status;
}

static enum serac_status read_technologies(struct serac_space *space,
                                           struct serac_error *error)
{
    const struct serac_sweep_list *names = &space->sweep->technologies;
    enum serac_status status = SERAC_OK;
    space->technologies = calloc(names->count, sizeof *space->technologies);
    space->technology_digests =
        calloc(names->count, sizeof *space->technology_digests);
    if (!space->technologies || !space->technology_digests)
        return SERAC_E_NOMEM;
    for (uint32_t i = 0; status == SERAC_OK && i < names->count; i++) {
        struct serac_tech *t = &space->technologies[space->num_technologies++];
        status = serac_tech_load(names->names[i], t, error);
        if (status == SERAC_OK)
            status = serac_key_file("tech", names->names[i], t->name,
                                    space->technology_digests[i], error);
        if (status == SERAC_OK)
            status = note_name(space, "technology", t->name, names->names[i]);
    }
    return status;
}

/* --- networks and workloads -------------------------------------------------------- */

/* The images that a network runs on, as serac infer chooses them: into the digest. */
static enum serac_status read_data(const struct serac_space *space,
                                   struct serac_space_program *p,
                                   struct serac_error *error)
{
    struct serac_dataset data = {.count = 0};
    const char *own = p->network->dataset;
    if (!strcmp(own, "fashion-mnist"))
        own = "fashion-mnist-500";
    snprintf(p->dataset, sizeof p->dataset, "%s",
             space->sweep->dataset[0] ? space->sweep->dataset : own);
    if (!p->dataset[0]) {
        if (error)
            snprintf(error->text, sizeof error->text, "%s: names no data set: the "
                     "sweep's key dataset must", p->network->name);
        return SERAC_E_INPUT;
    }
    enum serac_status status = serac_dataset_load(p->dataset, &data, error);
    if (status != SERAC_OK)
        return status;
    serac_key_images(&data, space->sweep->images, p->digest);
    serac_dataset_free(&data);
    return SERAC_OK;
}

static enum serac_status read_programs(struct serac_space *space,
                                       struct serac_error *error)
{
    const struct serac_sweep *s = space->sweep;
    uint32_t count = s->networks.count + s->workloads.count;
    enum serac_status status = SERAC_OK;
    space->programs = calloc(count, sizeof *space->programs);
    if (!space->programs)
        return SERAC_E_NOMEM;
    for (uint32_t i = 0; status == SERAC_OK && i < count; i++) {
        struct serac_space_program *p = &space->programs[space->num_programs++];
        bool network = i < s->networks.count;
        const char *file = network ? s->networks.names[i]
                                   : s->workloads.names[i - s->networks.count];
        status = network ? serac_network_load(file, &p->network, error)
                         : serac_workload_load(file, &p->workload, error);
        if (status == SERAC_OK)
            status = serac_key_file(network ? "networks" : "workloads", file,
                                    network ? p->network->name
                                            : p->workload->name,
                                    p->digest, error);
        if (status == SERAC_OK && !network)
            status = note_name(space, "workload", p->workload->name, file);
        if (status == SERAC_OK && network)
            status = read_data(space, p, error);
    }
    return status;
}

enum serac_status serac_space_read(struct serac_space *space,
                                   struct serac_error *error)
{
    enum serac_status status = read_parts(space, false, error);
    if (status == SERAC_OK)
        status = read_parts(space, true, error);
    if (status == SERAC_OK)
        status = read_technologies(space, error);
    if (status == SERAC_OK)
        status = read_programs(space, error);
    return status;
}
