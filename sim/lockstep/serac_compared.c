/* serac_compared.c - a log of what lock step has compared. */
#include "serac_compared.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_ROOM 2048

static int block_line(const struct serac_design *d, const struct serac_insn_exec *e,
                      const struct serac_counters *c, char *to)
{
    int length = snprintf(to, LINE_ROOM, "block");
#define APPEND(value) length += snprintf(to + length, LINE_ROOM - (size_t)length, " %" PRIu64, (uint64_t)(value));
#define OF_DESIGN(name) APPEND(d->name)
#define OF_EXEC(name) APPEND(e->name)
#define OF_COUNTERS(name) APPEND(c->name)
    SERAC_COMPARED_DESIGN(OF_DESIGN)
    SERAC_COMPARED_EXEC(OF_EXEC)
    SERAC_COMPARED_COUNTERS(OF_COUNTERS)
#undef OF_DESIGN
#undef OF_EXEC
#undef OF_COUNTERS
#undef APPEND
    to[length++] = '\n';
    return length;
}

/* O_APPEND and one write: whole lines, whoever else writes. */
static bool append(int file, const char *line, int length)
{
    return write(file, line, (size_t)length) == length;
}

enum serac_status serac_compared_log(const struct serac_design *design, const struct serac_bus *bus,
                                     uint64_t program, const struct serac_run *run,
                                     const struct serac_counters *shares)
{
    char line[LINE_ROOM];
    const char *path = getenv("SERAC_COMPARED");
    if (!path || !*path)
        return SERAC_OK;
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    bool good = file >= 0;
    if (good && run->status != SERAC_OK)
        good = append(file, line, snprintf(line, sizeof line, "end %d\n", (int)run->status));
    for (uint32_t i = 0; good && run->status == SERAC_OK && i < run->num_blocks; i++) {
        uint8_t block[SERAC_INSN_BLOCK_BYTES];
        struct serac_insn insn;
        if (bus->read(bus->ctx, program + (uint64_t)i * SERAC_INSN_BLOCK_STRIDE, block, sizeof block))
            break;
        serac_insn_decode(block, &insn);
        good = append(file, line, block_line(design, &insn.exec, &shares[i], line));
    }
    if (file >= 0 && close(file))
        good = false;
    return good ? SERAC_OK : SERAC_E_IO;
}
