/* trace_check.h - is a file what the Trace Event Format documents, and true?
 *
 * Shares no code with what writes it. Every event: the fields that its phase has, and
 * no others. Every track: a name; slices beside or inside each other; E closes
 * B. Every flow: one start, then one end, each inside a slice of its track. Of
 * Serac: the execute track has no hole, its slices sum to the layers' counters, and
 * two processes have the same events. */
#ifndef TRACE_CHECK_H
#define TRACE_CHECK_H

#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRACE_TRACKS 64

struct trace_slice {
    double from, to;
    const cJSON *event;
};

struct trace_track {
    int pid, tid;
    bool named;
    const char *name;
    struct trace_slice *slices;
    size_t count, room;
    size_t open[16], depth;          /* of B, by index */
};

struct trace_flow {
    const char *id;
    const cJSON *start, *end;
};

struct trace_check {
    char why[400];                   /* the first thing that is wrong; "" */
    struct trace_track tracks[TRACE_TRACKS];
    int num_tracks;
    struct trace_flow *flows;        /* sorted by id when complete */
    size_t num_flows, room_flows;
    uint64_t events, slices;
    char counter[8][2][64];          /* pid and name; the time of their last value */
    double counter_time[8];
};

static inline bool trace_wrong(struct trace_check *c, const cJSON *event,
                               const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static inline bool trace_wrong(struct trace_check *c, const cJSON *event,
                               const char *format, ...)
{
    if (c->why[0])
        return false;
    va_list args;
    va_start(args, format);
    int used = vsnprintf(c->why, sizeof c->why, format, args);
    va_end(args);
    char *text = event ? cJSON_PrintUnformatted(event) : NULL;
    if (text && used < (int)sizeof c->why)
        snprintf(c->why + used, sizeof c->why - (size_t)used, ": %.250s", text);
    free(text);
    return false;
}

static inline double trace_number(const cJSON *event, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(event, name);
    return cJSON_IsNumber(item) ? item->valuedouble : -1;
}

static inline const char *trace_text(const cJSON *event, const char *name)
{
    const char *text =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(event, name));
    return text ? text : "";
}

/* --- fields ------------------------------------------------------------------------ */

/* Fields of a phase: those it must have, then those it may have. */
struct trace_fields {
    const char *phase, *must[8], *may[4];
};
static const struct trace_fields trace_phases[] = {
    {"X", {"name", "ts", "dur", "pid", "tid"}, {"cat", "args", "cname"}},
    {"B", {"name", "ts", "pid", "tid"}, {"cat", "args", "cname"}},
    {"E", {"ts", "pid", "tid"}, {"name", "cat", "args"}},
    {"s", {"name", "cat", "id", "ts", "pid", "tid"}, {"args"}},
    {"f", {"name", "cat", "id", "ts", "pid", "tid"}, {"args", "bp"}},
    {"C", {"name", "ts", "pid", "args"}, {"cat", "id", "tid"}},
    {"M", {"name", "pid", "args"}, {"tid", "cat", "ts"}}};

static inline bool trace_lists(const char *const *list, size_t room,
                               const char *name)
{
    for (size_t i = 0; i < room && list[i]; i++)
        if (!strcmp(list[i], name))
            return true;
    return false;
}

static inline bool trace_type_is_right(const cJSON *item)
{
    static const char *const texts[] = {"name", "cat", "ph", "bp", "cname"};
    static const char *const wholes[] = {"pid", "tid"};
    const char *n = item->string;
    if (trace_lists(texts, 5, n))
        return cJSON_IsString(item) && item->valuestring[0];
    if (trace_lists(wholes, 2, n))
        return cJSON_IsNumber(item) && item->valuedouble == item->valueint &&
               item->valueint >= 0;
    if (!strcmp(n, "ts") || !strcmp(n, "dur"))
        return cJSON_IsNumber(item) && item->valuedouble >= 0;
    if (!strcmp(n, "id"))
        return cJSON_IsString(item) || cJSON_IsNumber(item);
    return !strcmp(n, "args") && cJSON_IsObject(item);
}

static inline bool trace_check_fields(struct trace_check *c, const cJSON *event)
{
    const struct trace_fields *f = NULL;
    for (size_t i = 0; i < sizeof trace_phases / sizeof *trace_phases; i++)
        if (!strcmp(trace_phases[i].phase, trace_text(event, "ph")))
            f = &trace_phases[i];
    if (!cJSON_IsObject(event) || !f)
        return trace_wrong(c, event, "no event of a known phase");
    for (int i = 0; i < 8 && f->must[i]; i++)
        if (!cJSON_HasObjectItem(event, f->must[i]))
            return trace_wrong(c, event, "no %s", f->must[i]);
    for (const cJSON *item = event->child; item; item = item->next) {
        bool known = !strcmp(item->string, "ph") ||
                     trace_lists(f->must, 8, item->string) ||
                     trace_lists(f->may, 4, item->string);
        if (!known)
            return trace_wrong(c, event, "%s has no field %s", f->phase,
                               item->string);
        if (!trace_type_is_right(item))
            return trace_wrong(c, event, "%s is of the wrong type or empty",
                               item->string);
    }
    return true;
}

/* --- events --------------------------------------------------------------------------- */

static inline struct trace_track *trace_find(struct trace_check *c, int pid,
                                             int tid)
{
    for (int i = 0; i < c->num_tracks; i++)
        if (c->tracks[i].pid == pid && c->tracks[i].tid == tid)
            return &c->tracks[i];
    if (c->num_tracks == TRACE_TRACKS)
        return NULL;
    c->tracks[c->num_tracks].pid = pid;
    c->tracks[c->num_tracks].tid = tid;
    return &c->tracks[c->num_tracks++];
}

static inline void trace_add_slice(struct trace_track *t, const cJSON *event,
                                   double from, double to)
{
    if (t->count == t->room) {
        t->room = t->room ? 2 * t->room : 256;
        t->slices = realloc(t->slices, t->room * sizeof *t->slices);
        if (!t->slices)
            abort();
    }
    t->slices[t->count++] = (struct trace_slice){from, to, event};
}

static inline bool trace_take_end(struct trace_check *c, struct trace_track *t,
                                  const cJSON *event, double ts)
{
    if (!t->depth)
        return trace_wrong(c, event, "E without B");
    struct trace_slice *s = &t->slices[t->open[--t->depth]];
    s->to = ts;
    return ts > s->from || trace_wrong(c, event, "E is not after its B");
}

static inline bool trace_take_counter(struct trace_check *c, const cJSON *event,
                                      double ts)
{
    const cJSON *args = cJSON_GetObjectItemCaseSensitive(event, "args");
    if (!args->child)
        return trace_wrong(c, event, "a counter without a value");
    for (const cJSON *a = args->child; a; a = a->next)
        if (!cJSON_IsNumber(a) || a->valuedouble < 0)
            return trace_wrong(c, event, "a counter's value");
    char pid[64];
    snprintf(pid, sizeof pid, "%g", trace_number(event, "pid"));
    for (int i = 0; i < 8; i++) {
        bool free = !c->counter[i][1][0];
        if (!free && (strcmp(c->counter[i][0], pid) ||
                      strcmp(c->counter[i][1], trace_text(event, "name"))))
            continue;
        snprintf(c->counter[i][0], 64, "%s", pid);
        snprintf(c->counter[i][1], 64, "%s", trace_text(event, "name"));
        if (!free && ts <= c->counter_time[i])
            return trace_wrong(c, event, "a counter goes back in time");
        c->counter_time[i] = ts;
        return true;
    }
    return true;
}

static inline bool trace_take_metadata(struct trace_check *c,
                                       struct trace_track *t,
                                       const cJSON *event)
{
    static const char *const texts[] = {"process_name", "thread_name",
                                        "process_labels"};
    static const char *const numbers[] = {"process_sort_index",
                                          "thread_sort_index"};
    const cJSON *args = cJSON_GetObjectItemCaseSensitive(event, "args");
    const char *name = trace_text(event, "name");
    if (trace_lists(numbers, 2, name))
        return trace_number(args, "sort_index") >= 0 ||
               trace_wrong(c, event, "no sort_index");
    if (!trace_lists(texts, 3, name))
        return trace_wrong(c, event, "no metadata of a known name");
    if (!trace_text(args, "name")[0])
        return trace_wrong(c, event, "no name in args");
    if (!strcmp(name, "thread_name")) {
        t->named = true;
        t->name = trace_text(args, "name");
    }
    return true;
}

static inline void trace_take_flow(struct trace_check *c, const cJSON *event)
{
    if (c->num_flows == c->room_flows) {
        c->room_flows = c->room_flows ? 2 * c->room_flows : 256;
        c->flows = realloc(c->flows, c->room_flows * sizeof *c->flows);
        if (!c->flows)
            abort();
    }
    bool start = trace_text(event, "ph")[0] == 's';
    c->flows[c->num_flows++] = (struct trace_flow){
        trace_text(event, "id"), start ? event : NULL, start ? NULL : event};
}

static inline bool trace_take(struct trace_check *c, const cJSON *event)
{
    if (!trace_check_fields(c, event))
        return false;
    double ts = trace_number(event, "ts");
    struct trace_track *t = trace_find(c, (int)trace_number(event, "pid"),
                                       (int)trace_number(event, "tid"));
    if (!t)
        return trace_wrong(c, event, "too many tracks");
    switch (trace_text(event, "ph")[0]) {
    case 'X':
        if (trace_number(event, "dur") <= 0)
            return trace_wrong(c, event, "a slice of no length");
        trace_add_slice(t, event, ts, ts + trace_number(event, "dur"));
        return true;
    case 'B':
        if (t->depth == sizeof t->open / sizeof *t->open)
            return trace_wrong(c, event, "too deep");
        t->open[t->depth++] = t->count;
        trace_add_slice(t, event, ts, -1);
        return true;
    case 'E':
        return trace_take_end(c, t, event, ts);
    case 'C':
        return trace_take_counter(c, event, ts);
    case 'M':
        return trace_take_metadata(c, t, event);
    default:
        trace_take_flow(c, event);
        return true;
    }
}

/* --- tracks and flows ------------------------------------------------------------------- */

static inline int trace_by_time(const void *a, const void *b)
{
    const struct trace_slice *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->to > y->to ? -1 : x->to < y->to;
}

static inline bool trace_check_track(struct trace_check *c,
                                     struct trace_track *t)
{
    if (t->depth)
        return trace_wrong(c, t->slices[t->open[0]].event, "B without E");
    if (t->count && !t->named)
        return trace_wrong(c, t->slices[0].event, "a track without a name");
    if (t->count)
        qsort(t->slices, t->count, sizeof *t->slices, trace_by_time);
    double stack[16];
    size_t depth = 0;
    for (size_t i = 0; i < t->count; i++) {
        const struct trace_slice *s = &t->slices[i];
        while (depth && stack[depth - 1] <= s->from)
            depth--;
        if (depth && s->to > stack[depth - 1])
            return trace_wrong(c, s->event, "slices overlap");
        if (depth == 16)
            return trace_wrong(c, s->event, "too deep");
        stack[depth++] = s->to;
    }
    c->slices += t->count;
    return true;
}

/* The last slice that begins at or before `time` and those around it. */
static inline bool trace_inside(const struct trace_track *t, double time)
{
    size_t low = 0, high = t->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (t->slices[middle].from < time)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t back = 0; low-- > 0 && back < 4096; back++)
        if (t->slices[low].to > time)
            return true;
    return false;
}

static inline int trace_by_id(const void *a, const void *b)
{
    const struct trace_flow *x = a, *y = b;
    int order = strcmp(x->id, y->id);
    return order ? order : (y->start != NULL) - (x->start != NULL);
}

static inline bool trace_end_inside(struct trace_check *c, const cJSON *event)
{
    const struct trace_track *t = trace_find(
        c, (int)trace_number(event, "pid"), (int)trace_number(event, "tid"));
    return (t && trace_inside(t, trace_number(event, "ts"))) ||
           trace_wrong(c, event, "a flow's end is in no slice");
}

static inline bool trace_check_flows(struct trace_check *c)
{
    if (c->num_flows)
        qsort(c->flows, c->num_flows, sizeof *c->flows, trace_by_id);
    for (size_t i = 0; i < c->num_flows; i += 2) {
        const cJSON *s = c->flows[i].start;
        const cJSON *f = i + 1 < c->num_flows ? c->flows[i + 1].end : NULL;
        bool again = i + 2 < c->num_flows &&
                     !strcmp(c->flows[i].id, c->flows[i + 2].id);
        if (!s || !f || again || strcmp(c->flows[i].id, c->flows[i + 1].id))
            return trace_wrong(c, s ? s : f, "a flow is not one start and one end");
        if (strcmp(trace_text(s, "name"), trace_text(f, "name")) ||
            strcmp(trace_text(s, "cat"), trace_text(f, "cat")))
            return trace_wrong(c, f, "a flow's ends have not one name");
        if (trace_number(s, "ts") >= trace_number(f, "ts"))
            return trace_wrong(c, f, "a flow ends before it starts");
        if (!trace_end_inside(c, s) || !trace_end_inside(c, f))
            return false;
    }
    return true;
}

/* --- Serac's own ------------------------------------------------------------------------- */

static const char *const trace_causes[] = {
    "array_busy", "stall_fetch", "stall_requant", "stall_store",
    "stall_control", "fill_drain"};

static inline const struct trace_track *trace_named(struct trace_check *c,
                                                    int pid, const char *name)
{
    for (int i = 0; i < c->num_tracks; i++)
        if (c->tracks[i].pid == pid && c->tracks[i].name &&
            !strcmp(c->tracks[i].name, name))
            return &c->tracks[i];
    return NULL;
}

/* Sums of a layer's execute slices, which fill its time, are its counters. `row` is NULL or
 * the same layer's row of serac infer --json. */
static inline bool trace_check_layer(struct trace_check *c,
                                     const struct trace_slice *layer,
                                     const struct trace_track *execute,
                                     const cJSON *row)
{
    double sums[6] = {0}, at = layer->from;
    for (size_t i = 0; i < execute->count; i++) {
        const struct trace_slice *s = &execute->slices[i];
        if (s->to <= layer->from || s->from >= layer->to)
            continue;
        const cJSON *args = cJSON_GetObjectItemCaseSensitive(s->event, "args");
        int k = 0;
        while (k < 6 && strcmp(trace_causes[k], trace_text(args, "cause")))
            k++;
        if (s->from != at || s->to > layer->to || k == 6)
            return trace_wrong(c, s->event, "execute has a hole, crosses a "
                               "layer, or has no cause");
        sums[k] += s->to - s->from;
        at = s->to;
    }
    if (at != layer->to)
        return trace_wrong(c, layer->event, "execute does not fill the layer");
    const cJSON *args = cJSON_GetObjectItemCaseSensitive(layer->event, "args");
    for (int k = 0; k < 6; k++) {
        char name[64];
        snprintf(name, sizeof name, "%s_cycles", trace_causes[k]);
        if (trace_number(args, name) != sums[k] ||
            (row && trace_number(row, name) != sums[k]))
            return trace_wrong(c, layer->event, "%s sums to %g", name, sums[k]);
    }
    if (row && (trace_number(row, "cycles") != layer->to - layer->from ||
                strcmp(trace_text(row, "layer"), trace_text(layer->event, "name"))))
        return trace_wrong(c, layer->event, "not the layer, or its cycles");
    return true;
}

static inline bool trace_check_layers(struct trace_check *c, int pid,
                                      const cJSON *rows)
{
    const struct trace_track *layers = trace_named(c, pid, "layers");
    const struct trace_track *execute = trace_named(c, pid, "execute");
    const cJSON *row = rows ? rows->child : NULL;
    double at = 0;
    if (!layers || !execute || !layers->count)
        return trace_wrong(c, NULL, "process %d has no layers", pid);
    for (size_t i = 0; i < layers->count; i++) {
        while (row && !strcmp(trace_text(row, "backend"), "host"))
            row = row->next;
        if (layers->slices[i].from != at)
            return trace_wrong(c, layers->slices[i].event, "a hole before it");
        if (!trace_check_layer(c, &layers->slices[i], execute, row))
            return false;
        at = layers->slices[i].to;
        row = row ? row->next : NULL;
    }
    while (row && !strcmp(trace_text(row, "backend"), "host"))
        row = row->next;
    if (rows && (!row || row->next || trace_number(row, "cycles") != at))
        return trace_wrong(c, NULL, "the layers are not all, or sum to %g "
                           "cycles", at);
    return true;
}

/* The same but for the process and, in a flow's id, its name. */
static inline bool trace_same(const cJSON *a, const cJSON *b)
{
    const cJSON *x = a->child, *y = b->child;
    for (; x && y; x = x->next, y = y->next) {
        if (strcmp(x->string, y->string))
            return false;
        if (!strcmp(x->string, "pid"))
            continue;
        if (!strcmp(x->string, "id")) {
            const char *p = strchr(x->valuestring, '.');
            const char *q = strchr(y->valuestring, '.');
            if (!p || !q || strcmp(p, q))
                return false;
        } else if (!cJSON_Compare(x, y, true)) {
            return false;
        }
    }
    return !x && !y;
}

static inline bool trace_check_twins(struct trace_check *c, const cJSON *events)
{
    const cJSON *second = events->child;
    while (second && trace_number(second, "pid") != 2)
        second = second->next;
    if (!second)
        return true;
    const cJSON *a = events->child, *b = second;
    for (; a != second && b; a = a->next, b = b->next)
        if (!trace_same(a, b) && strcmp(trace_text(a, "name"), "process_name") &&
            strcmp(trace_text(a, "name"), "process_sort_index"))
            return trace_wrong(c, b, "the processes differ");
    return (a == second && !b) ||
           trace_wrong(c, NULL, "the processes have not as many events");
}

static inline bool trace_check_about(struct trace_check *c, const cJSON *root)
{
    const char *unit = trace_text(root, "displayTimeUnit");
    const cJSON *other = cJSON_GetObjectItemCaseSensitive(root, "otherData");
    if (strcmp(unit, "ms") && strcmp(unit, "ns"))
        return trace_wrong(c, NULL, "displayTimeUnit is not ms or ns");
    if (!trace_text(other, "version")[0] || !trace_text(other, "network")[0] ||
        !trace_text(other, "time")[0] || trace_number(other, "seed") < 0)
        return trace_wrong(c, other, "otherData lacks something");
    return true;
}

/* The text of a trace, and NULL or rows of serac infer --json. True: c->why is "". */
static inline bool trace_check(struct trace_check *c, const char *text,
                               const char *rows_text)
{
    memset(c, 0, sizeof *c);
    cJSON *root = cJSON_Parse(text);
    cJSON *rows = rows_text ? cJSON_Parse(rows_text) : NULL;
    const cJSON *events = cJSON_GetObjectItemCaseSensitive(root, "traceEvents");
    bool good = cJSON_IsArray(events) && events->child;
    if (!good || (rows_text && !rows))
        good = trace_wrong(c, NULL, "no JSON object with traceEvents, or no rows");
    good = good && trace_check_about(c, root);
    for (const cJSON *e = good ? events->child : NULL; e && good; e = e->next) {
        good = trace_take(c, e);
        c->events++;
    }
    for (int i = 0; i < c->num_tracks && good; i++)
        good = trace_check_track(c, &c->tracks[i]);
    good = good && trace_check_flows(c) && trace_check_twins(c, events);
    int last = good ? c->tracks[c->num_tracks - 1].pid : 0;
    for (int pid = 1; pid <= last && good; pid++)
        good = trace_check_layers(c, pid, rows);
    for (int i = 0; i < c->num_tracks; i++)
        free(c->tracks[i].slices);
    free(c->flows);
    cJSON_Delete(root);
    cJSON_Delete(rows);
    return good;
}

static inline char *trace_read(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *text = malloc((size_t)size + 1);
    if (text)
        text[fread(text, 1, (size_t)size, file)] = '\0';
    fclose(file);
    return text;
}

#endif
