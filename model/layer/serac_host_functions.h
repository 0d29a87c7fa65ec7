/* serac_host_functions.h - shared by serac_host*.c, private to them. */
#ifndef SERAC_HOST_FUNCTIONS_H
#define SERAC_HOST_FUNCTIONS_H

#include "serac_host.h"

static inline int32_t serac_host_clamp(const struct serac_layer *l, int64_t value)
{
    return value < l->clamp_min ? l->clamp_min : value > l->clamp_max ? l->clamp_max : (int32_t)value;
}

/* serac_host_onnx.c: a float32 by its bits. */
float serac_host_float(int32_t bits);
/* A rounded number and the output's zero point, clamped before it becomes an integer. */
int32_t serac_host_code(const struct serac_layer *layer, double rounded);

/* As serac_host_run(); serac_host_lite.c. */
void serac_host_softmax(const struct serac_layer *layer, const int32_t *in, int32_t *out);
void serac_host_add(const struct serac_layer *layer, const int32_t *in, const int32_t *in2, int32_t *out);
void serac_host_pool(const struct serac_layer *layer, const int32_t *in, int32_t *out);
void serac_host_pad(const struct serac_layer *layer, const int32_t *in, int32_t *out);
void serac_host_requantise(const struct serac_layer *layer, const int32_t *in, int32_t *out);
void serac_host_patches(const struct serac_layer *layer, const int32_t *in, int32_t *out);

/* serac_host_onnx.c. */
void serac_host_quantise_float(const struct serac_layer *layer, const int32_t *in, int32_t *out);
void serac_host_thresholds(const struct serac_layer *layer, const int32_t *in, int32_t *out);
void serac_host_add_float(const struct serac_layer *layer, const int32_t *in, const int32_t *in2, int32_t *out);
void serac_host_add_floor(const struct serac_layer *layer, const int32_t *in, const int32_t *in2, int32_t *out);

/* serac_host_transformer.c. */
void serac_host_norm(const struct serac_layer *layer, const int32_t *in, int32_t *out);
void serac_host_table(const struct serac_layer *layer, const int32_t *in, int32_t *out);
void serac_host_concat(const struct serac_layer *layer, const int32_t *in, const int32_t *in2, int32_t *out);

#endif
