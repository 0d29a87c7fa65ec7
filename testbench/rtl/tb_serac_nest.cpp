// tb_serac_nest.cpp - a layer's tiles against the loop nest of MACHINE.md, written out.
//
// Random legal layers of random_layers.h are walked tile by tile with gaps; every output is
// compared in every cycle from two cycles after the start on.
//
// POINT:
#include "random_layers.h"

struct Seen {
    uint64_t order[2], groups, tiles, phases, gather, last_steps;
};

// The place of one tile; the walk below is the specification.
struct Place {
    bool phase_first, x_last, phase_last, t_first, t_last, m_last, more;
    bool out_first, out_last, g_first, g_last, n_first, n_last;
};

static std::vector<Place> places(const serac_insn_exec &e, Seen &seen)
{
    std::vector<Place> list;
    uint32_t outer = e.order ? e.groups : e.n_tiles, inner = e.order ? e.n_tiles : e.groups;
    uint32_t gathered = 0;
    for (uint32_t o = 0; o < outer; o++)
        for (uint32_t i = 0; i < inner; i++) {
            uint32_t g = e.order ? o : i, n = e.order ? i : o;
            bool g_last = g == e.groups - 1, n_last = n == e.n_tiles - 1;
            uint32_t mtiles = g_last ? e.group_last_mtiles : e.group_mtiles;
            uint32_t run = n_last ? e.run_last : e.run;
            for (uint32_t m = 0; m < mtiles; m++) {
                bool pass = m == mtiles - 1 && (e.order || g_last);
                bool full = gathered == e.gather - 1u;
                for (uint32_t t = 0; t < run; t++)
                    for (uint32_t y = 0; y < e.phases_y; y++)
                        for (uint32_t x = 0; x < e.phases_x; x++) {
                            Place p = {};
                            p.phase_first = !x && !y;
                            p.x_last = x == e.phases_x - 1u;
                            p.phase_last = p.x_last && y == e.phases_y - 1u;
                            p.t_first = !t;
                            p.more = t < e.last_steps;
                            p.t_last = p.phase_last && t == run - 1;
                            p.m_last = p.t_last && m == mtiles - 1;
                            p.out_first = !gathered && !t && p.phase_first;
                            p.out_last = p.t_last && (full || pass);
                            p.g_first = !g, p.g_last = g_last;
                            p.n_first = !n, p.n_last = n_last;
                            list.push_back(p);
                            seen.last_steps += n_last && !p.more;
                        }
                gathered = full || pass ? 0 : gathered + 1;
            }
        }
    seen.order[e.order]++;
    seen.groups += e.groups > 1;
    seen.tiles += e.n_tiles > 1;
    seen.phases += e.phases_x > 1;
    seen.gather += e.gather > 1;
    return list;
}

static void compare(Bench &b, const Place &p, const serac_insn_exec &e)
{
    Vtop &top = *b.top;
    b.compare("phase_first_o", (bool)top.phase_first_o, p.phase_first);
    b.compare("x_last_o", (bool)top.x_last_o, p.x_last);
    b.compare("phase_last_o", (bool)top.phase_last_o, p.phase_last);
    b.compare("t_first_o", (bool)top.t_first_o, p.t_first);
    b.compare("t_last_o", (bool)top.t_last_o, p.t_last);
    b.compare("t_more_o", (bool)top.t_more_o, p.more);
    b.compare("m_last_o", (bool)top.m_last_o, p.m_last);
    b.compare("out_first_o", (bool)top.out_first_o, p.out_first);
    b.compare("out_last_o", (bool)top.out_last_o, p.out_last);
    b.compare("g_first_o", (bool)top.g_first_o, p.g_first);
    b.compare("g_last_o", (bool)top.g_last_o, p.g_last);
    b.compare("g_single_o", (bool)top.g_single_o, e.groups == 1);
    b.compare("n_first_o", (bool)top.n_first_o, p.n_first);
    b.compare("n_last_o", (bool)top.n_last_o, p.n_last);
    b.compare("n_single_o", (bool)top.n_single_o, e.n_tiles == 1);
}

static serac_design random_design(Rng &r)
{
    serac_design d = {};
    d.rows = 1u << r.below(6);
    d.cols = 1u << r.below(5);
    d.lanes = 8u << r.below(5);
    d.weight_planes = 1u << r.below(4);
    d.act_planes = 1u << r.below(4);
    d.weight_buffer_bytes = d.act_buffer_bytes = d.output_buffer_bytes = 1u << r.in(12, 16);
    d.param_buffer_bytes = 1u << r.in(11, 14);
    d.axi_bits = 64u << r.below(4);
    d.outstanding = 4;
    d.requant_lanes = 1u << r.below(4);
    d.queue_depth = 2;
    return d;
}

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_nest", {});
    Vtop &top = *b.top;
    Seen seen = {};
    b.reset([&] { top.start_i = top.step_i = 0; });
    uint64_t length = b.length(200000);
    while (b.cycle < length) {
        Layer l = random_layer(b.rng, [&] { return random_design(b.rng); }, 20000, 0, false);
        const serac_insn_exec &e = l.insn.exec;
        std::vector<Place> list = places(e, seen);
        put_section(top.section_i, l.insn, 1);
        top.step_i = 0;
        top.start_i = 1;
        b.edge();
        top.start_i = 0;
        b.compare("start_o", (bool)top.start_o, true);
        b.edge();
        Gaps gaps;
        for (const Place &place : list) {
            do {
                top.step_i = gaps.open(b.rng);
                b.settle();
                compare(b, place, e);
                b.edge();
            } while (!top.step_i);
        }
    }
    bool all = seen.order[0] && seen.order[1] && seen.groups && seen.tiles && seen.phases &&
               seen.gather && seen.last_steps;
    if (length >= 200000 && !all)
        b.fail("a loop order, several groups, tiles, phases, gathered m-tiles or a "
               "shorter column is missing in the whole run");
    return b.finish();
}
