/* serac_map.c - from a layer and a mapping to an instruction, if they fit the design. */
#include "serac_map.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "serac_geometry.h"
#include "serac_map_insn.h"
#include "serac_math.h"

static enum serac_status no_fit(const struct serac_layer *layer,
                                struct serac_error *error, const char *format,
                                ...) __attribute__((format(printf, 3, 4)));

static enum serac_status no_fit(const struct serac_layer *layer,
                                struct serac_error *error, const char *format,
                                ...)
{
    if (!error)
        return SERAC_E_FIT;
    int used = snprintf(error->text, sizeof error->text,
                        "layer %s does not fit the design: ", layer->name);
    va_list args;
    va_start(args, format);
    vsnprintf(error->text + used, sizeof error->text - (size_t)used, format,
              args);
    va_end(args);
    return SERAC_E_FIT;
}

static enum serac_status check_buffers(const struct serac_layer *l,
                                       const struct serac_design *d,
                                       const struct serac_geometry *g,
                                       const struct serac_mapping *m,
                                       const struct serac_insn *insn,
                                       struct serac_error *error)
{
    uint64_t wgt = (uint64_t)m->group_mtiles * g->tile_wgt_bytes;
    uint64_t param = (uint64_t)m->group_mtiles * g->tile_param_bytes;
    uint64_t strip = (uint64_t)g->kernel_lines * insn->fetch.segment_beats *
                     (d->axi_bits / 8);
    uint64_t out = (uint64_t)insn->store.tile_pixels *
                   insn->store.slot_planes * (d->lanes / 8);
    uint64_t wgt_room = (uint64_t)d->weight_buffer_bytes / 2 * m->wgt_halves;
    uint64_t param_room = (uint64_t)d->param_buffer_bytes / 2 * m->wgt_halves;
    uint64_t strip_room =
        (uint64_t)d->act_buffer_bytes / d->cols / 2 * m->act_halves;
    if (wgt > wgt_room)
        return no_fit(l, error, "%llu bytes of weights per load, "
                      "weight_buffer_bytes leaves %llu",
                      (unsigned long long)wgt, (unsigned long long)wgt_room);
    if (param > param_room)
        return no_fit(l, error, "%llu bytes of parameters per load, "
                      "param_buffer_bytes leaves %llu",
                      (unsigned long long)param,
                      (unsigned long long)param_room);
    if (insn->fetch.segment_beats == 0)
        return no_fit(l, error, "a run of %u pixels meets itself on the next "
                      "line", m->run);
    if (strip > strip_room)
        return no_fit(l, error, "%llu bytes of activations per column, "
                      "act_buffer_bytes leaves %llu",
                      (unsigned long long)strip,
                      (unsigned long long)strip_room);
    if (out > d->output_buffer_bytes / 2)
        return no_fit(l, error, "%llu bytes of results per tile, "
                      "output_buffer_bytes leaves %u",
                      (unsigned long long)out, d->output_buffer_bytes / 2);
    return SERAC_OK;
}

static enum serac_status check_kind(const struct serac_layer *l,
                                    const struct serac_geometry *g,
                                    const struct serac_addresses *a,
                                    struct serac_error *error)
{
    bool padded = l->pad_top || l->pad_left || l->pad_bottom || l->pad_right;
    if (l->input.is_bipolar && padded)
        return no_fit(l, error, "bipolar activations have no zero to pad with; "
                      "give them as 2-bit signed");
    bool plain = l->weight_kind == SERAC_WEIGHT_SIGNED;
    if (l->op == SERAC_OP_DEPTHWISE && !plain)
        return no_fit(l, error, "depthwise weights must be signed");
    int64_t apart = (int64_t)(a->input2 - a->input);
    if (g->dual && (apart > INT32_MAX || apart < INT32_MIN))
        return no_fit(l, error, "operands lie more than 2 GiB apart");
    if ((uint64_t)l->input.width * g->in_pixel_bytes > INT32_MAX ||
        (uint64_t)g->out_width * g->col_step * g->in_pixel_bytes > INT32_MAX)
        return no_fit(l, error, "an input line has more than 2 GiB");
    if ((uint64_t)g->mtiles * (g->tile_param_bytes + g->tile_wgt_bytes) >
        UINT32_MAX)
        return no_fit(l, error, "more than 4 GiB of weights");
    return SERAC_OK;
}

enum serac_status serac_map_apply(const struct serac_layer *l,
                                  const struct serac_design *d,
                                  const struct serac_mapping *m,
                                  const struct serac_addresses *addresses,
                                  uint32_t store_tokens, bool last,
                                  struct serac_insn *insn,
                                  struct serac_error *error)
{
    struct serac_geometry g;
    serac_geometry_init(&g, l, d);
    enum serac_status status = check_kind(l, &g, addresses, error);
    if (status != SERAC_OK)
        return status;
    uint32_t tile = d->cols * m->run;
    bool whole = m->gather >= g.mtiles;
    if (m->run < 1 || m->run > g.out_width || m->group_mtiles < 1 ||
        m->group_mtiles > g.mtiles || m->gather < 1 ||
        (m->gather % g.gather_min && !whole) ||
        (m->order && m->group_mtiles < g.mtiles &&
         m->group_mtiles % m->gather))
        return no_fit(l, error, "run %u, group %u, gather %u: not a mapping",
                      m->run, m->group_mtiles, m->gather);
    memset(insn, 0, sizeof *insn);
    uint32_t n_tiles = serac_ceil_div(g.pixels, tile);
    uint32_t rest = g.pixels - (n_tiles - 1) * tile;
    uint32_t run_last = serac_ceil_div(rest, d->cols);
    insn->fetch.n_tiles = n_tiles;
    insn->fetch.last = last;
    insn->exec.last = last;
    insn->fetch.store_tokens = store_tokens;
    serac_map_set_fetch(&insn->fetch, &g, l, m, run_last);
    insn->fetch.segment_beats = serac_geometry_segment(&g, l, d, m->run);
    bool ok = serac_map_set_exec(&insn->exec, &g, l, d, m, &insn->fetch, rest) &
              serac_map_set_output(insn, &g, l, d, m);
    serac_map_set_addresses(insn, &g, l, addresses);
    status = check_buffers(l, d, &g, m, insn, error);
    if (status == SERAC_OK && !ok)
        return no_fit(l, error, "a size is beyond its instruction field");
    return status;
}
