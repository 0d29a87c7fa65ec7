/* fuzz_table.h - the end of an imported table, as serac import has it: written, and read back. */
#ifndef FUZZ_TABLE_H
#define FUZZ_TABLE_H

#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "serac_import.h"

static inline void fuzz_table(struct serac_import *import, enum serac_status status)
{
    if (fuzz_good(status, import->error)) {
        char *text = NULL;
        size_t bytes = 0;
        struct serac_workload *workload;
        FILE *to = open_memstream(&text, &bytes);
        if (!to)
            abort();
        serac_import_write(import, "table", to);
        fclose(to);
        if (fuzz_good(serac_workload_load(fuzz_file("table.cfg", text, bytes), &workload, import->error),
                      import->error))
            serac_workload_destroy(workload);
        free(text);
    }
    serac_import_free(import);
}

#endif
