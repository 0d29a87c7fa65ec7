/* fuzz_vary.c - variations behind names, as a command line gives them: "tiny:rows=8". */
#include <stdlib.h>

#include "fuzz.h"
#include "serac_config.h"
#include "serac_tech.h"
#include "serac_workload.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    if (!count)
        return 0;
    char *name = fuzz_text(bytes + 1, count - 1);
    struct serac_error error = {""};
    struct serac_design design;
    struct serac_memory_config memory;
    struct serac_tech tech;
    struct serac_workload *workload;
    switch (bytes[0] % 4) {
    case 0:
        (void)fuzz_good(serac_design_load(name, &design, &error), &error);
        break;
    case 1:
        (void)fuzz_good(serac_memory_load(name, &memory, &error), &error);
        break;
    case 2:
        (void)fuzz_good(serac_tech_load(name, &tech, &error), &error);
        break;
    default:
        if (fuzz_good(serac_workload_load(name, &workload, &error), &error))
            serac_workload_destroy(workload);
    }
    free(name);
    return 0;
}
