/* serac_trace.c - the file of a timeline: its processes, their comparison. */
#include "serac_trace.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serac_cli.h"
#include "serac_part.h"
#include "serac_trace_side.h"

#define SIDES 2

struct serac_trace {
    struct serac_part part;
    struct serac_trace_about about;
    struct serac_trace_side *sides[SIDES];
    uint32_t num_sides;
    bool first;                      /* no event is written yet */
};

enum serac_status serac_trace_begin(const char *path,
                                    const struct serac_trace_about *about,
                                    struct serac_trace **trace,
                                    struct serac_error *error)
{
    struct serac_trace *t = calloc(1, sizeof *t);
    if (!t)
        return SERAC_E_NOMEM;
    t->about = *about;
    enum serac_status status = serac_part_begin(&t->part, path, error);
    if (status == SERAC_OK)
        *trace = t;
    else
        free(t);
    return status;
}

/* A file beside the trace that is gone when it is closed, or the program ends. */
static FILE *stream(const struct serac_trace *t)
{
    char path[sizeof t->part.beside + 8];
    snprintf(path, sizeof path, "%s.track", t->part.beside);
    FILE *file = fopen(path, "w+b");
    if (file)
        remove(path);
    return file;
}

struct serac_trace_side *serac_trace_add_side(struct serac_trace *t,
                                              const char *name)
{
    struct serac_trace_side *side =
        t->num_sides < SIDES ? calloc(1, sizeof *side) : NULL;
    if (!side)
        return NULL;
    snprintf(side->name, sizeof side->name, "%s", name);
    serac_trace_side_init(side);
    for (int i = 0; i < SERAC_STREAMS; i++)
        if (!(side->streams[i] = stream(t))) {
            serac_trace_side_free(side);
            return NULL;
        }
    return t->sides[t->num_sides++] = side;
}

/* --- the comparison --------------------------------------------------------------- */

static const char *stream_name(int i)
{
    return i < SERAC_STREAM_LEVELS
               ? serac_trace_track_name((enum serac_track)i)
               : i < SERAC_STREAM_TOKENS ? "counters" : "tokens";
}

/* The next line without its end, "nothing" behind the last; false then. */
static bool next_line(FILE *file, char **line, size_t *room)
{
    ssize_t length = getline(line, room, file);
    if (length > 0 && (*line)[length - 1] == '\n')
        (*line)[length - 1] = '\0';
    return length > 0;
}

static enum serac_status not_written(const struct serac_trace *t, struct serac_error *error)
{
    if (error)
        snprintf(error->text, sizeof error->text, "%.400s: cannot be written: %s",
                 t->part.path, strerror(errno ? errno : EIO));
    return SERAC_E_INPUT;
}

/* Before a stream is read: rewind() would forget that a write failed. */
static bool written(FILE *file)
{
    return fflush(file) == 0 && !ferror(file);
}

static bool all_written(const struct serac_trace *t)
{
    bool good = true;
    errno = 0;
    for (uint32_t s = 0; s < t->num_sides; s++)
        for (int i = 0; i < SERAC_STREAMS; i++)
            good = written(t->sides[s]->streams[i]) && good;
    return good;
}

static enum serac_status compare_stream(const struct serac_trace *t, int i,
                                        uint64_t *events,
                                        struct serac_error *error)
{
    char *lines[SIDES] = {NULL, NULL};
    size_t room[SIDES] = {0, 0};
    bool got[SIDES], same;
    uint64_t before = *events;
    for (int s = 0; s < SIDES; s++)
        rewind(t->sides[s]->streams[i]);
    do {
        for (int s = 0; s < SIDES; s++)
            got[s] = next_line(t->sides[s]->streams[i], &lines[s], &room[s]);
        same = got[0] == got[1] && (!got[0] || !strcmp(lines[0], lines[1]));
        *events += same && got[0];
    } while (same && got[0]);
    bool bad = ferror(t->sides[0]->streams[i]) || ferror(t->sides[1]->streams[i]);
    if (!bad && !same && error)
        snprintf(error->text, sizeof error->text,
                 "timelines differ: %s, event %llu: %s %.150s, %s %.150s",
                 stream_name(i), (unsigned long long)(*events - before),
                 t->sides[0]->name, got[0] ? lines[0] : "none",
                 t->sides[1]->name, got[1] ? lines[1] : "none");
    free(lines[0]);
    free(lines[1]);
    if (bad)
        return not_written(t, error);
    return same ? SERAC_OK : SERAC_E_MISMATCH;
}

enum serac_status serac_trace_compare(struct serac_trace *t, uint64_t *events,
                                      struct serac_error *error)
{
    *events = 0;
    if (!all_written(t))
        return not_written(t, error);
    enum serac_status status = SERAC_OK;
    for (int i = 0; i < SERAC_STREAMS && status == SERAC_OK; i++)
        status = compare_stream(t, i, events, error);
    return status;
}

/* --- the file ----------------------------------------------------------------------- */

static void separate(struct serac_trace *t)
{
    fputs(t->first ? "" : ",\n", t->part.file);
    t->first = false;
}

static void put_metadata(struct serac_trace *t, int pid, int tid,
                         const char *what, const char *name, int index)
{
    FILE *file = t->part.file;
    separate(t);
    fprintf(file, "{\"pid\":%d,\"tid\":%d,\"ph\":\"M\",\"name\":\"%s\",\"args\":{",
            pid, tid, what);
    if (name)
        fprintf(file, "\"name\":\"%s\"}}", name);
    else
        fprintf(file, "\"sort_index\":%d}}", index);
}

static void put_names(struct serac_trace *t, int pid, const char *name)
{
    put_metadata(t, pid, 0, "process_name", name, 0);
    put_metadata(t, pid, 0, "process_sort_index", NULL, pid);
    for (int i = 0; i < SERAC_TRACKS; i++) {
        put_metadata(t, pid, i + 1, "thread_name",
                     serac_trace_track_name((enum serac_track)i), 0);
        put_metadata(t, pid, i + 1, "thread_sort_index", NULL, i + 1);
    }
}

/* The events of a side, each with what tells the sides apart. False: a stream could
 * not be written or read. */
static bool put_side(struct serac_trace *t, int s)
{
    struct serac_trace_side *side = t->sides[s];
    char *line = NULL;
    size_t room = 0;
    bool good = true;
    put_names(t, s + 1, side->name);
    for (int i = 0; i < SERAC_STREAMS && good; i++) {
        FILE *file = side->streams[i];
        good = written(file);
        rewind(file);
        while (good && next_line(file, &line, &room)) {
            separate(t);
            fprintf(t->part.file, "{\"pid\":%d,", s + 1);
            if (i >= SERAC_STREAM_TOKENS)
                fprintf(t->part.file, "\"id\":\"%s.", side->name);
            fputs(line, t->part.file);
            good = !ferror(t->part.file);
        }
        good = good && !ferror(file);
    }
    free(line);
    return good;
}

static void put_member(FILE *file, const char *name, const char *text)
{
    if (!text)
        return;
    fprintf(file, ",\"%s\":", name);
    serac_trace_string(file, text);
}

static void put_about(const struct serac_trace *t)
{
    const struct serac_trace_about *a = &t->about;
    FILE *file = t->part.file;
    fprintf(file, "{\"displayTimeUnit\":\"ns\",\n\"otherData\":{\"program\":"
                  "\"serac\",\"version\":\"%s\",\"time\":\"1 us is 1 clock cycle\"",
            SERAC_VERSION);
    put_member(file, "design", a->design);
    put_member(file, "network", a->network);
    put_member(file, "memory", a->memory);
    put_member(file, "technology", a->technology);
    fprintf(file, ",\"seed\":%llu", (unsigned long long)a->seed);
    if (!isnan(a->clock_mhz))
        fprintf(file, ",\"clock_mhz\":%.3f", a->clock_mhz);
    fputs("},\n\"traceEvents\":[\n", file);
}

static enum serac_status write_file(struct serac_trace *t,
                                    struct serac_error *error)
{
    bool good = true;
    t->first = true;
    errno = 0;
    put_about(t);
    for (uint32_t s = 0; s < t->num_sides && good; s++)
        good = put_side(t, (int)s);
    fputs("\n]}\n", t->part.file);
    return good ? serac_part_end(&t->part, error) : not_written(t, error);
}

enum serac_status serac_trace_end(struct serac_trace *t, bool keep,
                                  struct serac_error *error)
{
    enum serac_status status = SERAC_OK;
    if (!t)
        return status;
    for (uint32_t s = 0; s < t->num_sides; s++)
        if (t->sides[s]->failed)
            status = SERAC_E_NOMEM;
    if (keep && status == SERAC_OK)
        status = write_file(t, error);
    serac_part_drop(&t->part);
    for (uint32_t s = 0; s < t->num_sides; s++)
        serac_trace_side_free(t->sides[s]);
    free(t);
    return status;
}
