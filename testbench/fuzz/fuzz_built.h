/* fuzz_built.h - the end of an imported network, as serac import has it: written, and read back. */
#ifndef FUZZ_BUILT_H
#define FUZZ_BUILT_H

#include <stdlib.h>

#include "fuzz.h"
#include "serac_import_network.h"

static inline void fuzz_built(struct serac_import *import, enum serac_status status, struct serac_build *build)
{
    if (fuzz_good(status, import->error)) {
        char *text;
        uint8_t *bytes;
        size_t text_bytes, count;
        struct serac_network *network;
        if (!serac_build_write(build, "net.bin", import->notes, &text, &text_bytes, &bytes, &count))
            abort();
        fuzz_file("net.bin", bytes, count);
        if (fuzz_good(serac_network_load(fuzz_file("net.cfg", text, text_bytes), &network, import->error),
                      import->error))
            serac_network_destroy(network);
        free(text);
        free(bytes);
    }
    serac_build_free(build);
    serac_import_free(import);
}

#endif
