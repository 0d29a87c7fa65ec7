/* activity.c - synth_activity: a value change dump from standard input to an
 * activity file on standard output (vcd.h).
 *
 *     mkfifo dump.vcd; vvp bench & \
 *     build/synth_activity --cycles 1000 --from 0 --to 10000 < dump.vcd > act
 *
 * Serac's own RTL library counts while it simulates and needs no dump: serac
 * cosim --activity. This is for anybody else's simulator. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vcd.h"

static const char usage[] =
    "usage: synth_activity --cycles N [--from T] [--to T] < VCD > ACTIVITY\n"
    "  --cycles N   clock cycles within the window, for energy per cycle\n"
    "  --from T     first time of the window, in the dump's unit (0)\n"
    "  --to T       its last time (the end of the dump)\n";

static bool number(const char *text, uint64_t *value)
{
    char *end;
    if (!text || *text < '0' || *text > '9')
        return false;
    errno = 0;
    *value = strtoull(text, &end, 10);
    return !*end && !errno;
}

int main(int argc, char **argv)
{
    static char buffer[1 << 16];
    uint64_t cycles = 0, from = 0, to = UINT64_MAX;
    size_t got;
    if (argc == 2 && !strcmp(argv[1], "--help")) {
        fputs(usage, stdout);
        return 0;
    }
    for (int i = 1; i < argc; i += 2) {
        uint64_t *value = !strcmp(argv[i], "--cycles") ? &cycles
                          : !strcmp(argv[i], "--from") ? &from
                          : !strcmp(argv[i], "--to")   ? &to
                                                       : NULL;
        if (!value || !number(argv[i + 1], value)) {
            fputs(usage, stderr);
            return 2;
        }
    }
    struct vcd *vcd = cycles ? vcd_create(from, to) : NULL;
    if (!vcd) {
        fputs(usage, stderr);
        return 2;
    }
    bool ok = true;
    while (ok && (got = fread(buffer, 1, sizeof buffer, stdin)) > 0)
        ok = vcd_feed(vcd, buffer, got);
    ok = ok && vcd_write(vcd, stdout, cycles);
    if (!ok)
        fprintf(stderr, "synth_activity: %s\n", vcd_problem(vcd));
    vcd_destroy(vcd);
    return ok ? 0 : 2;
}
