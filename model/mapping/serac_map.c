/* serac_map.c - from a layer and a mapping to the fields of an instruction. */
#include "serac_map.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_geometry.h"
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

static uint32_t log2_of(uint32_t power)
{
    uint32_t log = 0;
    while (power >>= 1)
        log++;
    return log;
}

static uint32_t round64(uint64_t bytes)
{
    return (uint32_t)((bytes + 63) & ~(uint64_t)63);
}

void serac_geometry_init(struct serac_geometry *g,
                         const struct serac_layer *l,
                         const struct serac_design *d)
{
    memset(g, 0, sizeof *g);
    g->diagonal = l->op != SERAC_OP_CONV;
    g->dual = l->op == SERAC_OP_ADD;
    struct serac_layout in = serac_layout_of(&l->input, d);
    struct serac_layout out = serac_layout_of(&l->output, d);
    g->in_pixel_bytes = in.pixel_bytes;
    g->in_line_stride = in.line_stride;
    g->in_line_bytes = l->input.width * in.pixel_bytes;
    g->out_pixel_bytes = out.pixel_bytes;
    g->out_line_stride = out.line_stride;
    g->out_blocks = out.blocks;
    g->blocks = !g->diagonal ? in.blocks
                : d->rows > d->lanes ? d->rows / d->lanes : 1;
    g->wgt_store = g->dual ? 1 : l->weight_store_bits;
    g->wgt_bits = g->dual ? 1 : l->weight_bits;
    uint32_t kh = (l->kernel_h - 1) * l->dilation_h + 1;
    uint32_t kw = (l->kernel_w - 1) * l->dilation_w + 1;
    g->row_step = g->dual ? 2 : l->stride_h * l->pool;
    g->col_step = l->stride_w * l->pool;
    g->kernel_lines = g->dual ? 2 : kh + (l->pool - 1) * l->stride_h;
    g->window = kw + (l->pool - 1) * l->stride_w;
    g->in_height = l->input.height * (g->dual ? 2 : 1);
    g->out_width = l->output.width;
    g->out_height = l->output.height;
    g->pixels = g->out_width * g->out_height;
    g->mtiles = serac_ceil_div(l->output.channels, d->rows);
    uint32_t record = l->mode == SERAC_MODE_THRESHOLD
                          ? SERAC_RECORD_THRESHOLD_BYTES : SERAC_RECORD_BYTES;
    g->set_bytes = round64((uint64_t)d->rows * record);
    g->tile_param_bytes = g->set_bytes * (g->dual ? 2 : 1);
    g->tile_wgt_bytes =
        round64((uint64_t)l->kernel_h * l->kernel_w * g->blocks *
                g->wgt_store * d->rows * d->lanes / 8);
    g->gather_min = d->lanes > d->rows ? d->lanes / d->rows : 1;
    g->gather_max = serac_ceil_div(g->mtiles, g->gather_min) * g->gather_min;
}

void serac_map_footprint(const struct serac_layer *layer,
                         const struct serac_design *design,
                         struct serac_footprint *footprint)
{
    struct serac_geometry g;
    serac_geometry_init(&g, layer, design);
    footprint->weights = (uint64_t)g.mtiles *
                         (g.tile_param_bytes + (uint64_t)g.tile_wgt_bytes);
    footprint->input = serac_layout_of(&layer->input, design).bytes;
    footprint->output = serac_layout_of(&layer->output, design).bytes;
    footprint->input_line_stride = g.in_line_stride;
    footprint->output_line_stride = g.out_line_stride;
    footprint->input_pixel_bytes = g.in_pixel_bytes;
    footprint->output_pixel_bytes = g.out_pixel_bytes;
}

/* One column's windows (rtl/MACHINE.md): beats of its bank per kernel line, 0 if
 * head and tail share a beat number. `x`: first output pixel in its line. */
static uint32_t window_beats(const struct serac_geometry *g,
                             const struct serac_layer *l, uint32_t beat,
                             uint32_t x, uint32_t run)
{
    int64_t step = (int64_t)g->col_step * g->in_pixel_bytes;
    int64_t start = x * step - (int64_t)l->pad_left * g->in_pixel_bytes;
    int64_t span = (int64_t)g->window * g->in_pixel_bytes - 1;
    int64_t end = (int64_t)g->in_line_bytes - 1;
    bool cross = x + run > g->out_width;
    uint32_t last = cross ? g->out_width - 1 : x + run - 1;
    int64_t tail = last * step - (int64_t)l->pad_left * g->in_pixel_bytes + span;
    tail = tail > end ? end : tail;
    int64_t from = (start < 0 ? 0 : start) / beat, to = tail / beat;
    if (!cross)
        return (uint32_t)(to - from + 1);
    int64_t head = (x + run - 1 - g->out_width) * step -
                   (int64_t)l->pad_left * g->in_pixel_bytes + span;
    head = head > end ? end : head;
    if (head / beat >= from)
        return 0;
    return (uint32_t)(to - from + 1 + head / beat + 1);
}

static uint32_t common_divisor(uint32_t a, uint32_t b)
{
    while (b) {
        uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Beats that every column's segment fits in; 0: a run's windows collide. Only first pixels that differ in their
 * place in the line count: windows of whole runs begin anew after some lines, those of the last tile are its own. */
static uint32_t segment_beats(const struct serac_geometry *g,
                              const struct serac_layer *l,
                              const struct serac_design *d, uint32_t run)
{
    uint32_t beat = d->axi_bits / 8, most = 0, tile = d->cols * run;
    uint32_t tiles = serac_ceil_div(g->pixels, tile), rest = g->pixels - (tiles - 1) * tile;
    uint32_t whole = (tiles - 1) * d->cols, last = serac_ceil_div(rest, d->cols);
    uint32_t differ = g->out_width / common_divisor(g->out_width, run);
    /* One line: starts repeat with the beat; 65 tiles see them all but the last ones. */
    bool line = g->out_height == 1 && tiles > 66;
    if (line || differ > whole)
        differ = whole;
    for (uint32_t c = 0; c < differ; c++) {
        if (line && c == 65 * d->cols)
            c = (tiles - 2) * d->cols;
        uint32_t beats = window_beats(g, l, beat, (uint32_t)((uint64_t)c * run % g->out_width), run);
        if (beats == 0)
            return 0;
        most = beats > most ? beats : most;
    }
    for (uint32_t c = 0; c * last < rest; c++) {
        uint32_t beats = window_beats(g, l, beat, (whole * run + c * last) % g->out_width, last);
        if (beats == 0)
            return 0;
        most = beats > most ? beats : most;
    }
    return most;
}

static bool set16(uint32_t *field, uint64_t value)
{
    *field = (uint32_t)value;
    return value <= UINT16_MAX;
}

static void set_addresses(struct serac_insn *insn,
                          const struct serac_geometry *g,
                          const struct serac_layer *l,
                          const struct serac_addresses *a)
{
    struct serac_insn_fetch *f = &insn->fetch;
    uint64_t act = a->input - (uint64_t)l->pad_top * g->in_line_stride;
    f->act_addr_lo = (uint32_t)act;
    f->act_addr_hi = (uint32_t)(act >> 32);
    f->wgt_addr_lo = (uint32_t)a->weights;
    f->wgt_addr_hi = (uint32_t)(a->weights >> 32);
    insn->store.out_addr_lo = (uint32_t)a->output;
    insn->store.out_addr_hi = (uint32_t)(a->output >> 32);
    uint32_t other = (uint32_t)(a->input2 - a->input);
    f->line_stride0 = g->dual ? other : g->in_line_stride;
    f->line_stride1 = g->dual ? g->in_line_stride - other : g->in_line_stride;
    f->out_line_stride = g->dual ? g->in_line_stride
                                 : g->row_step * g->in_line_stride;
}

static void set_fetch(struct serac_insn_fetch *f,
                      const struct serac_geometry *g,
                      const struct serac_layer *l,
                      const struct serac_mapping *m, uint32_t run_last)
{
    uint32_t tile = g->tile_param_bytes + g->tile_wgt_bytes;
    uint32_t step = g->col_step * g->in_pixel_bytes;
    f->magic = SERAC_INSN_MAGIC;
    f->order = m->order;
    f->wgt_halves = m->wgt_halves;
    f->act_halves = m->act_halves;
    f->groups = serac_ceil_div(g->mtiles, m->group_mtiles);
    f->group_bytes = m->group_mtiles * tile;
    f->group_last_bytes =
        (g->mtiles - (f->groups - 1) * m->group_mtiles) * tile;
    f->tile_param_bytes = g->tile_param_bytes;
    f->tile_wgt_bytes = g->tile_wgt_bytes;
    f->out_width = g->out_width;
    f->out_height = g->out_height;
    f->run = m->run;
    f->run_last = run_last;
    f->in_height = g->in_height;
    f->pad_top = l->pad_top;
    f->row_step = g->row_step;
    f->kernel_lines = g->kernel_lines;
    f->run_bytes = m->run * step;
    f->run_last_bytes = run_last * step;
    f->wrap_bytes = g->out_width * step;
    f->pixel_step_bytes = step;
    f->window_bytes = g->window * g->in_pixel_bytes;
    f->pad_left_bytes = l->pad_left * g->in_pixel_bytes;
    f->line_bytes = g->in_line_bytes;
    f->last_line = ((g->out_height - 1) * g->row_step - l->pad_top) & 0x1ffff;
}

/* The code that stands for zero, sign-extended to eight bits. */
static uint32_t zero_code(const struct serac_tensor *t)
{
    return (uint32_t)t->zero_point & 0xff;
}

static bool set_exec(struct serac_insn_exec *e, const struct serac_geometry *g,
                     const struct serac_layer *l, const struct serac_design *d,
                     const struct serac_mapping *m,
                     const struct serac_insn_fetch *f)
{
    uint32_t plane = d->lanes / 8;
    uint32_t pixel = g->in_pixel_bytes / plane;
    uint32_t segment = (uint32_t)((uint64_t)f->segment_beats *
                                  (d->axi_bits / 8) / plane);
    uint32_t dilation = g->dual ? 1 : l->dilation_h;
    uint32_t phase_lines = g->dual ? 1 : l->stride_h;
    e->order = m->order;
    e->phase_records = g->dual;
    e->wgt_halves = m->wgt_halves;
    e->act_halves = m->act_halves;
    e->wgt_bits = g->wgt_bits;
    e->wgt_store = g->wgt_store;
    e->act_bits = l->act_bits;
    e->act_store = l->input.bits;
    e->wgt_signed = l->op == SERAC_OP_DEPTHWISE;   /* others as offset binary: serac_pack.c */
    e->act_signed = l->input.is_signed;
    e->dot_shift = l->input.is_bipolar +
                   (!g->dual && l->weight_kind == SERAC_WEIGHT_BIPOLAR);
    e->combine_add = g->dual;
    e->mode = l->mode;
    e->groups = f->groups;
    e->n_tiles = f->n_tiles;
    e->kernel_h = l->kernel_h;
    e->kernel_w = l->kernel_w;
    e->phases_y = g->dual ? 2 : l->pool;
    e->phases_x = g->dual ? 1 : l->pool;
    e->blocks = g->blocks;
    e->dilation_h = dilation;
    e->phase_dy = phase_lines;
    uint32_t tail = l->input.channels % d->lanes;
    e->last_lanes = g->diagonal || tail == 0 ? d->lanes : tail;
    e->out_width = g->out_width;
    e->pixels = g->pixels;
    e->row_step = g->row_step;
    e->pad_top = l->pad_top;
    e->in_height = g->in_height;
    e->line_planes = l->input.width * pixel;
    e->act_tile_shift = g->diagonal && d->lanes > d->rows
                            ? log2_of(d->lanes / d->rows) : 0;
    e->act_tile_planes = g->diagonal ? g->blocks * l->input.bits : 0;
    e->act_zero = zero_code(&l->input);
    e->out_bits = l->output.bits;
    e->channels = l->output.channels;
    e->tile_wgt_planes = (uint32_t)(g->tile_wgt_bytes /
                                    (d->rows * (uint64_t)plane));
    e->out_zero = l->mode == SERAC_MODE_RAW ? 0
                                            : (uint32_t)l->output.zero_point;
    e->clamp_min = (uint32_t)l->clamp_min;
    e->clamp_max = (uint32_t)l->clamp_max;
    e->align_pixel = g->out_pixel_bytes % 64;
    e->align_run = (m->run % 64) * (g->out_pixel_bytes % 64) % 64;
    e->align_run_last = (f->run_last % 64) * (g->out_pixel_bytes % 64) % 64;
    e->align_wrap = (g->out_width % 64) * (g->out_pixel_bytes % 64) % 64;
    e->pixel_planes = pixel;
    e->col_step = g->col_step;
    e->in_width = l->input.width;
    e->dilation_w = l->dilation_w;
    e->phase_dx = l->stride_w;
    e->pad_left = l->pad_left;
    uint32_t record_plane = d->requant_lanes * 16;
    bool ok = pixel <= UINT16_MAX;
    ok &= set16(&e->group_mtiles, m->group_mtiles);
    ok &= set16(&e->group_last_mtiles,
                g->mtiles - (f->groups - 1) * m->group_mtiles);
    ok &= set16(&e->run, m->run);
    ok &= set16(&e->run_last, f->run_last);
    ok &= set16(&e->step_planes, (uint64_t)g->col_step * pixel);
    ok &= set16(&e->tap_planes, (uint64_t)l->dilation_w * pixel);
    ok &= set16(&e->phase_planes, (uint64_t)l->stride_w * pixel);
    ok &= set16(&e->pad_left_planes, (uint64_t)l->pad_left * pixel);
    ok &= set16(&e->tap_lines, (uint64_t)dilation * segment);
    ok &= set16(&e->phase_lines, (uint64_t)phase_lines * segment);
    ok &= set16(&e->gather, m->gather);
    ok &= set16(&e->tile_param_planes, g->tile_param_bytes / record_plane);
    ok &= set16(&e->phase_param_planes,
                g->dual ? g->set_bytes / record_plane : 0);
    return ok;
}

/* The last tile: how many columns each of its steps drains. */
static bool set_last(struct serac_insn_exec *e, const struct serac_insn_fetch *f,
                     uint32_t rest)
{
    uint32_t cols = serac_ceil_div(rest, f->run_last);
    return set16(&e->last_cols, cols) &
           set16(&e->last_steps, rest - (cols - 1) * f->run_last);
}

static bool set_output(struct serac_insn *insn, const struct serac_geometry *g,
                       const struct serac_layer *l,
                       const struct serac_design *d,
                       const struct serac_mapping *m)
{
    struct serac_insn_store *s = &insn->store;
    uint32_t plane = d->lanes / 8, beat = d->axi_bits / 8;
    uint32_t blocks = m->gather * d->rows / d->lanes;   /* per output tile */
    if (m->gather * d->rows % d->lanes)
        blocks++;
    uint32_t planes = blocks * l->output.bits;
    uint32_t tiles = serac_ceil_div(g->mtiles, m->gather);
    s->n_tiles = insn->fetch.n_tiles;
    s->groups = m->order ? insn->fetch.groups : 1;
    uint32_t per_group = m->order ? serac_ceil_div(m->group_mtiles, m->gather) : tiles;
    uint32_t last = tiles - (s->groups - 1) * per_group;
    s->tile_pixels = d->cols * m->run;
    s->pixels = g->pixels;
    s->line_stride = g->out_line_stride;
    s->pixel_bytes = g->out_pixel_bytes;
    s->out_width = g->out_width;
    s->chunk_bytes = planes * plane;
    s->chunk_last_bytes =
        (g->out_blocks - (tiles - 1) * blocks) * l->output.bits * plane;
    uint32_t unit = beat > plane ? beat / plane : 1;
    bool aligned = g->out_pixel_bytes % beat == 0 && s->chunk_bytes % beat == 0;
    if (!aligned)
        planes += unit - 1;
    s->slot_planes = serac_ceil_div(planes, unit) * unit;
    insn->exec.slot_planes = s->slot_planes;
    insn->exec.run_slot_planes = m->run * s->slot_planes;
    insn->exec.run_last_slot_planes = insn->fetch.run_last * s->slot_planes;
    insn->exec.align_chunk = s->chunk_bytes % 64;
    return set16(&s->out_tiles, per_group) & set16(&s->out_tiles_last, last);
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
    set_fetch(&insn->fetch, &g, l, m, run_last);
    insn->fetch.segment_beats = segment_beats(&g, l, d, m->run);
    bool ok = set_exec(&insn->exec, &g, l, d, m, &insn->fetch) &
              set_last(&insn->exec, &insn->fetch, rest) &
              set_output(insn, &g, l, d, m);
    set_addresses(insn, &g, l, addresses);
    status = check_buffers(l, d, &g, m, insn, error);
    if (status == SERAC_OK && !ok)
        return no_fit(l, error, "a size is beyond its instruction field");
    return status;
}
