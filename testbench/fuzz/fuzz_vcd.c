/* fuzz_vcd.c - value change dumps, in two pieces of any length; the activity that comes out is read back. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "activity_file.h"
#include "vcd.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    if (!count)
        return 0;
    struct vcd *vcd = vcd_create(0, 1000);
    if (!vcd)
        abort();
    size_t cut = bytes[0] % count + 1;
    bool good = vcd_feed(vcd, (const char *)bytes + 1, cut - 1) &&
                vcd_feed(vcd, (const char *)bytes + cut, count - cut);
    if (!good && !vcd_problem(vcd))
        abort();
    char *text = NULL, problem[200] = "";
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (!to)
        abort();
    (void)vcd_write(vcd, to, 100);
    fclose(to);
    if (good)
        activity_destroy(activity_load(fuzz_file("read-back.act", text, size), "top", problem, sizeof problem));
    free(text);
    vcd_destroy(vcd);
    return 0;
}
