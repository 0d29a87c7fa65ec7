/* serac_rtl_gates_energy.c - the energy of a netlist by unit groups, a row per window. */
#include "serac_rtl_gates_energy.h"

#include <errno.h>
#include <string.h>

/* Unit groups as area and energy are reported; what is in none is control. */
static const struct {
    const char *label, *path;
} groups[] = {{"control", ""},
              {"array", "u_core.u_array"},
              {"ones", "u_core.u_array.u_ones"},
              {"requant", "u_core.u_post.u_path"},
              {"weight_buffer", "u_core.u_wgt_buffer"},
              {"act_buffer", "u_core.u_column.u_bank"},
              {"param_buffer", "u_core.u_param_buffer"},
              {"output_buffer", "u_core.u_out_buffer"}};
#define GROUPS (sizeof groups / sizeof *groups)

void serac_rtl_gates_energy_groups(struct energy_sum *sum)
{
    for (size_t i = 0; i < GROUPS; i++) {
        sum->labels[i] = groups[i].label;
        sum->prefixes[i] = groups[i].path;
    }
    sum->num_prefixes = GROUPS;
}

static const struct energy_part *part_of(const struct energy_sum *sum, const char *label)
{
    static const struct energy_part none;
    for (uint32_t i = 0; i < sum->num_parts; i++)
        if (!strcmp(sum->parts[i].name, label))
            return sum->parts + i;
    return &none;
}

static void accesses(const struct serac_rtl_gates_energy *e, const char *label, uint64_t *reads,
                     uint64_t *writes)
{
    uint32_t count;
    const struct gates_memory *m = gates_memories(e->gates, &count);
    *reads = *writes = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t group = e->sum->net.instances[m[i].instance].group;
        if (strcmp(e->sum->parts[group].name, label))
            continue;
        *reads += m[i].reads;
        *writes += m[i].writes;
    }
}

/* What was printed is in the file, or `lost` says why not. */
static bool flush(struct serac_rtl_gates_energy *e)
{
    errno = 0;
    if (fflush(e->file) == 0 && !ferror(e->file))
        return true;
    if (!e->lost)
        e->lost = errno ? errno : EIO;
    return false;
}

void serac_rtl_gates_energy_begin(struct serac_rtl_gates_energy *e)
{
    FILE *file = e->file;
    fprintf(file, "cycle,window_cycles,wire_ff");
#define NAME(name, ...) fprintf(file, ",%s", #name);
    SERAC_COUNTER_LIST(NAME)
#undef NAME
    for (size_t i = 0; i < GROUPS; i++)
        fprintf(file, ",%s_pj,%s_clock_pj,%s_leakage_uw,%s_reads,%s_writes",
                groups[i].label, groups[i].label, groups[i].label,
                groups[i].label, groups[i].label);
    fprintf(file, "\n");
    flush(e);
}

/* Inputs of the machine load nets, too: those are control's. */
static void print_window(struct serac_rtl_gates_energy *e)
{
    uint64_t now[SERAC_COUNTERS] = {0}, reads, writes;
    uint64_t cycles = gates_activity(e->gates);
    energy_sum_add(e->sum);
    gates_get(e->gates, e->counters, now);
    fprintf(e->file, "%llu,%llu,%.4g", (unsigned long long)e->first,
            (unsigned long long)cycles, e->sum->wire_f * 1e15);
    for (uint32_t i = 0; i < SERAC_COUNTERS; i++)
        fprintf(e->file, ",%llu",
                (unsigned long long)(now[i] >= e->before[i]
                                         ? now[i] - e->before[i] : now[i]));
    memcpy(e->before, now, sizeof now);
    for (size_t i = 0; i < GROUPS; i++) {
        const struct energy_part *p = part_of(e->sum, groups[i].label);
        double pj = p->internal + p->switching + p->clock;
        if (!i)
            pj += part_of(e->sum, "(ports)")->switching;
        accesses(e, groups[i].label, &reads, &writes);
        fprintf(e->file, ",%.6g,%.6g,%.6g,%llu,%llu", pj * 1e12,
                p->clock * 1e12, p->leakage * 1e6, (unsigned long long)reads,
                (unsigned long long)writes);
    }
    fprintf(e->file, "\n");
    e->finished |= !flush(e);
    e->first = e->cycle;
    gates_count(e->gates);
}

void serac_rtl_gates_energy_count(struct serac_rtl_gates_energy *e, bool busy, bool done)
{
    if (!e->file || e->finished)
        return;
    if (busy && !e->counting) {
        e->counting = true;
        gates_count(e->gates);
        gates_get(e->gates, e->counters, e->before);
    } else if (e->counting) {
        e->cycle++;
        if (done || e->cycle - e->first == e->window)
            print_window(e);
        e->finished |= done;
    }
}

int serac_rtl_gates_energy_close(struct serac_rtl_gates_energy *e)
{
    if (!e->file)
        return 0;
    flush(e);
    if (fclose(e->file) != 0 && !e->lost)
        e->lost = errno;
    return e->lost;
}
