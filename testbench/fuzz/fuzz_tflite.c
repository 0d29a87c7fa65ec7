/* fuzz_tflite.c - TensorFlow Lite's FlatBuffers. The first byte chooses the options. */
#include "fuzz_built.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    if (!count)
        return 0;
    struct serac_error error = {""};
    struct serac_import import = {.path = "model.tflite", .error = &error};
    struct serac_import_choice choice = {bytes[0] & 1 ? SERAC_MODE_SINGLE : SERAC_MODE_DOUBLE, bytes[0] & 2};
    struct serac_build build = {.network = NULL};
    fuzz_built(&import, serac_import_tflite(&import, bytes + 1, count - 1, &choice, "net", &build), &build);
    return 0;
}
