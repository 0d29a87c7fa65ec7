/* serac_infer_session.h - a network on an open device; private to serac_infer*.c. */
#ifndef SERAC_INFER_SESSION_H
#define SERAC_INFER_SESSION_H

#include "serac_dataset.h"
#include "serac_device.h"
#include "serac_drv.h"
#include "serac_infer.h"
#include "serac_recording.h"

struct serac_infer_session {
    const struct serac_infer_job *job;
    const struct serac_network *network;
    struct serac_network *loaded;     /* owned; NULL if the job has it */
    struct serac_program *program;
    struct serac_dataset data;
    struct serac_device *device;
    struct serac_drv drv;
    uint8_t *image, *packed;
    size_t image_bytes;
    int32_t *codes, *outputs;
    struct serac_counters *blocks;    /* the device's, a layer each */
    struct serac_counters total;      /* of one image */
    double *host_us;                  /* a layer each; the least of all images */
    uint8_t *operands[2];             /* packed, of the host's layers */
    bool timed;                       /* blocks and total are known */
    struct serac_recording recording; /* of the first image, if the job wants it */
    struct serac_trace_layer *names;  /* of a step's layers */
    struct serac_infer_result *result;
    struct serac_error *error;
    enum serac_status status;
};

/* Fills the session's error, if nothing has, with `what: status`; returns the status. */
enum serac_status serac_infer_say(struct serac_infer_session *s, enum serac_status status,
                                  const char *what);

/* serac_infer_images.c: runs the images, counts what is right, and keeps what the first one took. */
enum serac_status serac_infer_images(struct serac_infer_session *s);

/* serac_infer_rows.c: the result's rows. Counters that do not add up are SERAC_E_INTERNAL. */
enum serac_status serac_infer_rows(struct serac_infer_session *s);

#endif
