/* serac_infer_session.h - a network on open devices; private to serac_infer*.c. */
#ifndef SERAC_INFER_SESSION_H
#define SERAC_INFER_SESSION_H

#include "serac_dataset.h"
#include "serac_device.h"
#include "serac_drv.h"
#include "serac_infer.h"
#include "serac_recording.h"

struct serac_infer_session;

/* A device with the program, and what an image needs on its way through it. */
struct serac_infer_lane {
    struct serac_infer_session *session;   /* borrowed; only `timing` changes it */
    bool timing;                      /* keeps what its images took, and records the first */
    struct serac_device *device;
    struct serac_drv drv;
    uint8_t *packed, *operands[2];    /* packed, in memory's layout; the operands are the host's layers' */
    int32_t *codes;
};

struct serac_infer_session {
    const struct serac_infer_job *job;
    const struct serac_network *network;
    struct serac_network *loaded;     /* owned; NULL if the job has it */
    struct serac_program *program;
    struct serac_dataset data;
    uint8_t *image;
    size_t image_bytes;
    struct serac_infer_lane lane;     /* the first, and but for many images with threads the only one */
    struct serac_counters *blocks;    /* the device's, a layer each */
    struct serac_counters total;      /* of one image */
    double *host_us;                  /* a layer each; the least of the lane's images */
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

/* serac_infer_lane.c. Values of an image's output. */
uint32_t serac_infer_outputs(const struct serac_infer_session *s);
/* Opens a device of the model for a further lane, with room and program. Closing takes one that failed. */
enum serac_status serac_infer_lane_open(struct serac_infer_lane *lane, struct serac_infer_session *s);
/* Room and program for a lane whose device is open. */
enum serac_status serac_infer_lane_load(struct serac_infer_lane *lane);
void serac_infer_lane_close(struct serac_infer_lane *lane);
/* An image of the data set through the network. */
enum serac_status serac_infer_lane_run(struct serac_infer_lane *lane, uint64_t index, int32_t *outputs);

/* serac_infer_images.c: runs the images, and counts what is right. */
enum serac_status serac_infer_images(struct serac_infer_session *s);

/* serac_infer_rows.c: the result's rows. Counters that do not add up are SERAC_E_INTERNAL. */
enum serac_status serac_infer_rows(struct serac_infer_session *s);

#endif
