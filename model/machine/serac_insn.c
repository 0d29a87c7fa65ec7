/* serac_insn.c - blocks of a program, to and from memory. */
#include "serac_insn.h"

#include <assert.h>
#include <string.h>

#define SECTION_BYTES (4 * SERAC_INSN_SECTION_WORDS)

enum { SECTION_fetch, SECTION_exec, SECTION_store };

static uint32_t mask_of(uint32_t width)
{
    return width == 32 ? UINT32_MAX : (1u << width) - 1;
}

static void put(uint8_t *word, uint32_t lsb, uint32_t width, uint32_t value)
{
    assert((value & ~mask_of(width)) == 0);
    uint32_t bits = value << lsb;
    for (int i = 0; i < 4; i++)
        word[i] |= (uint8_t)(bits >> 8 * i);
}

static uint32_t get(const uint8_t *word, uint32_t lsb, uint32_t width)
{
    uint32_t bits = (uint32_t)word[0] | (uint32_t)word[1] << 8 |
                    (uint32_t)word[2] << 16 | (uint32_t)word[3] << 24;
    return bits >> lsb & mask_of(width);
}

void serac_insn_encode(const struct serac_insn *insn, uint8_t *block)
{
    memset(block, 0, SERAC_INSN_BLOCK_BYTES);
#define PUT(section, name, word, lsb, width)                                  \
    put(block + SECTION_##section * SECTION_BYTES + 4 * (word), lsb, width,   \
        insn->section.name);
    SERAC_INSN_FIELD_LIST(PUT)
#undef PUT
}

void serac_insn_decode(const uint8_t *block, struct serac_insn *insn)
{
#define GET(section, name, word, lsb, width)                                  \
    insn->section.name =                                                      \
        get(block + SECTION_##section * SECTION_BYTES + 4 * (word), lsb,      \
            width);
    SERAC_INSN_FIELD_LIST(GET)
#undef GET
}

enum serac_status serac_insn_check(const struct serac_insn *insn)
{
    const struct serac_insn_fetch *f = &insn->fetch;
    bool legal = f->magic == SERAC_INSN_MAGIC && f->groups && f->n_tiles &&
                 f->run && f->run_last && f->out_width &&
                 (f->wgt_halves == 1 || f->wgt_halves == 2) &&
                 (f->act_halves == 1 || f->act_halves == 2) &&
                 insn->exec.gather && insn->exec.mode <= SERAC_INSN_MODE_RAW;
    return legal ? SERAC_OK : SERAC_E_BAD_INSTRUCTION;
}
