/* vcd_declare.c - what a value change dump declares: scopes, nets and their identifiers. */
#include <stdlib.h>
#include <string.h>

#include "vcd_internal.h"

/* Room for `more` items behind the last; NULL without memory. */
static void *extend(struct array *a, size_t size, size_t more)
{
    if (a->count + more > a->room) {
        size_t room = 2 * a->room + more + 64;
        void *items = realloc(a->items, room * size);
        if (!items)
            return NULL;
        a->items = items;
        a->room = room;
    }
    void *at = (char *)a->items + a->count * size;
    memset(at, 0, more * size);
    a->count += more;
    return at;
}

/* --- identifiers ------------------------------------------------------ */

/* Identifiers of up to eight characters, packed; 0 if longer. */
static uint64_t pack(const char *code)
{
    uint64_t packed = 0;
    for (int i = 0; code[i]; i++) {
        if (i == 8)
            return 0;
        packed = packed << 8 | (unsigned char)code[i];
    }
    return packed;
}

static size_t slot_of(const struct vcd *v, uint64_t code)
{
    const struct signal *signals = v->signals.items;
    size_t slot = (size_t)((code * 0x9e3779b97f4a7c15u) >> 20) &
                  (v->table_size - 1);
    while (v->table[slot] && signals[v->table[slot] - 1].code != code)
        slot = (slot + 1) & (v->table_size - 1);
    return slot;
}

static bool grow_table(struct vcd *v)
{
    const struct signal *signals = v->signals.items;
    if (v->table_size > 2 * v->signals.count)
        return true;
    free(v->table);
    v->table_size = v->table_size ? 4 * v->table_size : 4096;
    v->table = calloc(v->table_size, sizeof *v->table);
    for (size_t i = 0; v->table && i < v->signals.count; i++)
        v->table[slot_of(v, signals[i].code)] = (uint32_t)i + 1;
    return v->table != NULL;
}

const struct signal *vcd_signal(const struct vcd *v, const char *code)
{
    size_t slot = v->table_size ? slot_of(v, pack(code)) : 0;
    if (!v->table_size || !v->table[slot])
        return NULL;
    return (const struct signal *)v->signals.items + v->table[slot] - 1;
}

/* Index of the signal, made if it is new; UINT32_MAX on failure. */
static uint32_t signal_of(struct vcd *v, uint64_t code, uint32_t width)
{
    if (!grow_table(v))
        return UINT32_MAX;
    size_t slot = slot_of(v, code);
    if (v->table[slot])
        return v->table[slot] - 1;
    uint32_t first = (uint32_t)v->bits.count;
    struct bit *bits = extend(&v->bits, sizeof *bits, width);
    struct signal *signal = extend(&v->signals, sizeof *signal, 1);
    if (!bits || !signal)
        return UINT32_MAX;
    for (uint32_t i = 0; i < width; i++)
        bits[i].value = UNKNOWN;
    *signal = (struct signal){code, first, width};
    v->table[slot] = (uint32_t)v->signals.count;
    return (uint32_t)v->signals.count - 1;
}

/* --- declarations ----------------------------------------------------- */

/* $var TYPE WIDTH CODE NAME [RANGE] */
static bool declare(struct vcd *v)
{
    int high, low, got;
    long width = v->num_words > 4 ? strtol(v->words[2], NULL, 10) : 0;
    uint64_t code = v->num_words > 4 ? pack(v->words[3]) : 0;
    if (width < 1 || width > 1 << 20 || !code)
        return vcd_fail(v, "malformed $var", v->num_words > 4 ? v->words[4] : "");
    if (!strcmp(v->words[1], "real") || !strcmp(v->words[1], "event"))
        return true;
    uint32_t signal = signal_of(v, code, (uint32_t)width);
    struct name *name = extend(&v->names, sizeof *name, 1);
    size_t room = v->scope_length + strlen(v->words[4]) + 2;
    if (!name || signal == UINT32_MAX || !(name->path = malloc(room)))
        return vcd_fail(v, "out of memory", "");
    snprintf(name->path, room, "%s%s%s", v->scope, *v->scope ? "." : "",
             v->words[4]);
    name->signal = signal;
    got = v->num_words > 5 ? sscanf(v->words[5], "[%d:%d]", &high, &low) : 0;
    name->vector = got >= 1;
    if (got == 1)
        low = high;
    name->low = got >= 1 ? (high < low ? high : low) : 0;
    name->descending = got < 2 || high >= low;
    return true;
}

static bool open_scope(struct vcd *v)
{
    const char *name = v->num_words > 2 ? v->words[2] : "";
    size_t *length = extend(&v->lengths, sizeof *length, 1);
    char *more = realloc(v->scope, v->scope_length + strlen(name) + 2);
    if (more)
        v->scope = more;
    if (!length || !more)
        return vcd_fail(v, "out of memory", "");
    *length = v->scope_length;
    v->scope_length += (size_t)sprintf(more + v->scope_length, "%s%s",
                                       *more ? "." : "", name);
    return true;
}

static bool close_scope(struct vcd *v)
{
    const size_t *lengths = v->lengths.items;
    if (!v->lengths.count)
        return vcd_fail(v, "$upscope without $scope", "");
    v->scope_length = lengths[--v->lengths.count];
    v->scope[v->scope_length] = '\0';
    return true;
}

bool vcd_declaration(struct vcd *v, const char *token)
{
    bool ok = true;
    if (strcmp(token, "$end")) {
        if (v->num_words < 8)
            snprintf(v->words[v->num_words++], sizeof *v->words, "%s", token);
        return true;
    }
    const char *kind = v->num_words ? v->words[0] : "";
    if (!strcmp(kind, "$var"))
        ok = declare(v);
    else if (!strcmp(kind, "$scope"))
        ok = open_scope(v);
    else if (!strcmp(kind, "$upscope"))
        ok = close_scope(v);
    else if (!strcmp(kind, "$enddefinitions"))
        v->header = false;
    v->num_words = 0;
    return ok;
}
