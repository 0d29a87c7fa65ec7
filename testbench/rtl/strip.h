// strip.h - "Pixels, columns, strips" of rtl/MACHINE.md, pixel by pixel, for
// the benches of serac_columns and serac_column: which beats of which input
// lines a column's pixels need, and where in its bank they lie. Nothing here is
// computed in bytes as the machine does it: each output pixel says which input
// pixels it meets.
#ifndef SERAC_STRIP_H
#define SERAC_STRIP_H

#include <algorithm>

#include "ports.h"

extern "C" {
#include "serac_insn.h"
}

// A layer's shape. Counts of pixels and lines; `pixel` is in bytes.
struct Shape {
    int pixel, in_width, in_height, window, pad_left, pad_top, col_step,
        row_step, kernel_lines, out_width, run;
};

// What one column holds; beats of an input line, both ends included.
struct Strip {
    int line, x;                // first pixel's place in the input
    int left;                   // output pixels to the end of the line
    bool crosses;
    int tail_from, tail_to;     // on the first output line
    int head_to;                // on the second: 0..head_to
};

inline int ceil_div(int a, int b) { return (a + b - 1) / b; }

// A layer whose every window meets the picture (serac_layer_check()).
inline Shape random_shape(Rng &rng, int plane_bytes, int max_lines)
{
    Shape s;
    do {
        s.pixel = plane_bytes * (int)rng.in(1, 5);
        s.in_width = (int)rng.in(1, rng.flag() ? 6 : 40);
        s.in_height = (int)rng.in(1, 8);
        s.window = (int)rng.in(1, 5);
        s.pad_left = (int)rng.in(0, s.window - 1);
        s.col_step = (int)rng.in(1, 3);
        s.row_step = (int)rng.in(1, 3);
        s.kernel_lines = (int)rng.in(1, rng.chance(80) ? 4 : max_lines);
        s.pad_top = (int)rng.in(0, std::min(s.kernel_lines - 1, 3));
        int padded = s.in_width + s.pad_left + (int)rng.in(0, s.window - 1);
        s.out_width =
            padded < s.window ? 0 : (padded - s.window) / s.col_step + 1;
    } while (s.out_width == 0);
    s.run = (int)rng.in(1, s.out_width);
    return s;
}

inline Strip strip_of(const Shape &s, int pixel, int run, int beat_bytes)
{
    int ox = pixel % s.out_width, oy = pixel / s.out_width;
    Strip strip = {oy * s.row_step - s.pad_top, ox * s.col_step - s.pad_left,
                   s.out_width - ox, false, 1 << 30, -1, -1};
    for (int p = pixel; p < pixel + run; p++) {
        int x = p % s.out_width * s.col_step - s.pad_left;
        int first = std::max(x, 0) * s.pixel / beat_bytes;
        int end = std::min(x + s.window, s.in_width) * s.pixel - 1;
        if (p / s.out_width == oy) {
            strip.tail_from = std::min(strip.tail_from, first);
            strip.tail_to = std::max(strip.tail_to, end / beat_bytes);
        } else {
            strip.crosses = true;
            strip.head_to = std::max(strip.head_to, end / beat_bytes);
        }
    }
    return strip;
}

// The mapper's promise: a beat number is not in both windows.
inline bool collides(const Strip &s)
{
    return s.crosses && s.head_to >= s.tail_from;
}

inline int tail_beats(const Strip &s) { return s.tail_to - s.tail_from + 1; }
inline int strip_beats(const Strip &s) { return tail_beats(s) + s.head_to + 1; }

// Where a beat lies in the bank, from the strip's begin on; -1: not at all.
inline int place_of(const Shape &shape, const Strip &s, int line, int beat,
                    int segment)
{
    int k = line - s.line, head_k = k - shape.row_step;
    bool tail = beat >= s.tail_from && beat <= s.tail_to;
    bool head = s.crosses && beat <= s.head_to;
    if (tail && k >= 0 && k < shape.kernel_lines)
        return k * segment + beat - s.tail_from;
    if (head && head_k >= 0 && head_k < shape.kernel_lines)
        return head_k * segment + tail_beats(s) + beat;
    return -1;
}

// Section `number` of a block; fields that `set` leaves alone are random.
template <class Set> Bytes section_with(Rng &rng, int number, Set set)
{
    Bytes block = random_bytes(rng, SERAC_INSN_BLOCK_BYTES);
    struct serac_insn insn;
    serac_insn_decode(block.data(), &insn);
    set(insn);
    serac_insn_encode(&insn, block.data());
    auto from = block.begin() + number * 4 * SERAC_INSN_SECTION_WORDS;
    return Bytes(from, from + 4 * SERAC_INSN_SECTION_WORDS);
}

#endif
