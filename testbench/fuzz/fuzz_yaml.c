/* fuzz_yaml.c - Timeloop's and ZigZag's YAML: what was imported reads back as a workload, or is refused with a
 * reason. */
#include <stdlib.h>
#include <string.h>

#include "fuzz_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    if (count && memchr(bytes, 0, count))
        return 0;                        /* serac import refuses these */
    struct serac_error error = {""};
    struct serac_import import = {.path = "table.yaml", .error = &error};
    char *text = fuzz_text(bytes, count);
    fuzz_table(&import, serac_import_yaml(&import, text));
    free(text);
    return 0;
}
