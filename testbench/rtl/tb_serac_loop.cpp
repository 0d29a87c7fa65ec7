// tb_serac_loop.cpp - one loop against a list of its rounds.
//
// A loop of 1..9 rounds is started, stepped with gaps and sometimes cut short by
// end_i; its length may change between passes. Left, first and last are compared in
// every cycle, last_d_o whenever a step is asked for.
//
// POINT: -GBits=4
// POINT: -GBits=16
#include "bench.h"

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_loop", {BENCH_PARAM(Bits)});
    Vtop &top = *b.top;
    auto inputs = [&](unsigned rounds) {
        top.top_i = (unsigned)(rounds - 1);
        top.single_i = rounds == 1;
        top.end_i = b.rng.chance(10);
    };
    b.reset([&] {
        inputs(1);
        top.start_i = top.step_i = 0;
    });
    unsigned rounds = 0, round = 0;        // of this pass; 0 rounds: never started
    uint64_t passes = 0, cut = 0, single = 0, length = b.length(100000);
    for (uint64_t n = length; n--;) {
        unsigned next = (unsigned)b.rng.in(1, 9);
        inputs(next);
        top.start_i = !rounds || b.rng.chance(1);
        top.step_i = rounds && b.rng.chance(70);
        b.settle();
        bool last = round + 1 == rounds, again = last || top.end_i;
        if (rounds) {
            b.compare("first_o", (bool)top.first_o, round == 0);
            b.compare("last_o", (bool)top.last_o, last);
            b.compare("left_o", (unsigned)top.left_o, rounds - 1 - round);
        }
        if (top.step_i && !top.start_i) {
            bool due = again ? next == 1 : round + 2 == rounds;
            b.compare("last_d_o", (bool)top.last_d_o, due);
        }
        if (top.start_i || (top.step_i && again)) {
            passes += top.step_i && !top.start_i;
            cut += top.step_i && !top.start_i && !last;
            single += next == 1;
            rounds = next;
            round = 0;
        } else if (top.step_i) {
            round++;
        }
        b.edge();
    }
    if (length >= 100000 && !(passes && cut && single))
        b.fail("no pass, none cut short, or none of one round");
    return b.finish();
}
