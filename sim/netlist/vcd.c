/* vcd.c - counts toggles in a value change dump. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "vcd_internal.h"

bool vcd_fail(struct vcd *v, const char *what, const char *detail)
{
    snprintf(v->problem, sizeof v->problem, "%s%s%.160s", what,
             *detail ? ": " : "", detail);
    return false;
}

struct vcd *vcd_create(uint64_t from, uint64_t to)
{
    struct vcd *v = calloc(1, sizeof *v);
    if (!v)
        return NULL;
    v->from = from;
    v->to = to;
    v->header = true;
    v->scope = calloc(1, 1);
    v->room = 4096;
    v->token = malloc(v->room);
    if (v->scope && v->token)
        return v;
    vcd_destroy(v);
    return NULL;
}

void vcd_destroy(struct vcd *v)
{
    if (!v)
        return;
    struct name *names = v->names.items;
    for (size_t i = 0; i < v->names.count; i++)
        free(names[i].path);
    free(v->lengths.items);
    free(v->signals.items);
    free(v->bits.items);
    free(v->names.items);
    free(v->table);
    free(v->token);
    free(v->value);
    free(v->scope);
    free(v);
}

const char *vcd_problem(const struct vcd *v) { return v->problem; }

/* Time that was counted: from the window's first time seen to its last. */
static uint64_t span_of(const struct vcd *v)
{
    return v->begun ? v->now - v->first : 0;
}

/* --- changes ---------------------------------------------------------- */

static void set_bit(struct vcd *v, struct bit *bit, char character)
{
    uint8_t value = character == '0' ? 0 : character == '1' ? 1 : UNKNOWN;
    if (value == bit->value || v->ended)
        return;
    if (v->begun) {
        bit->toggles += value != UNKNOWN && bit->value != UNKNOWN;
        if (bit->value == 1)
            bit->high += v->now - bit->since;
    }
    bit->value = value;
    bit->since = v->now;
}

static bool change(struct vcd *v, const char *value, const char *code)
{
    const struct signal *s = vcd_signal(v, code);
    if (!s)
        return true;                 /* reals and events are not declared */
    struct bit *bits = (struct bit *)v->bits.items + s->first;
    size_t length = strlen(value);
    /* The last character is bit 0; missing ones repeat x or are 0. */
    char rest = length && value[0] != '0' && value[0] != '1' ? value[0] : '0';
    for (uint32_t i = 0; i < s->width; i++)
        set_bit(v, bits + i, i < length ? value[length - 1 - i] : rest);
    return true;
}

/* Counting starts from the state at the window's first time. */
static void begin(struct vcd *v)
{
    struct bit *bits = v->bits.items;
    v->begun = true;
    v->first = v->now > v->from ? v->now : v->from;
    for (size_t i = 0; i < v->bits.count; i++)
        bits[i].since = v->first;
}

static bool set_time(struct vcd *v, const char *digits)
{
    char *end;
    uint64_t time = strtoull(digits, &end, 10);
    if (end == digits || *end || (v->timed && time < v->now))
        return vcd_fail(v, "malformed time", digits);
    if (v->timed && !v->begun && time > v->from && v->now < v->to)
        begin(v);
    v->ended |= v->begun && time > v->to;
    v->timed = true;
    v->now = v->ended ? v->to : time;
    return true;
}

static bool value_token(struct vcd *v, const char *token)
{
    char scalar[2] = {token[0], '\0'};
    if (v->waiting) {
        v->waiting = false;
        return change(v, v->value, token);
    }
    switch (token[0]) {
    case '#':
        return set_time(v, token + 1);
    case 'b':
    case 'B':
    case 'r':                        /* nobody asks for reals: skipped */
    case 'R':
        if (strlen(token) > v->value_room) {
            char *more = realloc(v->value, 2 * strlen(token));
            if (!more)
                return vcd_fail(v, "out of memory", "");
            v->value = more;
            v->value_room = 2 * strlen(token);
        }
        strcpy(v->value, token + 1);
        v->waiting = true;
        return true;
    case '$':
        return true;
    default:
        if (strchr("01xXzZ", token[0]) && token[1])
            return change(v, scalar, token + 1);
        return vcd_fail(v, "unexpected text", token);
    }
}

/* --- the stream ------------------------------------------------------- */

static bool take_token(struct vcd *v)
{
    v->token[v->length] = '\0';
    v->length = 0;
    return v->header ? vcd_declaration(v, v->token) : value_token(v, v->token);
}

bool vcd_feed(struct vcd *v, const char *text, size_t length)
{
    if (v->problem[0])
        return false;
    for (size_t i = 0; i < length; i++) {
        if (!isspace((unsigned char)text[i])) {
            if (v->length + 1 == v->room) {
                char *more = realloc(v->token, 2 * v->room);
                if (!more)
                    return vcd_fail(v, "out of memory", "");
                v->token = more;
                v->room *= 2;
            }
            v->token[v->length++] = text[i];
        } else if (v->length && !take_token(v)) {
            return false;
        }
    }
    return true;
}

static bool write_net(const struct vcd *v, const struct name *n, FILE *file)
{
    const struct signal *s =
        (const struct signal *)v->signals.items + n->signal;
    const struct bit *bits = (const struct bit *)v->bits.items + s->first;
    double span = (double)span_of(v);
    for (uint32_t i = 0; i < s->width; i++) {
        uint64_t high = bits[i].high;
        int32_t index = n->descending ? n->low + (int32_t)i
                                      : n->low + (int32_t)(s->width - 1 - i);
        if (bits[i].value == 1)
            high += v->now - bits[i].since;
        fprintf(file, "net %llu %.6g %s", (unsigned long long)bits[i].toggles,
                (double)high / span, n->path);
        if (n->vector)
            fprintf(file, "[%d]", (int)index);
        if (fputc('\n', file) == EOF)
            return false;
    }
    return true;
}

bool vcd_write(struct vcd *v, FILE *file, uint64_t cycles)
{
    const struct name *names = v->names.items;
    if (v->length && !v->problem[0])
        (void)take_token(v);
    if (v->problem[0])
        return false;
    if (!span_of(v))
        return vcd_fail(v, "nothing was recorded within the window", "");
    fprintf(file, "serac-activity 1\ncycles %llu\n",
            (unsigned long long)cycles);
    for (size_t i = 0; i < v->names.count; i++)
        if (!write_net(v, names + i, file))
            return vcd_fail(v, "the activity could not be written", "");
    return fflush(file) == 0 ||
           vcd_fail(v, "the activity could not be written", "");
}
