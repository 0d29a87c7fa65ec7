/* serac_fetch_walk.c - where fetch is in the image: columns, lines and bytes of a tile, without their time.
 * RTL twin: the walk of rtl/serac_fetch.v. */
#include "serac_stages.h"

static int64_t extend(uint32_t value)
{
    return (int32_t)value;
}

void serac_fetch_rewind(struct serac_fetch *f)
{
    const struct serac_insn_fetch *i = &f->insn.fetch;
    f->x = -(int64_t)i->pad_left_bytes;
    f->left = i->out_width;
    f->line = -(int64_t)i->pad_top;
    f->address = (int64_t)(i->act_addr_lo | (uint64_t)i->act_addr_hi << 32);
}

void serac_fetch_walk(struct serac_fetch *f, uint32_t cols)
{
    const struct serac_insn_fetch *i = &f->insn.fetch;
    f->wrapped = false;
    f->tile_x = f->x;
    f->tile_line = f->line;
    f->tile_address = f->address;
    bool last = f->n == i->n_tiles - 1;
    uint32_t run = last ? i->run_last : i->run;
    uint32_t bytes = last ? i->run_last_bytes : i->run_bytes;
    for (uint32_t c = 0; c < cols; c++) {
        bool wrap = f->left <= run;
        f->x += (int64_t)bytes - (wrap ? (int64_t)i->wrap_bytes : 0);
        f->left += (wrap ? (int64_t)i->out_width : 0) - (int64_t)run;
        if (wrap) {
            f->line += i->row_step;
            f->address += extend(i->out_line_stride);
            f->wrapped = true;
        }
    }
}

void serac_fetch_range(struct serac_fetch *f, uint32_t beat_bytes)
{
    const struct serac_insn_fetch *i = &f->insn.fetch;
    int64_t last_line = (int32_t)(i->last_line << 15) >> 15;   /* 17 bits */
    int64_t end = f->left == i->out_width ? f->line - i->row_step : f->line;
    if (end > last_line)
        end = last_line;
    bool one_line = end == f->tile_line;
    int64_t last_x = (f->wrapped ? (int64_t)i->wrap_bytes - i->pad_left_bytes
                                 : f->x) -
                     i->pixel_step_bytes + i->window_bytes - 1;
    int64_t line_end = (int64_t)i->line_bytes - 1;
    int64_t to = !one_line || last_x > line_end ? line_end : last_x;
    int64_t from = !one_line || f->tile_x < 0 ? 0 : f->tile_x;
    f->from = from / beat_bytes;
    f->to = to / beat_bytes;
    f->end_line = end + i->kernel_lines - 1;
}

void serac_fetch_line(struct serac_fetch *f, uint32_t beat_bytes,
                      struct serac_fetch_line *line)
{
    const struct serac_insn_fetch *i = &f->insn.fetch;
    line->real = f->tile_line >= 0 && f->tile_line < (int64_t)i->in_height;
    line->last = f->tile_line == f->end_line ||
                 (line->real && f->tile_line == (int64_t)i->in_height - 1);
    line->address = (uint64_t)f->tile_address + (uint64_t)f->from * beat_bytes;
    line->bytes = (uint64_t)(f->to - f->from + 1) * beat_bytes;
}

void serac_fetch_next_line(struct serac_fetch *f)
{
    const struct serac_insn_fetch *i = &f->insn.fetch;
    f->tile_address += extend(f->tile_line & 1 ? i->line_stride1
                                               : i->line_stride0);
    f->tile_line++;
}
