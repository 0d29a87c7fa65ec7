/* fuzz_activity.c - activity files. */
#include <stdlib.h>

#include "fuzz.h"
#include "activity_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    char problem[200] = "";
    double toggles, high;
    struct activity *a = activity_load(fuzz_file("top.act", bytes, count), "top", problem, sizeof problem);
    if (!a && !problem[0])
        abort();
    if (a) {
        (void)activity_cycles(a);
        (void)activity_find(a, "", "clk_i", &toggles, &high);
        (void)activity_find(a, "dpu.lane", "q[3]", &toggles, &high);
    }
    activity_destroy(a);
    return 0;
}
