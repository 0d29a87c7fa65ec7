// activity_vcd.h - counts switching activity while a Verilated model runs: the
// text of its value change dump goes straight to vcd.c and is never stored.
//
// The model must be built with --trace --trace-underscore. Dump every time at
// which something may change; the times are the caller's own count.
#ifndef ACTIVITY_VCD_H
#define ACTIVITY_VCD_H

#include <cstdio>
#include <memory>

#include "verilated_vcd_c.h"
extern "C" {
#include "vcd.h"
}

class ActivityVcd {
    class Sink : public VerilatedVcdFile {
        struct vcd *vcd_;

    public:
        explicit Sink(struct vcd *vcd) : vcd_(vcd) {}
        bool open(const std::string &) override { return true; }
        void close() override {}
        ssize_t write(const char *text, ssize_t length) override
        {
            (void)vcd_feed(vcd_, text, static_cast<size_t>(length));
            return length;
        }
    };

    struct vcd *vcd_;
    Sink sink_;
    VerilatedVcdC trace_;

public:
    ActivityVcd()
        : vcd_(vcd_create(0, UINT64_MAX)), sink_(vcd_), trace_(&sink_) {}
    ~ActivityVcd()
    {
        trace_.close();
        vcd_destroy(vcd_);
    }

    template <class Model> void attach(Model &model)
    {
        model.trace(&trace_, 99);
        trace_.open("activity");
    }
    void dump(uint64_t time) { trace_.dump(time); }

    // Ends the window. False, with a line on stderr, if it failed.
    bool write(const char *path, uint64_t cycles)
    {
        trace_.close();
        FILE *file = std::fopen(path, "w");
        bool ok = file && vcd_write(vcd_, file, cycles);
        if (!file)
            std::perror(path);
        else if (!ok)
            std::fprintf(stderr, "%s: %s\n", path, vcd_problem(vcd_));
        if (file && std::fclose(file) != 0)
            ok = false;
        return ok;
    }
};

#endif
