/* serac_recording.h - what `--trace FILE` asks for: a timeline, or a waveform.
 *
 * By the file's name: .vcd and .fst are waveforms of the RTL, anything else is a
 * timeline (serac_trace.h). Who runs the machine tells when a run begins and ends;
 * between runs nothing is recorded. The file is whole or not there. */
#ifndef SERAC_RECORDING_H
#define SERAC_RECORDING_H

#include "serac_part.h"
#include "serac_probe.h"
#include "serac_program.h"
#include "serac_trace.h"

struct serac_recording {
    enum serac_rtl_build build;      /* the library that can be recorded: PROBED,
                                        VCD, FST */
    bool active;                     /* inside a run */
    struct serac_trace *trace;       /* owned; NULL: a waveform */
    struct serac_trace_side *model, *rtl;   /* NULL: not asked for */
    struct serac_part wave;          /* waveform: its file */
    int guard;                       /* FST: of the file beside it */
    uint64_t from, to;               /* waveform: cycles from..to-1 */
    int wave_error;                  /* errno of a write that failed */
    bool waved;                      /* a cycle is in it */
    /* The RTL while it is attached. */
    const struct serac_rtl_ops *ops;
    void *handle;
    struct serac_probe *probe;
    uint64_t base, cycles;           /* of the runs before; of this one */
};

/* PATH's name is a waveform's. */
bool serac_recording_waves(const char *path);

/* Opens the file. `window` is NULL or "FROM-TO", cycles of a waveform. A timeline has the
 * model's side, the RTL's, or both. SERAC_E_INPUT: a waveform without the RTL, a bad or
 * useless window, a file that cannot be written. */
enum serac_status serac_recording_begin(struct serac_recording *recording,
                                        const char *path, const char *window,
                                        bool model, bool rtl,
                                        const struct serac_trace_about *about,
                                        struct serac_error *error);

/* The model's events go here, NULL: nowhere. `recording` may be NULL. */
const struct serac_observer *serac_recording_model(
    const struct serac_recording *recording);

/* The RTL that is going to run, of a library built as `recording->build` says; detach
 * before it is destroyed. A waveform is of the one attached last. */
enum serac_status serac_recording_attach(struct serac_recording *recording,
                                         const struct serac_rtl_ops *ops,
                                         void *rtl, struct serac_error *error);
void serac_recording_detach(struct serac_recording *recording);

/* `layers` name the blocks; they must last until the run's end. */
void serac_recording_begin_run(struct serac_recording *recording,
                               const struct serac_design *design,
                               const struct serac_trace_layer *layers,
                               uint32_t num_layers);
/* Cycle of the RTL's run, settled. Does nothing outside a run, or for NULL. */
void serac_recording_cycle(struct serac_recording *recording, uint64_t cycle,
                           const struct serac_rtl_in *in,
                           const struct serac_rtl_out *out);
void serac_recording_end_run(struct serac_recording *recording);

/* Writes the file if `status`, how the runs went, is SERAC_OK; else drops it. Returns
 * `status`, or SERAC_E_INPUT if not all of the file could be written. Harmless for a
 * recording that is all zero. */
enum serac_status serac_recording_end(struct serac_recording *recording,
                                      enum serac_status status,
                                      struct serac_error *error);

/* Names of the layers that a step of a program runs. */
void serac_recording_names(const struct serac_network *network,
                           const struct serac_program_step *step,
                           struct serac_trace_layer *layers);

#endif
