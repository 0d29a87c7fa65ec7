/* serac_infer_rows.c - what was measured, a row per layer and one for the network. */
#include <stdlib.h>

#include "serac_host.h"
#include "serac_infer_session.h"

static void common_cells(const struct serac_infer_session *s, struct serac_row *row)
{
    serac_row_text(row, SERAC_COLUMN_memory, s->job->setting->memory.name);
    serac_row_text(row, SERAC_COLUMN_backend, s->job->backend);
    serac_row_text(row, SERAC_COLUMN_network, s->network->name);
    serac_row_u64(row, SERAC_COLUMN_batch, 1);
}

static void layer_row(const struct serac_infer_session *s, uint32_t i,
                      struct serac_row *row)
{
    const struct serac_layer *l = &s->network->layers[i];
    const struct serac_setting *t = s->job->setting;
    uint64_t pool = (uint64_t)l->pool * l->pool;
    uint64_t k = (uint64_t)l->kernel_h * l->kernel_w *
                 (l->op == SERAC_OP_CONV ? l->input.channels : 1);
    struct serac_work work = {.macs = 0};
    serac_work_add_layer(&work, &t->design, l, &s->program->layers[i].insn,
                         &s->blocks[i], 1);
    serac_row_work(row, &t->design, &t->tech, t->memory.dram_pj_per_bit, &work);
    common_cells(s, row);
    serac_row_text(row, SERAC_COLUMN_layer, l->name);
    serac_row_u64(row, SERAC_COLUMN_m, l->output.channels);
    serac_row_u64(row, SERAC_COLUMN_n,
                  pool * l->output.height * l->output.width);
    serac_row_u64(row, SERAC_COLUMN_k, k);
    if (l->op != SERAC_OP_ADD) {
        serac_row_u64(row, SERAC_COLUMN_weight_bits, l->weight_bits);
        serac_row_u64(row, SERAC_COLUMN_weight_store_bits,
                      l->weight_store_bits);
    }
    serac_row_u64(row, SERAC_COLUMN_act_bits, l->act_bits);
    serac_row_u64(row, SERAC_COLUMN_weight_bytes,
                  l->run_time ? 0 : s->program->layers[i].weight_bytes);
}

/* What the host did: its bytes, and its time on this computer. A layer of the machine: it
 * made the weights. */
static void host_row(struct serac_infer_session *s, uint32_t i, struct serac_row *row)
{
    const struct serac_layer *l = &s->network->layers[i];
    char name[SERAC_NAME_MAX + 16];
    struct serac_host_work work;
    serac_host_count(l, &work);
    if (l->run_time)
        work.bytes_written = s->program->layers[i].weight_bytes;
    snprintf(name, sizeof name, "%s%s", l->name, l->run_time ? ".weights" : "");
    serac_row_text(row, SERAC_COLUMN_design, s->job->setting->design.name);
    common_cells(s, row);
    serac_row_text(row, SERAC_COLUMN_backend, "host");
    serac_row_text(row, SERAC_COLUMN_layer, name);
    serac_row_u64(row, SERAC_COLUMN_act_bits, l->run_time ? l->operand.bits : l->input.bits);
    serac_row_u64(row, SERAC_COLUMN_bytes_read, work.bytes_read);
    serac_row_u64(row, SERAC_COLUMN_bytes_written, work.bytes_written);
    serac_row_f64(row, SERAC_COLUMN_time_us, s->host_us[i]);
    s->result->host_layers++;
    s->result->host_us += s->host_us[i];
    s->result->host_bytes += work.bytes_read + work.bytes_written;
}

/* The width all layers with weights share, or 0. */
static uint32_t shared_width(const struct serac_network *n, bool stored)
{
    uint32_t width = 0;
    for (uint32_t i = 0; i < n->num_layers; i++) {
        const struct serac_layer *l = &n->layers[i];
        uint32_t w = stored ? l->weight_store_bits : l->weight_bits;
        if (l->op == SERAC_OP_ADD || l->op == SERAC_OP_HOST || l->run_time)
            continue;
        if (width && w != width)
            return 0;
        width = w;
    }
    return width;
}

static void put_width(struct serac_row *row, enum serac_column column,
                      uint32_t width)
{
    if (width)
        serac_row_u64(row, column, width);
    else
        serac_row_text(row, column, "mixed");
}

static void total_row(const struct serac_infer_session *s,
                      const struct serac_counters *total,
                      struct serac_row *row)
{
    const struct serac_network *n = s->network;
    const struct serac_setting *t = s->job->setting;
    struct serac_work work = {.macs = 0};
    uint32_t acts = 0, seen = 0;
    for (uint32_t i = 0; i < n->num_layers; i++) {
        if (n->layers[i].op == SERAC_OP_HOST)
            continue;
        serac_work_add_layer(&work, &t->design, &n->layers[i],
                             &s->program->layers[i].insn, &s->blocks[i], 1);
        acts = !seen++ || n->layers[i].act_bits == acts ? n->layers[i].act_bits : 0;
    }
    work.counters = *total;
    serac_row_work(row, &t->design, &t->tech, t->memory.dram_pj_per_bit, &work);
    common_cells(s, row);
    serac_row_text(row, SERAC_COLUMN_layer, "total");
    put_width(row, SERAC_COLUMN_weight_bits, shared_width(n, false));
    put_width(row, SERAC_COLUMN_weight_store_bits, shared_width(n, true));
    put_width(row, SERAC_COLUMN_act_bits, acts);
    serac_row_u64(row, SERAC_COLUMN_weight_bytes,
                  serac_network_weight_bytes(n));
    serac_row_u64(row, SERAC_COLUMN_memory_bytes, s->program->memory_bytes);
    serac_row_u64(row, SERAC_COLUMN_images, s->result->images);
    if (!s->result->images || !s->result->labelled)
        return;
    serac_row_f64(row, SERAC_COLUMN_accuracy,
                  (double)s->result->correct / (double)s->result->images);
    serac_row_f64(row, SERAC_COLUMN_log_loss, s->result->log_loss);
}

/* What must hold for every row, whatever ran. */
static enum serac_status check_counters(struct serac_infer_session *s,
                                        const struct serac_counters *c,
                                        uint64_t busy, const char *name)
{
    const char *what = NULL;
    if (!serac_counters_add_up(c))
        what = "the causes do not sum to the cycles";
    else if (c->array_busy_cycles != busy)
        what = "array_busy_cycles differ from the formula";
    if (what && s->error)
        snprintf(s->error->text, sizeof s->error->text, "%s: %s", name, what);
    return what ? SERAC_E_INTERNAL : SERAC_OK;
}

/* Does the device tell its layers' shares apart? Else they are the cycle model's. */
static enum serac_status find_shares(struct serac_infer_session *s)
{
    if (s->lane.device->run.num_blocks)
        return SERAC_OK;
    enum serac_status status = serac_program_blocks(s->program, &s->job->setting->memory, s->blocks);
    return status == SERAC_OK ? status : serac_infer_say(s, status, "timeline");
}

enum serac_status serac_infer_rows(struct serac_infer_session *s)
{
    uint32_t layers = s->program->num_layers, rows = 0;
    enum serac_status status = find_shares(s);
    if (status != SERAC_OK)
        return status;
    s->result->rows = calloc(2 * (size_t)layers + 1, sizeof *s->result->rows);
    if (!s->result->rows)
        return SERAC_E_NOMEM;
    uint64_t busy = 0;
    for (uint32_t i = 0; status == SERAC_OK && i < layers; i++) {
        const struct serac_program_layer *l = &s->program->layers[i];
        bool host = l->block == SERAC_NO_BLOCK;
        if (host || s->network->layers[i].run_time)
            host_row(s, i, &s->result->rows[rows++]);
        if (host)
            continue;
        layer_row(s, i, &s->result->rows[rows++]);
        busy += l->array_busy_cycles;
        status = check_counters(s, &s->blocks[i], l->array_busy_cycles, l->name);
    }
    total_row(s, &s->total, &s->result->rows[rows]);
    s->result->num_rows = rows + 1;
    if (status == SERAC_OK)
        status = check_counters(s, &s->total, busy, "total");
    s->result->float_accuracy = s->network->float_accuracy;
    return status;
}
