/* serac_geometry.c - what follows from layer and design alone, and from a run: beats of a column.
 * RTL twin of its window rules: rtl/serac_columns.v. */
#include "serac_geometry.h"

#include <string.h>

#include "serac_math.h"

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

/* Only first pixels that differ in their place in the line count: windows of whole runs begin anew after some
 * lines, those of the last tile are its own. */
uint32_t serac_geometry_segment(const struct serac_geometry *g,
                                const struct serac_layer *l,
                                const struct serac_design *d, uint32_t run)
{
    uint32_t beat = d->axi_bits / 8, most = 0, tile = d->cols * run;
    uint32_t tiles = serac_ceil_div(g->pixels, tile), rest = g->pixels - (tiles - 1) * tile;
    uint32_t whole = (tiles - 1) * d->cols, last = serac_ceil_div(rest, d->cols);
    uint32_t differ = g->out_width / serac_gcd(g->out_width, run);
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
