// bench.h - what all RTL module benches have in common: arguments, clock, random
// numbers, comparing and the verdict. C++17; include it in one tb_*.cpp.
//
//   // POINT: -GRows=4 -GCols=4                  see scripts/run_bench.sh
//   #include "bench.h"
//   int main(int argc, char **argv)
//   {
//       Bench b(argc, argv, "tb_serac_x", {BENCH_PARAM(Rows), BENCH_PARAM(Cols)});
//       b.reset([&] { b.top->valid_i = b.rng.flag(); });
//       for (uint64_t n = b.length(100000); n--;) {
//           b.top->valid_i = b.rng.chance(70);    // inputs, clock low
//           b.settle();                           // combinational outputs are valid
//           b.compare("ready_o", b.top->ready_o, model.ready());
//           b.edge();                             // registers are valid
//           b.compare("acc_o", b.top->acc_o, model.acc);
//       }
//       return b.finish();
//   }
//
// The first difference prints `FAIL tb: seed S cycle C: signal RTL a, model b` and
// exits 1; C is the number of rising edges since reset was released. finish() prints
// `PASS tb POINT: N comparisons`; without a single comparison it fails.
//
// Arguments: --seed S (default 1; same seed and point, same run, registers' power-on
// values included), --cycles N (overrides length()). Others are left to Verilator.
#ifndef SERAC_BENCH_H
#define SERAC_BENCH_H

#include <cinttypes>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>

#include "Vtop.h"
#include "verilated.h"
#if VM_COVERAGE
#include "verilated_cov.h"
#endif

// A parameter of the design point, by name and by its -D value.
struct BenchParam {
    const char *name;
    long long value;
};
#define BENCH_PARAM(x) BenchParam{#x, (long long)(x)}

// splitmix64: every seed is as good as any other.
class Rng {
public:
    explicit Rng(uint64_t seed = 1) : state_(seed) {}
    uint64_t u64()
    {
        uint64_t z = state_ += 0x9e3779b97f4a7c15u;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
        z = (z ^ z >> 27) * 0x94d049bb133111ebu;
        return z ^ z >> 31;
    }
    uint32_t u32() { return (uint32_t)(u64() >> 32); }
    uint64_t bits(unsigned width) { return width ? u64() >> (64 - width) : 0; }
    uint64_t below(uint64_t n) { return u64() % n; }                // n > 0
    int64_t in(int64_t low, int64_t high)                           // both included
    {
        uint64_t span = (uint64_t)high - (uint64_t)low + 1;
        return (int64_t)((uint64_t)low + (span ? below(span) : u64()));
    }
    bool flag() { return u64() >> 63; }
    bool chance(unsigned percent) { return below(100) < percent; }
    // Half of the time a corner: 0, 1, all ones, the sign bit, its complement.
    uint64_t corner(unsigned width)
    {
        uint64_t ones = width == 64 ? ~(uint64_t)0 : ((uint64_t)1 << width) - 1;
        switch (below(10)) {
        case 0: return 0;
        case 1: return 1 & ones;
        case 2: return ones;
        case 3: return ones ^ ones >> 1;
        case 4: return ones >> 1;
        default: return bits(width);
        }
    }
    void fill(void *to, size_t bytes)
    {
        for (size_t i = 0; i < bytes; i++)
            ((uint8_t *)to)[i] = (uint8_t)(u64() >> 56);
    }
    // All `width` bits of a port of more than 64.
    template <std::size_t Words> void fill(VlWide<Words> &to, unsigned width)
    {
        for (std::size_t i = 0; i < Words; i++)
            to[i] = u32();
        if (width % 32)
            to[width / 32] &= (1u << width % 32) - 1;
    }

private:
    uint64_t state_;
};

// A valid or ready that sometimes always, sometimes never and sometimes mostly
// holds, for a while at a time: both a full pipe and a full stop are met.
class Gaps {
public:
    bool open(Rng &rng)
    {
        static const unsigned percents[] = {0, 10, 50, 90, 100, 100};
        if (left_-- == 0) {
            left_ = (unsigned)rng.below(40);
            percent_ = percents[rng.below(6)];
        }
        return rng.chance(percent_);
    }

private:
    unsigned left_ = 0, percent_ = 0;
};

class Bench {
public:
    std::unique_ptr<VerilatedContext> context{new VerilatedContext};
    std::unique_ptr<Vtop> top;
    Rng rng;
    uint64_t seed = 1;
    uint64_t cycle = 0;         // rising edges since reset was released
    uint64_t comparisons = 0;

    Bench(int argc, char **argv, const char *name,
          std::initializer_list<BenchParam> point)
        : name_(name)
    {
        for (const BenchParam &p : point)
            point_ += " " + std::string(p.name) + "=" + std::to_string(p.value);
        for (int i = 1; i < argc; i++) {
            if (!std::strcmp(argv[i], "--seed"))
                seed = number(argc, argv, ++i);
            else if (!std::strcmp(argv[i], "--cycles"))
                length_ = number(argc, argv, ++i);
            else if (argv[i][0] != '+')
                usage(argv[i]);
        }
        uint64_t mixed = seed;
        for (char c : point_)
            mixed = (mixed ^ (uint8_t)c) * 0x100000001b3u;
        rng = Rng(mixed);
        context->commandArgs(argc, argv);
        context->randReset(2);
        context->randSeed((int)(1 + rng.below(0x7fffffff)));
        top.reset(new Vtop(context.get(), "top"));
#if VM_COVERAGE
        settle();
        context->coveragep()->zero();   // the change from no value to the first is no toggle
#endif
    }
    ~Bench() { top->final(); }

    // Cycles to run: --cycles, or what the bench thinks is enough; a quarter of it while
    // coverage is counted, which is five to twenty times as slow.
    uint64_t length(uint64_t enough) const
    {
#if VM_COVERAGE
        enough = (enough + 3) / 4;
#endif
        return length_ ? length_ : enough;
    }

    // Evaluates with the inputs set, clock low.
    void settle()
    {
        clock(*top, 0, 0);
        top->eval();
    }
    // One rising edge; the clock is low again afterwards. (A module without clk_i
    // just settles.)
    void edge()
    {
        settle();
        clock(*top, 1, 0);
        top->eval();
        settle();
        context->timeInc(1);
        if (context->gotFinish())
            fail("the design called $finish or $stop");
        cycle++;
    }
    // Asserts reset away from clock edges, for a few cycles; `inputs` sets the
    // other inputs in each of them. Resets the cycle number.
    template <class Inputs, class Top = Vtop> void reset(Inputs inputs)
    {
        Top *module = top.get();        // depends on Top: modules without rst_ni compile
        module->rst_ni = 1;
        inputs();
        settle();
        module->rst_ni = 0;
        settle();
        for (uint64_t n = 1 + rng.below(4); n--;) {
            inputs();
            edge();
        }
        module->rst_ni = 1;
        settle();
        cycle = 0;
    }

    // Values are compared as 64 bits; pass both signed or both unsigned.
    template <class A, class B> void compare(const char *signal, A rtl, B model)
    {
        static_assert(std::is_integral<A>::value && std::is_integral<B>::value,
                      "use compare_wide");
        static_assert(std::is_same<A, bool>::value || std::is_same<B, bool>::value ||
                          std::is_signed<A>::value == std::is_signed<B>::value,
                      "one signed, one unsigned");
        comparisons++;
        if ((uint64_t)rtl == (uint64_t)model)
            return;
        if (std::is_signed<A>::value)
            fail("%s RTL %" PRId64 ", model %" PRId64, signal, (int64_t)rtl, (int64_t)model);
        fail("%s RTL %" PRIu64 ", model %" PRIu64, signal, (uint64_t)rtl, (uint64_t)model);
    }
    // The low `width` bits of a `width`-bit port as a signed number.
    static int64_t sign(uint64_t value, unsigned width)
    {
        return (int64_t)(value << (64 - width)) >> (64 - width);
    }
    // Ports of more than 64 bits: `words` words of 32 bits, lowest first. Names the
    // lowest word that differs.
    template <std::size_t Words>
    void compare_wide(const char *signal, const VlWide<Words> &rtl, const uint32_t *model)
    {
        for (std::size_t i = 0; i < Words; i++) {
            comparisons++;
            if (rtl[i] != model[i])
                fail("%s[%zu:%zu] RTL 0x%08" PRIx32 ", model 0x%08" PRIx32, signal, 32 * i + 31,
                     32 * i, (uint32_t)rtl[i], model[i]);
        }
    }
    // A rule that has no value, e.g. "bvalid_o fell without bready_i".
    void check(bool holds, const char *rule)
    {
        comparisons++;
        if (!holds)
            fail("%s", rule);
    }

    [[noreturn]] void fail(const char *format, ...) __attribute__((format(printf, 2, 3)))
    {
        char text[512];
        va_list args;
        va_start(args, format);
        vsnprintf(text, sizeof text, format, args);
        va_end(args);
        std::printf("FAIL %s: seed %" PRIu64 " cycle %" PRIu64 ": %s\n", name_, seed, cycle, text);
        std::exit(1);
    }
    int finish()
    {
        if (comparisons == 0)
            fail("nothing was compared");
#if VM_COVERAGE
        const char *file = std::getenv("SERAC_COVERAGE_FILE");
        if (file && *file)
            context->coveragep()->write(file);
#endif
        std::printf("PASS %s%s: %" PRIu64 " comparisons\n", name_,
                    point_.empty() ? " default" : point_.c_str(), comparisons);
        return 0;
    }

private:
    const char *name_;
    std::string point_;
    uint64_t length_ = 0;

    template <class Top> static auto clock(Top &module, int level, int)
        -> decltype((void)(module.clk_i = level))
    {
        module.clk_i = level;
    }
    template <class Top> static void clock(Top &, int, long) {}

    [[noreturn]] void usage(const char *argument) const
    {
        std::fprintf(stderr, "%s: %s: unknown, or not a number; usage: [--seed S] [--cycles N]\n",
                     name_, argument);
        std::exit(2);
    }
    uint64_t number(int argc, char **argv, int i) const
    {
        char *end = nullptr;
        if (i >= argc)
            usage("--");
        uint64_t value = std::strtoull(argv[i], &end, 10);
        if (end == argv[i] || *end)
            usage(argv[i]);
        return value;
    }
};

#endif
