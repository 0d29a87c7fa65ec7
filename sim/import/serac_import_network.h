/* serac_import_network.h - other tools' quantised networks become networks of ours, to the bit.
 *
 *   .tflite        TensorFlow Lite, int8 or uint8 activations, 4- or 8-bit weights
 *   .onnx          ONNX with integer operators, quantiser pairs, QONNX's and FINN's, or integers in floats
 *
 * What the machine computes exactly becomes a layer of it; what it cannot, the host's. An operator
 * that neither has stops the import and is named. */
#ifndef SERAC_IMPORT_NETWORK_H
#define SERAC_IMPORT_NETWORK_H

#include "serac_build.h"
#include "serac_import.h"

struct serac_import_choice {
    enum serac_requant_mode rounding;    /* DOUBLE or SINGLE */
    bool patches;                        /* a convolution of the input as a patch matrix that the host makes */
};

/* `bytes` is the file; `import` takes messages and notes. On success *build is the caller's. */
enum serac_status serac_import_tflite(struct serac_import *import, const uint8_t *bytes, size_t size,
                                      const struct serac_import_choice *choice, const char *name,
                                      struct serac_build *build);

enum serac_status serac_import_onnx(struct serac_import *import, const uint8_t *bytes, size_t size, const char *name,
                                    struct serac_build *build);

#endif
