/* serac_recording.c - timelines and waveforms, from the option to the file. */
#include "serac_recording.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum serac_status refuse(struct serac_error *error, const char *what,
                                const char *why)
{
    if (error)
        snprintf(error->text, sizeof error->text, "%.400s: %s", what, why);
    return SERAC_E_INPUT;
}

/* The writer of FST files maps them into memory: a full disk is a bus error, behind
 * which nothing can go on. What it made is removed, and said. */
static struct {
    char files[2][1120], line[1200];
    size_t length;
    struct sigaction before;
} doomed;

static void on_bus_error(int number)
{
    (void)number;
    unlink(doomed.files[0]);
    unlink(doomed.files[1]);
    ssize_t said = write(2, doomed.line, doomed.length);
    _exit(said < 0 ? 3 : 2);
}

static void guard(struct serac_recording *r)
{
    const struct serac_part *part = &r->wave;
    struct sigaction action = {.sa_handler = on_bus_error};
    snprintf(doomed.files[0], sizeof doomed.files[0], "%s", part->beside);
    snprintf(doomed.files[1], sizeof doomed.files[1], "%s.hier", part->beside);
    doomed.length = (size_t)snprintf(
        doomed.line, sizeof doomed.line,
        "serac: %s: cannot be written: the disk is full, or a limit is reached\n",
        part->path);
    sigaction(SIGBUS, &action, &doomed.before);
    r->guard = serac_part_guard(doomed.files[1]);
}

static void unguard(const struct serac_recording *r)
{
    sigaction(SIGBUS, &doomed.before, NULL);
    serac_part_forget(r->guard);
}

static enum serac_rtl_build build_of(const char *path)
{
    size_t length = strlen(path);
    if (length > 4 && !strcmp(path + length - 4, ".vcd"))
        return SERAC_RTL_VCD;
    if (length > 4 && !strcmp(path + length - 4, ".fst"))
        return SERAC_RTL_FST;
    return SERAC_RTL_PROBED;
}

bool serac_recording_waves(const char *path)
{
    return build_of(path) != SERAC_RTL_PROBED;
}

static bool number(const char **text, uint64_t *value)
{
    char *end;
    if (**text < '0' || **text > '9')
        return false;
    errno = 0;
    *value = strtoull(*text, &end, 10);
    *text = end;
    return errno == 0;
}

static enum serac_status begin_wave(struct serac_recording *r, const char *path,
                                    const char *window, bool rtl,
                                    struct serac_error *error)
{
    r->from = 0;
    r->to = UINT64_MAX;
    if (!rtl)
        return refuse(error, path, "is a waveform, which only the RTL has: use "
                      "--backend rtl or cosim, or name a .json file");
    const char *at = window;
    if (window && (!number(&at, &r->from) || *at++ != '-' ||
                   !number(&at, &r->to) || *at || r->to <= r->from)) {
        if (error)
            snprintf(error->text, sizeof error->text, "--trace-cycles %.100s: must "
                     "be FROM-TO, cycles of the run, FROM before TO", window);
        return SERAC_E_INPUT;
    }
    return serac_part_begin(&r->wave, path, error);
}

static enum serac_status begin_timeline(struct serac_recording *r,
                                        const char *path, bool model, bool rtl,
                                        const struct serac_trace_about *about,
                                        struct serac_error *error)
{
    enum serac_status status = serac_trace_begin(path, about, &r->trace, error);
    if (status != SERAC_OK)
        return status;
    if (model)
        r->model = serac_trace_add_side(r->trace, "model");
    if (rtl)
        r->rtl = serac_trace_add_side(r->trace, "RTL");
    if (!r->model != model && !r->rtl != rtl)
        return SERAC_OK;
    bool no_memory = errno == ENOMEM;        /* else its temporary file could not be made */
    status = refuse(error, path, no_memory ? serac_status_text(SERAC_E_NOMEM) : strerror(errno));
    return no_memory ? SERAC_E_NOMEM : status;
}

enum serac_status serac_recording_begin(struct serac_recording *r,
                                        const char *path, const char *window,
                                        bool model, bool rtl,
                                        const struct serac_trace_about *about,
                                        struct serac_error *error)
{
    memset(r, 0, sizeof *r);
    r->build = build_of(path);
    if (r->build != SERAC_RTL_PROBED)
        return begin_wave(r, path, window, rtl, error);
    if (window)
        return refuse(error, "--trace-cycles", "goes with a waveform (.vcd, .fst)");
    return begin_timeline(r, path, model, rtl, about, error);
}

const struct serac_observer *serac_recording_model(
    const struct serac_recording *r)
{
    return r && r->active && r->model ? serac_trace_observer(r->model) : NULL;
}

enum serac_status serac_recording_attach(struct serac_recording *r,
                                         const struct serac_rtl_ops *ops,
                                         void *rtl, struct serac_error *error)
{
    r->ops = ops;
    r->handle = rtl;
    if (r->rtl)
        return serac_probe_create(ops, rtl, serac_trace_observer(r->rtl),
                                  &r->probe, error);
    if (r->trace)
        return SERAC_OK;
    if (r->build == SERAC_RTL_FST)
        guard(r);
    return ops->wave_open(rtl, r->wave.beside)
               ? SERAC_OK : refuse(error, r->wave.path, "cannot be written");
}

void serac_recording_detach(struct serac_recording *r)
{
    if (!r->ops)
        return;
    if (!r->trace)
        r->wave_error = r->ops->wave_close(r->handle);
    if (r->build == SERAC_RTL_FST)
        unguard(r);
    if (r->probe)
        serac_probe_end(r->probe);
    serac_probe_destroy(r->probe);
    r->probe = NULL;
    r->ops = NULL;
}

void serac_recording_begin_run(struct serac_recording *r,
                               const struct serac_design *design,
                               const struct serac_trace_layer *layers,
                               uint32_t num_layers)
{
    r->active = true;
    r->cycles = 0;
    if (r->model)
        serac_trace_begin_run(r->model, design, layers, num_layers);
    if (r->rtl)
        serac_trace_begin_run(r->rtl, design, layers, num_layers);
}

void serac_recording_cycle(struct serac_recording *r, uint64_t cycle,
                           const struct serac_rtl_in *in,
                           const struct serac_rtl_out *out)
{
    if (!r || !r->active || !r->ops)
        return;
    r->cycles = cycle + 1;
    uint64_t at = r->base + cycle;
    if (r->probe) {
        serac_probe_cycle(r->probe, cycle, in, out);
    } else if (!r->trace && at >= r->from && at < r->to) {
        r->ops->wave_dump(r->handle, at);
        r->waved = true;
    }
}

void serac_recording_end_run(struct serac_recording *r)
{
    r->active = false;
    r->base += r->cycles;
    if (r->probe)
        serac_probe_end(r->probe);
    if (r->model)
        serac_trace_end_run(r->model);
    if (r->rtl)
        serac_trace_end_run(r->rtl);
}

/* --- the end ------------------------------------------------------------------------ */

/* Nor does the writer of FST files tell of writes that fail. A file is blocks - a
 * byte of type, eight of length, the length counting itself - up to its end, and the first one
 * is a header; a block that was not finished has another type. */
static bool fst_is_whole(FILE *file)
{
    uint8_t head[9];
    uint64_t at = 0, length;
    bool first = true;
    if (fseek(file, 0, SEEK_END))
        return false;
    uint64_t end = (uint64_t)ftell(file);
    for (; at < end; at += 1 + length, first = false) {
        if (fseek(file, (long)at, SEEK_SET) ||
            fread(head, 1, sizeof head, file) != sizeof head)
            return false;
        length = 0;
        for (int i = 1; i < 9; i++)
            length = length << 8 | head[i];
        if (length < 8 || length >= end - at || head[0] == 255 ||
            (first && head[0] != 0))
            return false;
    }
    return at == end && !first;
}

static enum serac_status end_wave(struct serac_recording *r,
                                  struct serac_error *error)
{
    /* The simulator wrote the file under this name; see that it is all there. */
    FILE *written = fopen(r->wave.beside, "rb");
    bool whole = written && r->waved && !r->wave_error &&
                 (r->build != SERAC_RTL_FST || fst_is_whole(written));
    if (written)
        fclose(written);
    if (whole)
        return serac_part_end(&r->wave, error);
    if (written && !r->waved)
        return refuse(error, r->wave.path, "no cycle of the run is in --trace-cycles");
    char why[200];
    snprintf(why, sizeof why, "cannot be written: %s",
             r->wave_error ? strerror(r->wave_error)
                           : "the file is not whole (is the disk full?)");
    return refuse(error, r->wave.path, why);
}

enum serac_status serac_recording_end(struct serac_recording *r,
                                      enum serac_status status,
                                      struct serac_error *error)
{
    serac_recording_detach(r);
    if (r->trace) {
        enum serac_status ended =
            serac_trace_end(r->trace, status == SERAC_OK, error);
        status = status == SERAC_OK ? ended : status;
    } else if (r->wave.file && status == SERAC_OK) {
        status = end_wave(r, error);
    }
    serac_part_drop(&r->wave);
    memset(r, 0, sizeof *r);
    return status;
}

void serac_recording_names(const struct serac_network *network,
                           const struct serac_program_step *step,
                           struct serac_trace_layer *layers)
{
    static const char *const kinds[] = {
        [SERAC_OP_CONV] = "conv", [SERAC_OP_DEPTHWISE] = "depthwise",
        [SERAC_OP_ADD] = "add", [SERAC_OP_HOST] = "host"};
    for (uint32_t i = 0; i < step->count; i++) {
        const struct serac_layer *l = &network->layers[step->first + i];
        /* A matrix product: one line of vectors, or a window that is the whole input. */
        bool matrix = l->op == SERAC_OP_CONV &&
                      (l->input.height == 1 ? l->kernel_w == 1
                                            : l->kernel_h == l->input.height &&
                                                  l->kernel_w == l->input.width);
        layers[i].name = l->name;
        layers[i].kind = matrix ? "gemm" : kinds[l->op];
    }
}
