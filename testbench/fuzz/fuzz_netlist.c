/* fuzz_netlist.c - yosys' JSON on the library of the unit tests; what was read is simulated for two edges. */
#include <stdlib.h>

#include "fuzz.h"
#include "gates.h"

static uint32_t group(void *ctx, const char *path, uint32_t depth)
{
    (void)ctx;
    (void)path;
    (void)depth;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static struct liberty *lib;
    struct liberty_error error = {""};
    if (!lib && !(lib = liberty_load("testbench/data/gates.lib", &error)))
        abort();
    struct netlist netlist;
    struct netlist_setup setup = {.libs = &lib, .num_libs = 1, .path = fuzz_file("netlist.json", bytes, count),
                                  .top = "top", .group = group};
    if (!netlist_load(&netlist, &setup, &error)) {
        if (!error.text[0])
            abort();
        return 0;
    }
    struct gates *gates = gates_create(&netlist, "clk", 1, &error);
    if (gates) {
        gates_settle(gates);
        gates_edge(gates);
        gates_settle(gates);
        gates_edge(gates);
        gates_destroy(gates);
    } else if (!error.text[0]) {
        abort();
    }
    netlist_free(&netlist);
    return 0;
}
