// tb_serac_store.cpp - the store stage against a list of chunks made from layer and
// mapping: per output tile one chunk a pixel, its address in the output tensor, its
// bytes, its slot in the output buffer, and the tile's last one.
//
// Shown: tiles in the order of the loop nest; only pixels that exist; the short last
// chunk; no chunk of a tile before its token, then one a cycle while the write master
// takes them; the same number of cycles from token to first chunk always; one token to
// fetch per layer, when everything is written; the halves in turn, over layers, until
// clear. Layers are random for random designs; what the section port shows while a
// section loads is random, too.
//
// POINT: -GOutPlaneBits=6
// POINT: -GOutPlaneBits=10
#include <deque>

#include "random_layers.h"
#include "ports.h"

extern "C" {
#include "serac_timeline.h"
}

enum { ENOUGH = 250 };      // layers

struct Chunk {
    uint64_t address;
    uint32_t bytes, plane;
    bool first, last;       // of its output tile
};

struct Seen {
    uint64_t order[2], groups, gathered, short_chunk, missing, lines, cleared, stalled;
};

static serac_design random_design(Rng &r)
{
    serac_design d = {};
    d.rows = 1u << r.below(5);
    d.cols = 1u << r.below(4);
    d.lanes = 8u << r.below(4);
    d.weight_planes = d.act_planes = 1;
    d.weight_buffer_bytes = d.act_buffer_bytes = 1 << 18;
    d.param_buffer_bytes = 1 << 14;
    d.output_buffer_bytes = (1u << OutPlaneBits) * d.lanes / 8;
    d.axi_bits = 64u << r.below(4);
    d.outstanding = d.requant_lanes = d.queue_depth = 1;
    return d;
}

// The chunks of a layer; the first tile uses `half` of the output buffer.
static std::deque<Chunk> chunks_of(const Layer &l, unsigned &half, Seen &seen)
{
    std::deque<Chunk> chunks;
    serac_layout out = serac_layout_of(&l.layer.output, &l.design);
    uint32_t tiles = Layer::ceil_div(l.mtiles(), l.mapping.gather);
    uint32_t blocks = l.tile_blocks(), bytes = blocks * l.layer.output.bits * l.plane();
    // With order 0 a pass over the pixels of a tile ends with the layer's last m-tile.
    uint32_t passes = l.mapping.order ? l.groups() : 1;
    for (uint32_t g = 0; g < passes; g++)
        for (uint32_t n = 0; n < l.n_tiles(); n++) {
            uint32_t from = 0, to = tiles;
            if (l.mapping.order && g + 1 < passes)
                to = (g + 1) * l.mapping.group_mtiles / l.mapping.gather;
            if (l.mapping.order)
                from = g * l.mapping.group_mtiles / l.mapping.gather;
            for (uint32_t o = from; o < to; o++, half ^= 1) {
                uint32_t p0 = n * l.tile_pixels();
                uint32_t p1 = std::min(p0 + l.tile_pixels(), l.pixels());
                for (uint32_t p = p0; p < p1; p++) {
                    Chunk c;
                    c.address = l.at.output + (uint64_t)o * bytes +
                                p / l.out_width() * (uint64_t)out.line_stride +
                                p % l.out_width() * (uint64_t)out.pixel_bytes;
                    c.bytes = o + 1 < tiles ? bytes : out.pixel_bytes - o * bytes;
                    c.plane = (half << (OutPlaneBits - 1)) +
                              (p - p0) * l.insn.store.slot_planes;
                    c.first = p == p0;
                    c.last = p + 1 == p1;
                    chunks.push_back(c);
                    seen.short_chunk += tiles > 1 && c.bytes < bytes;
                }
                seen.missing += p1 < p0 + l.tile_pixels();
                seen.lines += p0 / l.out_width() != (p1 - 1) / l.out_width();
            }
        }
    seen.order[l.mapping.order]++;
    seen.groups += passes > 1;
    seen.gathered += l.mapping.gather > 1;
    return chunks;
}

class Driver {
public:
    Driver(Bench &bench) : b(bench), top(*bench.top)
    {
        b.reset([&] { idle_inputs(); });
    }
    void layer()
    {
        Layer l = random_layer(b.rng, [&] { return random_design(b.rng); }, UINT64_MAX, 0, false);
        std::deque<Chunk> chunks = chunks_of(l, half_, seen);
        if (chunks.size() > 3000) {     // rather another one
            half_ = half_before_;
            return;
        }
        load(l);
        uint64_t cut = b.rng.chance(10) ? chunks.size() / 2 : 0;
        while (!chunks.empty() && chunks.size() != cut)
            chunk(chunks);
        if (!chunks.empty())
            clear();
        else
            finish();
        half_before_ = half_;
    }
    Seen seen = {};

private:
    Bench &b;
    Vtop &top;
    unsigned half_ = 0, half_before_ = 0;
    unsigned tokens_ = 0;           // output tiles complete, not yet begun
    uint64_t token_seen_ = 0;       // first cycle in which the oldest was there
    uint64_t tile_ended_ = 0;       // first cycle after the tile before
    int64_t lead_ = -1;             // cycles from token to chunk, as first measured
    Gaps tiles_, takes_;

    void idle_inputs()
    {
        top.clear_i = top.loading_i = top.ready_i = top.out_ready_i = 0;
        top.cmd_ready_i = b.rng.flag();
        top.write_idle_i = b.rng.flag();
        put_port(top.section_i, random_bytes(b.rng, 128));
    }
    // A section arrives as the queue sends it.
    void load(const Layer &l)
    {
        for (uint64_t n = b.rng.below(5); n--;) {
            idle_inputs();
            b.settle();
            state("idle_o", SERAC_STATE_IDLE);
            b.compare("idle_o", (uint32_t)top.idle_o, 1u);
            b.edge();
        }
        for (uint64_t n = b.rng.in(1, 17); n--;) {
            idle_inputs();
            top.loading_i = 1;
            b.settle();
            state("loading", SERAC_STATE_RUN);
            b.compare("take_o", (uint32_t)top.take_o, 1u);
            b.edge();
        }
        idle_inputs();
        put_section(top.section_i, l.insn, 2);
        top.ready_i = 1;
        b.settle();
        state("ready", SERAC_STATE_RUN);
        b.edge();
        top.ready_i = 0;
        tile_ended_ = b.cycle;
    }
    // Until the next chunk is taken.
    void chunk(std::deque<Chunk> &chunks)
    {
        const Chunk &c = chunks.front();
        for (bool taken = false; !taken;) {
            uint64_t due = std::max(token_seen_, tile_ended_);
            if (c.first && lead_ < 0 && tokens_ && top.cmd_valid_o)
                lead_ = (int64_t)(b.cycle - due);
            bool begun = !c.first || (tokens_ && lead_ >= 0 && b.cycle >= due + (uint64_t)lead_);
            b.compare("cmd_valid_o", (uint32_t)top.cmd_valid_o, (uint32_t)begun);
            top.cmd_ready_i = takes_.open(b.rng);
            top.write_idle_i = b.rng.flag();
            top.out_ready_i = tokens_ + !c.first < 2 && tiles_.open(b.rng);
            b.settle();
            b.compare("take_o", (uint32_t)top.take_o, 0u);
            b.compare("idle_o", (uint32_t)top.idle_o, 0u);
            b.compare("token_o", (uint32_t)top.token_o, 0u);
            if (begun)
                command(c);
            taken = begun && top.cmd_ready_i;
            seen.stalled += begun && !taken;
            if (!tokens_)
                state("without a token", c.first ? SERAC_STATE_WAIT_RECEIVE : -1);
            if (begun)
                state("with a chunk", taken ? SERAC_STATE_RUN : SERAC_STATE_WAIT_MEMORY);
            if (lead_ < 0 && tokens_ && b.cycle > due + 1000)
                b.fail("no chunk after a token");
            edge(c.first && taken);
            if (taken && c.last)
                tile_ended_ = b.cycle;
        }
        chunks.pop_front();
    }
    void command(const Chunk &c)
    {
        b.compare("cmd_addr_o", (uint64_t)top.cmd_addr_o, c.address);
        b.compare("cmd_bytes_o", (uint32_t)top.cmd_bytes_o, c.bytes);
        b.compare("cmd_plane_o", (uint32_t)top.cmd_plane_o, c.plane);
        b.compare("cmd_last_o", (uint32_t)top.cmd_last_o, (uint32_t)c.last);
    }
    // The oldest token is gone when its tile's first chunk is taken.
    void edge(bool begin)
    {
        bool event = top.out_ready_i;
        b.edge();
        if (begin) {
            tokens_--;
            token_seen_ = 0;
        }
        if (event && tokens_++ == 0)
            token_seen_ = b.cycle;
    }
    // The layer ends when everything is written, with one token.
    void finish()
    {
        for (bool idle = false; !idle;) {
            top.write_idle_i = idle = b.rng.chance(20);
            top.cmd_ready_i = b.rng.flag();
            top.out_ready_i = 0;
            b.settle();
            b.compare("cmd_valid_o", (uint32_t)top.cmd_valid_o, 0u);
            b.compare("token_o", (uint32_t)top.token_o, (uint32_t)idle);
            b.compare("idle_o", (uint32_t)top.idle_o, 0u);
            state("end", idle ? SERAC_STATE_RUN : SERAC_STATE_WAIT_MEMORY);
            b.edge();
        }
        b.compare("take_o", (uint32_t)top.take_o, 1u);
        if (b.rng.chance(20))
            clear();
    }
    // The end of a run, or an error's: tokens and half are forgotten.
    void clear()
    {
        idle_inputs();
        top.clear_i = 1;
        b.edge();
        top.clear_i = 0;
        b.settle();
        b.compare("take_o after clear", (uint32_t)top.take_o, 1u);
        b.compare("token_o after clear", (uint32_t)top.token_o, 0u);
        tokens_ = half_ = 0;
        token_seen_ = 0;
        seen.cleared++;
    }
    void state(const char *when, int expected)
    {
        if (expected >= 0 && top.state_o != expected)
            b.fail("state_o (%s) RTL %d, model %d", when, (int)top.state_o, expected);
        b.comparisons++;
    }
};

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_store", {BENCH_PARAM(OutPlaneBits)});
    Driver driver(b);
    uint64_t length = b.length(ENOUGH);
    for (uint64_t n = length; n--;)
        driver.layer();
    const Seen &seen = driver.seen;
    const std::pair<bool, const char *> musts[] = {
        {seen.order[0], "layer of order 0"}, {seen.order[1], "layer of order 1"},
        {seen.groups, "layer of several groups"}, {seen.gathered, "gathered tile"},
        {seen.short_chunk, "short last chunk"}, {seen.missing, "tile with missing pixels"},
        {seen.lines, "tile over a line's end"}, {seen.cleared, "clear"},
        {seen.stalled, "chunk that waits"}};
    for (const auto &must : musts)
        if (length >= ENOUGH && !must.first)
            b.fail("not one %s in the whole run", must.second);
    return b.finish();
}
