/* conformance.h - runs built networks on a device, as `serac infer` does: through their files. */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include "serac_build.h"

struct conformance {
    const char *suite;
    const char *design, *backend;    /* names */
    char folder[64];                 /* for the files; made and removed here */
    unsigned cases, passed, skipped;
    uint64_t values;                 /* compared */
};

/* Reads [--design D] [--backend B]; the design is `weight-serial`, the backend `model` unless told. Exits with
 * code 77 and a line if SERAC_DATA is not set. */
void conformance_open(struct conformance *run, const char *suite, int argc, char **argv);
/* The data's file or folder. */
const char *conformance_path(const char *name, char room[512]);

/* A file's bytes, and a zero byte behind them, the caller's; NULL if it cannot be read. */
uint8_t *conformance_read(const char *path, size_t *size);
/* An ONNX file becomes a network, as serac import makes it. False after a line that says why. */
bool conformance_import(struct conformance *run, const char *name, const uint8_t *bytes, size_t size,
                        struct serac_build *build);

/* Inputs of all images, `count` codes in all. *outputs is the caller's. False after a line that says why. */
bool conformance_run(struct conformance *run, const char *name, const struct serac_build *build,
                     const int32_t *inputs, size_t count, int32_t **outputs, size_t *num_outputs);
/* Counts the case; the first difference is printed. */
void conformance_compare(struct conformance *run, const char *name, const int32_t *got, size_t num_got,
                         const int32_t *expected, size_t num_expected);
void conformance_fail(struct conformance *run, const char *name, const char *why);
void conformance_skip(struct conformance *run, const char *name, const char *why);
/* The line of results and the exit code: nothing compared has failed too. */
int conformance_close(struct conformance *run);

#endif
