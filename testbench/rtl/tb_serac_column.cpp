// tb_serac_column.cpp - the digits of a column's run against the picture
// itself.
//
// Strips are filled as strip.h says, taps are addressed as execute does, and
// every digit must be that of the code that the picture has at the tap's line
// and pixel, or of the zero point outside the picture. So bank, place and
// padding are tested together: a strip in one half is written while the other
// one's is read. In gaps all inputs are garbage.
//
// POINT: -GLanes=32 -GActPlanes=1 -GBeatBytes=8 -GBankBytes=2048 -GBankAddrBits=8 -GPlaneBits=9
// POINT: -GLanes=128 -GActPlanes=4 -GBeatBytes=8 -GBankBytes=8192 -GBankAddrBits=10 -GPlaneBits=9
#include <deque>

#include "strip.h"

enum {
    PLANE = Lanes / 8,                      // bytes
    DIGIT = ActPlanes * Lanes / 8,
    HALF = 1 << (BankAddrBits - 1),         // beats
    HALF_PLANES = 1 << (PlaneBits - 1),
    LATENCY = 4,                            // s2 to s6
    ENOUGH = 150000         // cycles in which all of struct Seen happens
};

struct Layer {
    Shape shape;
    int blocks, store, bits, zero, last_lanes, dilation, taps_y, taps_x;
    bool is_signed;
    int segment;                            // beats
    int line_bytes;                         // whole beats
    Bytes picture;                          // [line][line_bytes]
};

struct Job {                                // a run of one column
    Strip strip;
    int count;                              // pixels
    bool half;
};

// What is due at s6.
struct Due {
    bool valid;
    Bytes digit, pad_lanes;
};

// How often; main() insists that each happened, unless --cycles cut it short.
struct Seen {
    uint64_t runs, crossed, above, below, left, right, inside, last_block,
        beyond_store, written_while_read;
};

class Driver {
public:
    Driver(Bench &bench) : b(bench), top(*bench.top) {}

    void reset()
    {
        uint64_t before = b.cycle;
        b.reset([&] { garbage(); });
        b.cycle = before;
        due_.assign(LATENCY + 1, Due{});
        beats_.clear();
    }
    void layer();
    Seen seen = {};

private:
    struct Beat {
        int address;
        Bytes data;
    };
    Bench &b;
    Vtop &top;
    Gaps issues_, writes_;
    Layer layer_ = {};
    std::deque<Beat> beats_;                // of the next run, not yet written
    std::deque<Due> due_;                   // the newest first

    bool choose();
    void garbage();
    Job next_job(int pixel, bool half);
    void run(const Job &job);
    void pixel(const Job &job, int x, int line, bool head, bool load);
    void tap(const Job &job, int x, int line, int ky, int kx, int block,
             int digit, bool head);
    Bytes expected(int line, int x, int block, int digit, const Bytes &lanes);
    void cycle();
};

bool Driver::choose()
{
    Layer &l = layer_;
    l.store = (int)b.rng.in(1, 8);
    l.bits = (int)b.rng.in(l.store, 8);
    l.blocks = (int)b.rng.in(1, 3);
    l.is_signed = b.rng.flag();
    l.zero = (int)b.rng.bits((unsigned)l.bits);
    if (l.is_signed)
        l.zero -= 1 << (l.bits - 1);
    l.last_lanes = b.rng.flag() ? (int)Lanes : (int)b.rng.in(1, Lanes);
    l.shape = random_shape(b.rng, PLANE, 6);
    Shape &s = l.shape;
    s.pixel = l.blocks * l.store * PLANE;
    bool odd = s.kernel_lines > 2 && s.kernel_lines % 2;
    l.dilation = odd && b.rng.flag() ? 2 : 1;
    l.taps_y = (s.kernel_lines - 1) / l.dilation + 1;
    l.taps_x = s.window;
    s.run = std::min(s.run, 8);
    int most = 0;
    for (int p = 0; p < s.out_width; p++) {
        Strip strip = strip_of(s, p, s.run, BeatBytes);
        if (collides(strip))
            return false;
        most = std::max(most, strip_beats(strip));
    }
    int unit = std::max(1, (int)PLANE / (int)BeatBytes);    // whole planes
    l.segment = ceil_div(most, unit) * unit;
    if (l.segment * s.kernel_lines > HALF)
        return false;
    l.line_bytes = ceil_div(s.in_width * s.pixel, BeatBytes) * BeatBytes;
    l.picture = random_bytes(b.rng, (size_t)(l.line_bytes * s.in_height));
    Bytes section = section_with(b.rng, 1, [&](struct serac_insn &insn) {
        struct serac_insn_exec &e = insn.exec;
        e.act_signed = l.is_signed;
        e.out_width = (uint32_t)s.out_width;
        e.row_step = (uint32_t)s.row_step;
        e.in_height = (uint32_t)s.in_height;
        e.line_planes = (uint32_t)(s.in_width * s.pixel / PLANE);
        e.step_planes = (uint32_t)(s.col_step * s.pixel / PLANE);
        e.pad_left_planes = (uint32_t)(s.pad_left * s.pixel / PLANE);
    });
    put_port(top.section_i, section);
    return true;
}

void Driver::garbage()
{
    top.we_i = top.load_i = top.step_i = top.valid_i = 0;
    top.waddr_i = (unsigned)b.rng.bits(BankAddrBits);
    put_port(top.wdata_i, random_bytes(b.rng, BeatBytes));
    top.line_i = (uint32_t)b.rng.bits(17);
    top.x_i = b.rng.u32();
    top.left_i = (uint32_t)b.rng.corner(32);
    top.tail_i = (unsigned)b.rng.bits(PlaneBits);
    top.head_i = (unsigned)b.rng.bits(PlaneBits);
    top.addr_i = (unsigned)b.rng.bits(PlaneBits);
    top.tap_line_i = (uint32_t)b.rng.bits(17);
    top.tap_x_i = b.rng.u32();
    top.real_i = (uint8_t)b.rng.in(0, ActPlanes);
    top.pad_digit_i = (uint8_t)b.rng.bits(ActPlanes);
}

// Its strip is queued to be written, beat by beat, in any order.
Job Driver::next_job(int pixel, bool half)
{
    const Layer &l = layer_;
    const Shape &s = l.shape;
    Job job = {strip_of(s, pixel, s.run, BeatBytes), s.run, half};
    for (int line = 0; line < s.in_height; line++)
        for (int beat = 0; beat * (int)BeatBytes < l.line_bytes; beat++) {
            int place = place_of(s, job.strip, line, beat, l.segment);
            if (place < 0)
                continue;
            int byte = line * l.line_bytes + beat * (int)BeatBytes;
            auto from = l.picture.begin() + byte;
            Beat now = {half * HALF + place, Bytes(from, from + BeatBytes)};
            size_t at = b.rng.below(beats_.size() + 1);
            beats_.insert(beats_.begin() + (std::ptrdiff_t)at, now);
        }
    return job;
}

// One lane's code at a place in the picture, sign or zero extended.
static int code_of(const Layer &l, int line, int x, int block, unsigned lane)
{
    int at = line * l.line_bytes + x * l.shape.pixel + block * l.store * PLANE;
    int code = 0;
    for (int p = 0; p < l.store; p++, at += PLANE)
        code = 2 * code + bit_of(l.picture, (size_t)at * 8 + lane);
    return l.is_signed && code >> (l.store - 1) ? code - (1 << l.store) : code;
}

// The digit that the picture, or its padding, has there.
Bytes Driver::expected(int line, int x, int block, int digit,
                       const Bytes &lanes)
{
    const Layer &l = layer_;
    const Shape &s = l.shape;
    bool inside = line >= 0 && line < s.in_height && x >= 0 && x < s.in_width;
    seen.above += line < 0;
    seen.below += line >= s.in_height;
    seen.left += x < 0;
    seen.right += x >= s.in_width;
    seen.inside += inside;
    Bytes bytes(DIGIT, 0);
    for (unsigned lane = 0; lane < Lanes; lane++) {
        int code = inside ? code_of(l, line, x, block, lane)
                   : bit_of(lanes, lane) ? l.zero : 0;
        code >>= digit * ActPlanes;
        for (unsigned p = 0; p < ActPlanes; p++)
            set_bit(bytes, p * Lanes + lane, code >> p & 1);
    }
    return bytes;
}

// A tap's digit at s2, addressed as serac_execute does.
void Driver::tap(const Job &job, int x, int line, int ky, int kx, int block,
                 int digit, bool head)
{
    const Layer &l = layer_;
    int pixel_planes = l.shape.pixel / PLANE, low = digit * ActPlanes;
    int real = std::min<int>(l.store - low, ActPlanes);
    int end = l.store - low;            // behind the digit's lowest plane
    if (end <= 0) {                     // not stored: the sign, or nothing
        real = l.is_signed;
        end = 1;
        seen.beyond_store++;
    }
    int segment_planes = l.segment * (int)BeatBytes / PLANE;
    int at = job.half * HALF_PLANES + ky * l.dilation * segment_planes +
             kx * pixel_planes + block * l.store + end - (int)ActPlanes;
    top.valid_i = 1;
    top.addr_i = (unsigned)at & ((1u << PlaneBits) - 1);
    top.tap_line_i = (uint32_t)(ky * l.dilation);
    top.tap_x_i = (uint32_t)(kx * pixel_planes);
    top.real_i = (uint8_t)real;
    top.pad_digit_i = (uint8_t)(l.zero >> low & ((1 << ActPlanes) - 1));
    Bytes lanes(PLANE, 0);
    bool last = block == l.blocks - 1;
    for (int lane = 0; lane < (last ? l.last_lanes : (int)Lanes); lane++)
        set_bit(lanes, (size_t)lane, true);
    seen.last_block += last && l.last_lanes < (int)Lanes;
    seen.crossed += head;
    due_.front() = {
        true, expected(line + ky * l.dilation, x + kx, block, digit, lanes),
        lanes};
}

// A pixel: its load or step (s1), then its taps (s2), a cycle later each.
void Driver::pixel(const Job &job, int x, int line, bool head, bool load)
{
    const Layer &l = layer_;
    top.load_i = load;      // beside the last tap of the pixel before
    top.step_i = !load;
    if (load) {
        const Strip &s = job.strip;
        const int mask = (1 << PlaneBits) - 1;
        top.line_i = (uint32_t)s.line & 0x1ffff;
        top.x_i = (uint32_t)(s.x * (l.shape.pixel / PLANE));
        top.left_i = (uint32_t)s.left;
        top.tail_i = (unsigned)(-s.tail_from * (int)BeatBytes / PLANE & mask);
        top.head_i = (unsigned)(tail_beats(s) * (int)BeatBytes / PLANE & mask);
    }
    cycle();
    int digits = ceil_div(l.bits, ActPlanes);
    int taps = l.taps_y * l.taps_x * l.blocks * digits;
    for (int n = 0; n < taps; n++) {
        while (!issues_.open(b.rng))
            cycle();
        int d = n % digits, rest = n / digits;
        int block = rest % l.blocks, kx = rest / l.blocks % l.taps_x;
        int ky = rest / l.blocks / l.taps_x;
        tap(job, x, line, ky, kx, block, digits - 1 - d, head);
        if (n < taps - 1)
            cycle();
    }
}

void Driver::run(const Job &job)
{
    const Shape &s = layer_.shape;
    int x = job.strip.x, line = job.strip.line, left = job.strip.left;
    bool head = false;
    for (int n = 0; n < job.count; n++) {
        pixel(job, x, line, head, n == 0);
        x += s.col_step;
        if (--left == 0) {
            x = -s.pad_left;
            line += s.row_step;
            left = s.out_width;
            head = true;
        }
    }
    seen.runs++;
}

// One cycle with the inputs set; afterwards they are garbage again.
void Driver::cycle()
{
    if (!beats_.empty() && writes_.open(b.rng)) {
        top.we_i = 1;
        top.waddr_i = (unsigned)beats_.front().address;
        put_port(top.wdata_i, beats_.front().data);
        beats_.pop_front();
        seen.written_while_read += top.valid_i;
    }
    const Due &now = due_.back();       // s2 was LATENCY cycles ago
    put_port(top.pad_lanes_i,
             now.valid ? now.pad_lanes : random_bytes(b.rng, PLANE));
    b.settle();
    if (now.valid)
        compare_port(b, "digit_o", top.digit_o, now.digit);
    b.edge();
    due_.pop_back();
    due_.push_front({});
    garbage();
}

void Driver::layer()
{
    while (!choose())
        ;
    garbage();
    bool half = b.rng.flag();
    int pixel = (int)b.rng.below((uint64_t)layer_.shape.out_width * 6);
    Job job = next_job(pixel, half);
    for (uint64_t runs = 1 + b.rng.below(4); runs--;) {
        while (!beats_.empty())
            cycle();
        for (int n = 0; n < 3; n++)
            cycle();        // the last tap is read in s4; fetch writes no sooner
        Job now = job;
        half = !half;
        pixel += layer_.shape.run;
        job = next_job(pixel, half);
        run(now);
    }
    beats_.clear();
    for (int n = 0; n <= LATENCY; n++)
        cycle();
}

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_column",
            {BENCH_PARAM(Lanes), BENCH_PARAM(ActPlanes), BENCH_PARAM(BeatBytes),
             BENCH_PARAM(BankBytes)});
    Driver driver(b);
    driver.reset();
    uint64_t length = b.length(ENOUGH);
    while (b.cycle < length) {
        if (b.rng.below(50) == 0)
            driver.reset();
        driver.layer();
    }
    const Seen &seen = driver.seen;
    const std::pair<uint64_t, const char *> musts[] = {
        {seen.runs, "run"}, {seen.crossed, "tap behind a line's end"},
        {seen.above, "tap above the picture"}, {seen.below, "below it"},
        {seen.left, "to its left"}, {seen.right, "to its right"},
        {seen.inside, "inside it"}, {seen.last_block, "block with spare lanes"},
        {seen.beyond_store, "digit that is not stored"},
        {seen.written_while_read, "write while a tap is read"}};
    for (const auto &must : musts)
        if (length >= ENOUGH && !must.first)
            b.fail("not one %s in the whole run", must.second);
    return b.finish();
}
