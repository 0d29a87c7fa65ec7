/* waivers.c - what is left out, and why. */
#define _DEFAULT_SOURCE
#include "cover.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

static char *trim(char *text)
{
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length && strchr(" \t\n", text[length - 1]))
        text[--length] = 0;
    return text;
}

/* The next field, up to " | ", or NULL. */
static char *field(char **rest)
{
    char *from = *rest, *end = from ? strstr(from, " | ") : NULL;
    *rest = end ? end + 3 : NULL;
    if (end)
        *end = 0;
    return from ? trim(from) : NULL;
}

static bool parse(struct cover_waiver *w)
{
    char *rest = w->text, *kind = field(&rest);
    w->file = field(&rest);
    w->what = field(&rest);
    w->reason = rest ? trim(rest) : NULL;
    for (int k = 0; k < COVER_KINDS; k++)
        if (kind && strcmp(kind, cover_keys[k]) == 0) {
            w->kind = (enum cover_kind)k;
            return w->reason && strlen(w->reason) >= 10;
        }
    return false;
}

bool cover_read_waivers(struct cover *c, const char *path)
{
    FILE *f = fopen(path, "r");
    char text[4096], where[600];
    bool good = f != NULL;
    if (!f)
        fprintf(stderr, "%s: cannot be read\n", path);
    for (unsigned n = 1; f && fgets(text, sizeof text, f); n++) {
        if (text[strspn(text, " \t\n")] == 0 || text[0] == '#')
            continue;
        snprintf(where, sizeof where, "%s:%u", path, n);
        struct cover_waiver w = {.text = cover_copy(text), .where = cover_copy(where)};
        if (!parse(&w)) {
            fprintf(stderr, "%s: not KIND | FILE | WHAT | REASON, KIND being line, toggle, bin, c or branch\n", where);
            good = false;
        }
        c->waivers = cover_room(c->waivers, (c->num_waivers + 1) * sizeof *c->waivers);
        c->waivers[c->num_waivers++] = w;
    }
    if (f)
        fclose(f);
    return good;
}

/* `name[LOW-HIGH mod N]`: the bits of a signal of fields N wide; else with * and ?. */
static bool says(const char *what, const char *name)
{
    const char *of = strchr(what, '[');
    unsigned low, high, width, bit;
    if (!of || sscanf(of, "[%u-%u mod %u]", &low, &high, &width) != 3 || !width)
        return fnmatch(what, name, 0) == 0;
    size_t length = (size_t)(of - what);
    return strncmp(what, name, length) == 0 && sscanf(name + length, "[%u]", &bit) == 1 && bit % width >= low &&
           bit % width <= high;
}

static void apply(struct cover *c, struct cover_waiver *w)
{
    for (size_t i = 0; i < c->count; i++) {
        struct cover_point *p = c->points[i];
        if (p->kind != w->kind || fnmatch(w->file, p->file, 0) || !says(w->what, p->name))
            continue;
        w->matched++;
        w->met += p->hits > 0;
        if (!p->reason && (!p->hits || strcmp(w->what, "*") == 0))
            p->reason = w->reason;
    }
}

/* Only points that are not met are waived, a met one counts as what it is; but of a whole file, `*`, all. */
void cover_apply_waivers(struct cover *c, FILE *to)
{
    bool measured[COVER_KINDS] = {false};
    for (size_t i = 0; i < c->count; i++)
        measured[c->points[i]->kind] = true;
    for (size_t i = 0; i < c->num_waivers; i++) {
        struct cover_waiver *w = &c->waivers[i];
        if (!measured[w->kind])
            continue;
        apply(c, w);
        if (!w->matched)
            fprintf(to, "%s: no point matches %s | %s | %s\n", w->where, cover_keys[w->kind], w->file, w->what);
        else if (w->met == w->matched)
            fprintf(to, "%s: all %zu points are met, nothing is left to waive\n", w->where, w->matched);
        else if (w->met && strcmp(w->what, "*"))
            fprintf(to, "%s: note: %zu of its %zu points are met\n", w->where, w->met, w->matched);
        c->wrong += w->met == w->matched;
    }
}
