/* fuzz_onnx.c - ONNX's protobuf. */
#include "fuzz_built.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct serac_error error = {""};
    struct serac_import import = {.path = "model.onnx", .error = &error};
    struct serac_build build = {.network = NULL};
    fuzz_built(&import, serac_import_onnx(&import, bytes, count, "net", &build), &build);
    return 0;
}
