/* serac_case.c - one program of a lock-step run, in memory and as a folder. */
#include "serac_case.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "serac_config.h"

/* --- blocks ----------------------------------------------------------------- */

uint32_t serac_case_blocks(const struct serac_case *c, struct serac_insn *blocks, uint32_t room)
{
    for (uint32_t i = 0; i < room; i++) {
        uint64_t offset = c->program + (uint64_t)i * SERAC_INSN_BLOCK_STRIDE - c->memory.base;
        if (offset > c->memory.size || c->memory.size - offset < SERAC_INSN_BLOCK_BYTES)
            return 0;
        serac_insn_decode(c->memory.bytes + offset, &blocks[i]);
        if (blocks[i].fetch.last)
            return i + 1;
    }
    return 0;
}

void serac_case_set_blocks(struct serac_case *c, const struct serac_insn *blocks, uint32_t count)
{
    uint64_t offset = c->program - c->memory.base;
    for (uint32_t i = 0; i < count; i++)
        serac_insn_encode(&blocks[i], c->memory.bytes + offset + (uint64_t)i * SERAC_INSN_BLOCK_STRIDE);
}

enum serac_status serac_case_copy(const struct serac_case *from, struct serac_case *to)
{
    *to = *from;
    enum serac_status status = serac_host_memory_init(&to->memory, from->memory.base, from->memory.size);
    if (status == SERAC_OK)
        memcpy(to->memory.bytes, from->memory.bytes, from->memory.size);
    return status;
}

void serac_case_free(struct serac_case *c)
{
    serac_host_memory_free(&c->memory);
}

enum serac_status serac_case_run(const struct serac_case *c, const struct serac_rtl_ops *ops,
                                 struct serac_lockstep_result *result, struct serac_error *error)
{
    struct serac_case copy;
    enum serac_status status = serac_case_copy(c, &copy);
    if (status == SERAC_OK)
        status = serac_lockstep_run(&copy.design, &copy.memory_config, ops, &copy.memory, copy.program, copy.seed, NULL,
                                    result, error);
    serac_case_free(&copy);
    return status;
}

/* --- writing ---------------------------------------------------------------- */

static enum serac_status fail(struct serac_error *error, const char *path)
{
    if (error)
        snprintf(error->text, sizeof error->text, "%s: %s", path, strerror(errno));
    return SERAC_E_INPUT;
}

/* Every key of the table, `KEY = value;` a line. */
static void write_keys(FILE *file, const struct serac_key *keys, size_t count, const void *from)
{
    for (size_t k = 0; k < count; k++) {
        const char *at = (const char *)from + keys[k].offset;
        if (keys[k].type == SERAC_KEY_U64)
            fprintf(file, "%s = %" PRId64 "L;\n", keys[k].name, (int64_t)*(const uint64_t *)(const void *)at);
        else if (keys[k].type != SERAC_KEY_F64 && (keys[k].required || *(const uint32_t *)(const void *)at))
            fprintf(file, "%s = %" PRIu32 ";\n", keys[k].name, *(const uint32_t *)(const void *)at);
    }
}

static void write_fields(FILE *file, const struct serac_case *c)
{
    struct serac_insn blocks[64];
    uint32_t count = serac_case_blocks(c, blocks, 64);
    for (uint32_t i = 0; i < count; i++) {
        const struct serac_insn *insn = &blocks[i];
        fprintf(file, "block %u\n", i);
#define FIELD(section, name, word, lsb, width)                                                     \
        if (insn->section.name)                                                                    \
            fprintf(file, "  %-5s %-20s %" PRIu32 "\n", #section, #name, insn->section.name);
        SERAC_INSN_FIELD_LIST(FIELD)
#undef FIELD
    }
}

struct writer {
    const struct serac_case *c;
    const char *dir, *about;
};

static void write_one(const struct writer *w, int which, FILE *file)
{
    const struct serac_case *c = w->c;
    size_t count;
    const struct serac_key *keys = which == 0 ? serac_design_keys(&count) : serac_memory_keys(&count);
    switch (which) {
    case 0: write_keys(file, keys, count, &c->design); break;
    case 1: write_keys(file, keys, count, &c->memory_config); break;
    case 2:
        fprintf(file, "base = %" PRIu64 "L;\nbytes = %" PRIu64 "L;\nprogram = %" PRIu64 "L;\nseed = %" PRIu64 "L;\n",
                c->memory.base, c->memory.size, c->program, c->seed);
        break;
    case 3: fwrite(c->memory.bytes, 1, c->memory.size, file); break;
    case 4: write_fields(file, c); break;
    default: fprintf(file, "%srepeat: serac cosim --replay %s\n", w->about, w->dir); break;
    }
}

enum serac_status serac_case_save(const struct serac_case *c, const char *dir, const char *about,
                                  struct serac_error *error)
{
    static const char *const names[] = {"design.cfg", "memory.cfg", "case.cfg", "memory.bin", "program.txt", "README"};
    struct writer w = {c, dir, about};
    if (mkdir(dir, 0777) && errno != EEXIST)
        return fail(error, dir);
    for (int i = 0; i < 6; i++) {
        char path[1200];
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        FILE *file = fopen(path, "wb");
        if (!file)
            return fail(error, path);
        write_one(&w, i, file);
        bool bad = ferror(file);
        if (fclose(file) || bad)
            return fail(error, path);
    }
    return SERAC_OK;
}

/* --- reading ------------------------------------------------------------------ */

struct place {
    uint64_t base, bytes, program, seed;
};

#define KEY(field, min, max) {#field, SERAC_KEY_U64, offsetof(struct place, field), true, min, max, 0}
static const struct serac_key place_keys[] = {KEY(base, 0, 0), KEY(bytes, 1, 1073741824.0), KEY(program, 0, 0),
                                              KEY(seed, 0, 0)};

static enum serac_status load_place(const char *path, struct place *place, struct serac_error *error)
{
    struct serac_config *config = NULL;
    enum serac_status status = serac_config_open(path, &config, error);
    if (status == SERAC_OK)
        status = serac_config_read(config, serac_config_root(config), place_keys,
                                   sizeof place_keys / sizeof *place_keys, place, error);
    const struct serac_group *root = status == SERAC_OK ? serac_config_root(config) : NULL;
    if (root && (place->bytes == 0 || place->bytes > 1073741824))
        status = serac_config_fail(config, serac_config_child(root, "bytes"), error, "bytes: outside 1..1073741824");
    else if (root && (place->program < place->base || place->program % SERAC_INSN_BLOCK_STRIDE ||
                      place->program - place->base >= place->bytes))
        status = serac_config_fail(config, serac_config_child(root, "program"), error,
                                   "program: not in the memory, or no multiple of 512");
    serac_config_close(config);
    return status;
}

/* Exactly `size` bytes. */
static enum serac_status load_bytes(const char *path, uint8_t *to, uint64_t size, struct serac_error *error)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return fail(error, path);
    bool whole = fread(to, 1, size, file) == size && fgetc(file) == EOF;
    fclose(file);
    if (!whole && error)
        snprintf(error->text, sizeof error->text, "%s: not the %" PRIu64 " bytes that case.cfg says", path, size);
    return whole ? SERAC_OK : SERAC_E_INPUT;
}

enum serac_status serac_case_load(const char *dir, struct serac_case *c, struct serac_error *error)
{
    char path[1200];
    struct place place = {0};
    memset(c, 0, sizeof *c);
    snprintf(path, sizeof path, "%s/design.cfg", dir);
    enum serac_status status = serac_design_load(path, &c->design, error);
    snprintf(path, sizeof path, "%s/memory.cfg", dir);
    if (status == SERAC_OK)
        status = serac_memory_load(path, &c->memory_config, error);
    snprintf(path, sizeof path, "%s/case.cfg", dir);
    if (status == SERAC_OK)
        status = load_place(path, &place, error);
    if (status == SERAC_OK)
        status = serac_host_memory_init(&c->memory, place.base, place.bytes);
    snprintf(path, sizeof path, "%s/memory.bin", dir);
    if (status == SERAC_OK)
        status = load_bytes(path, c->memory.bytes, place.bytes, error);
    c->program = place.program;
    c->seed = place.seed;
    if (status != SERAC_OK)
        serac_case_free(c);
    return status;
}
