// random_layers.h - random legal layers for the benches of the stages: a layer, a mapping that
// fits the design, and the instruction sections that the mapper makes of the two.
//
// A bench's reference works from the layer and the mapping and takes from the sections
// only what the mapper is free to choose (segment_beats, slot_planes).
#ifndef SERAC_RANDOM_LAYERS_H
#define SERAC_RANDOM_LAYERS_H

#include <algorithm>
#include <cstring>
#include <vector>

#include "bench.h"

extern "C" {
#include "serac_map.h"
}

struct Layer {
    serac_design design;
    serac_layer layer;
    serac_mapping mapping;
    serac_addresses at;
    serac_insn insn;

    bool diagonal() const { return layer.op != SERAC_OP_CONV; }
    bool dual() const { return layer.op == SERAC_OP_ADD; }      // even and odd lines
    uint32_t plane() const { return design.lanes / 8; }         // bytes
    uint32_t beat() const { return design.axi_bits / 8; }
    uint32_t out_width() const { return layer.output.width; }
    uint32_t pixels() const { return layer.output.width * layer.output.height; }
    uint32_t mtiles() const { return ceil_div(layer.output.channels, design.rows); }
    uint32_t groups() const { return ceil_div(mtiles(), mapping.group_mtiles); }
    uint32_t tile_pixels() const { return design.cols * mapping.run; }
    uint32_t n_tiles() const { return ceil_div(pixels(), tile_pixels()); }
    // The run of tile n, and the m-tiles of group g.
    uint32_t run(uint32_t n) const
    {
        uint32_t rest = pixels() - n * tile_pixels();
        return n + 1 < n_tiles() ? mapping.run : ceil_div(rest, design.cols);
    }
    uint32_t group(uint32_t g) const
    {
        return std::min(mapping.group_mtiles, mtiles() - g * mapping.group_mtiles);
    }
    // Input lines and pixels from one output pixel to the next, and its window.
    uint32_t row_step() const { return dual() ? 2 : layer.stride_h * layer.pool; }
    uint32_t col_step() const { return layer.stride_w * layer.pool; }
    uint32_t kernel_lines() const
    {
        return dual() ? 2 : (layer.kernel_h - 1) * layer.dilation_h + 1 +
                                (layer.pool - 1) * layer.stride_h;
    }
    uint32_t window() const
    {
        return (layer.kernel_w - 1) * layer.dilation_w + 1 + (layer.pool - 1) * layer.stride_w;
    }
    uint32_t phases_y() const { return dual() ? 2 : layer.pool; }
    uint32_t phases_x() const { return dual() ? 1 : layer.pool; }
    bool slow() const { return layer.mode >= SERAC_MODE_THRESHOLD; }    // 4 cycles a group
    // Bytes of an m-tile: one set of parameter records; all of them; its weights.
    uint32_t set_bytes() const
    {
        return round64(design.rows * (layer.mode == SERAC_MODE_THRESHOLD ? 64u : 16u));
    }
    uint32_t param_bytes() const { return set_bytes() * (dual() ? 2 : 1); }
    uint32_t blocks() const     // channel blocks per tap
    {
        return diagonal() ? std::max(1u, design.rows / design.lanes)
                          : ceil_div(layer.input.channels, design.lanes);
    }
    uint32_t weight_store() const { return dual() ? 1 : layer.weight_store_bits; }
    uint32_t weight_bits() const { return dual() ? 1 : layer.weight_bits; }
    uint32_t weight_bytes() const
    {
        return round64(layer.kernel_h * layer.kernel_w * blocks() * weight_store() *
                       design.rows * plane());
    }
    // Channel blocks per output tile.
    uint32_t tile_blocks() const { return ceil_div(mapping.gather * design.rows, design.lanes); }

    static uint32_t ceil_div(uint32_t a, uint32_t b) { return (a + b - 1) / b; }
    static uint32_t round64(uint32_t bytes) { return (bytes + 63) & ~63u; }
};

// The iterations of a layer in their order, as rtl/MACHINE.md nests the loops.
struct Iteration {
    uint32_t g, n;
    bool weights, activations;          // loaded for it
    bool last_weights, last_activations;    // nothing after it uses them
    bool last;
};

inline std::vector<Iteration> iterations(const Layer &l)
{
    std::vector<Iteration> all;
    uint32_t groups = l.groups(), tiles = l.n_tiles();
    if (l.mapping.order == 0) {
        for (uint32_t n = 0; n < tiles; n++)
            for (uint32_t g = 0; g < groups; g++)
                all.push_back({g, n, all.empty() || groups > 1, g == 0, false, false, false});
    } else {
        for (uint32_t g = 0; g < groups; g++)
            for (uint32_t n = 0; n < tiles; n++)
                all.push_back({g, n, n == 0, all.empty() || tiles > 1, false, false, false});
    }
    for (size_t i = 0; i < all.size(); i++) {
        all[i].last = i + 1 == all.size();
        all[i].last_weights = all[i].last || all[i + 1].weights;
        all[i].last_activations = all[i].last || all[i + 1].activations;
    }
    return all;
}

inline void random_shape(Rng &r, const serac_design &d, serac_layer &l)
{
    l.kernel_h = l.kernel_w = l.stride_h = l.stride_w = 1;
    l.dilation_h = l.dilation_w = l.pool = 1;
    unsigned kind = (unsigned)r.below(5);       // GEMM, convolution, pooled, depthwise, add
    l.op = kind == 3 ? SERAC_OP_DEPTHWISE : kind == 4 ? SERAC_OP_ADD : SERAC_OP_CONV;
    l.input.channels = (uint32_t)r.in(1, std::min(d.lanes * 3, 150u));
    l.output.channels = (uint32_t)r.in(1, d.rows * 7);
    l.input.height = kind == 0 ? 1 : (uint32_t)r.in(1, 12);
    l.input.width = (uint32_t)r.in(1, kind == 0 ? 120 : 16);
    if (kind >= 1 && kind <= 3) {
        l.kernel_h = (uint32_t)r.in(1, 4);
        l.kernel_w = (uint32_t)r.in(1, 4);
        l.stride_h = (uint32_t)r.in(1, 3);
        l.stride_w = (uint32_t)r.in(1, 3);
        l.dilation_h = r.chance(25) ? 2 : 1;
        l.dilation_w = r.chance(25) ? 2 : 1;
        l.pad_top = (uint32_t)r.in(0, (l.kernel_h - 1) * l.dilation_h);
        l.pad_bottom = (uint32_t)r.in(0, (l.kernel_h - 1) * l.dilation_h);
        l.pad_left = (uint32_t)r.in(0, (l.kernel_w - 1) * l.dilation_w);
        l.pad_right = (uint32_t)r.in(0, (l.kernel_w - 1) * l.dilation_w);
    }
    if (kind == 2)
        l.pool = (uint32_t)r.in(2, 3);
    if (l.op != SERAC_OP_CONV)
        l.output.channels = l.input.channels;
    int64_t h = (int64_t)l.input.height + l.pad_top + l.pad_bottom -
                (l.kernel_h - 1) * l.dilation_h - 1;
    int64_t w = (int64_t)l.input.width + l.pad_left + l.pad_right -
                (l.kernel_w - 1) * l.dilation_w - 1;
    l.output.height = h < 0 ? 0 : ((uint32_t)h / l.stride_h + 1) / l.pool;
    l.output.width = w < 0 ? 0 : ((uint32_t)w / l.stride_w + 1) / l.pool;
}

inline void random_formats(Rng &r, serac_layer &l)
{
    l.weight_bits = (uint32_t)r.in(1, 8);
    l.weight_store_bits = r.chance(25) ? (uint32_t)r.in(1, l.weight_bits) : l.weight_bits;
    l.weight_kind = (serac_weight_kind)r.below(l.weight_store_bits < 8 ? 3 : 2);
    if (l.op == SERAC_OP_DEPTHWISE)
        l.weight_kind = SERAC_WEIGHT_SIGNED;
    l.input.bits = (uint32_t)r.in(1, 8);
    l.act_bits = r.chance(25) ? (uint32_t)r.in(l.input.bits, 8) : l.input.bits;
    l.input.is_signed = r.flag();
    int32_t low = l.input.is_signed ? -(1 << (l.input.bits - 1)) : 0;
    l.input.zero_point = l.input2_zero_point = (int32_t)r.in(low, low + (1 << l.input.bits) - 1);
    l.mode = (serac_requant_mode)r.below(l.op == SERAC_OP_ADD ? 3 : 5);
    uint32_t most = l.mode == SERAC_MODE_THRESHOLD ? 4 : 8;
    l.output.bits = l.mode == SERAC_MODE_RAW ? 32 : (uint32_t)r.in(1, most);
    l.output.is_signed = l.mode == SERAC_MODE_RAW || r.flag();
    l.clamp_min = INT32_MIN;
    l.clamp_max = INT32_MAX;
    if (l.mode == SERAC_MODE_RAW)
        return;
    low = l.output.is_signed ? -(1 << (l.output.bits - 1)) : 0;
    l.output.zero_point = (int32_t)r.in(low, low + (1 << l.output.bits) - 1);
    l.clamp_min = low;
    l.clamp_max = low + (1 << l.output.bits) - 1;
}

// A mapping that fits, or false.
inline bool random_mapping(Rng &r, Layer &l, uint32_t tokens, bool last)
{
    uint32_t least = std::max(1u, l.design.lanes / l.design.rows);
    uint32_t share = Layer::ceil_div(l.pixels(), l.design.cols);
    for (unsigned attempt = 0; attempt < 60; attempt++) {
        serac_mapping &m = l.mapping;
        m.order = (uint32_t)r.below(2);
        m.run = (uint32_t)r.in(1, attempt > 30 ? 1 : std::min(l.out_width(), share));
        m.group_mtiles = (uint32_t)r.in(1, l.mtiles());
        m.gather = least * (uint32_t)r.in(1, 3);
        m.wgt_halves = (uint32_t)r.in(1, 2);
        m.act_halves = (uint32_t)r.in(1, 2);
        if (m.order && r.flag())
            m.group_mtiles = std::min(m.gather, l.mtiles());
        if (serac_map_apply(&l.layer, &l.design, &m, &l.at, tokens, last, &l.insn, nullptr) ==
            SERAC_OK)
            return true;
    }
    return false;
}

// `design` is called for every attempt, so it may be random too. `most` bounds the
// digit pairs.
template <class Design>
Layer random_layer(Rng &r, Design design, uint64_t most, uint32_t tokens, bool last)
{
    for (unsigned attempt = 0; attempt < 100000; attempt++) {
        Layer l = {};
        l.design = design();
        if (serac_design_check(&l.design, nullptr) != SERAC_OK)
            continue;
        random_shape(r, l.design, l.layer);
        if (!l.layer.output.height || !l.layer.output.width)
            continue;
        random_formats(r, l.layer);
        uint64_t page = r.bits(r.chance(30) ? 36 : 20) + 1;
        l.at.weights = page << 12 | r.below(64) << 6;
        l.at.input = (page + 1000 + r.below(1000)) << 12;
        l.at.input2 = l.at.input + ((r.below(100) - 50) << 12);
        l.at.output = (page + 5000 + r.below(1000)) << 12;
        if (serac_layer_check(&l.layer, nullptr) == SERAC_OK &&
            serac_map_busy_cycles(&l.layer, &l.design) <= most &&
            random_mapping(r, l, tokens, last))
            return l;
    }
    std::printf("FAIL: no layer fits the bench's design\n");
    std::exit(1);
}

// Section 0 (fetch), 1 (exec) or 2 (store) on a 1024-bit port.
template <class Port> void put_section(Port &port, const serac_insn &insn, unsigned section)
{
    uint8_t block[SERAC_INSN_BLOCK_BYTES];
    serac_insn_encode(&insn, block);
    std::memcpy(&port, block + section * SERAC_INSN_SECTION_WORDS * 4,
                SERAC_INSN_SECTION_WORDS * 4);
}

#endif
