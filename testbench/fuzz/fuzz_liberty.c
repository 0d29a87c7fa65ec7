/* fuzz_liberty.c - Liberty files: every cell, table and function of what was read. */
#include <stdlib.h>

#include "fuzz.h"
#include "energy_cell.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct liberty_error error = {""};
    struct liberty *lib = liberty_load(fuzz_file("cells.lib", bytes, count), &error);
    if (!lib) {
        if (!error.text[0])
            abort();
        return 0;
    }
    (void)liberty_wire_f(lib);
    for (uint32_t i = 0; i < lib->num_cells; i++) {
        struct energy_cell cell;
        if (!energy_cell_init(&cell, lib, &lib->cells[i], &error) && !error.text[0])
            abort();
        energy_cell_free(&cell);         /* also of half a cell, as the netlist's reader does */
    }
    liberty_free(lib);
    return 0;
}
