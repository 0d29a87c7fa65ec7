/* layers.h - designs and layers that several unit tests start from and vary. */
#ifndef LAYERS_H
#define LAYERS_H

#include "serac_layer.h"

/* (1,1) with the smallest roomy buffers; a beat is 8 bytes. */
static inline struct serac_design small_design(uint32_t rows, uint32_t cols,
                                               uint32_t lanes)
{
    return (struct serac_design){
        .name = "small", .rows = rows, .cols = cols, .lanes = lanes,
        .weight_planes = 1, .act_planes = 1, .weight_buffer_bytes = 16384,
        .act_buffer_bytes = 16384, .output_buffer_bytes = 16384,
        .param_buffer_bytes = 4096, .axi_bits = 64, .outstanding = 4,
        .requant_lanes = 4, .queue_depth = 2};
}

/* M x K signed weights on N unsigned vectors of as many bits, 8-bit results. */
static inline struct serac_layer gemm_layer(uint32_t m, uint32_t k, uint32_t n,
                                            uint32_t bits)
{
    struct serac_layer l = {
        .name = "gemm", .op = SERAC_OP_CONV, .kernel_h = 1, .kernel_w = 1,
        .stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1,
        .pool = 1, .weight_bits = bits, .weight_store_bits = bits,
        .act_bits = bits, .clamp_max = 255};
    l.input = (struct serac_tensor){1, n, k, bits, false, false, 0};
    l.output = (struct serac_tensor){1, n, m, 8, false, false, 0};
    return l;
}

/* A convolution with an odd square kernel, padded to the input's size. */
static inline struct serac_layer conv_layer(uint32_t in, uint32_t height,
                                            uint32_t width, uint32_t out,
                                            uint32_t kernel, uint32_t bits)
{
    struct serac_layer l = gemm_layer(out, in, width, bits);
    l.kernel_h = l.kernel_w = kernel;
    l.pad_top = l.pad_bottom = l.pad_left = l.pad_right = kernel / 2;
    l.input.height = l.output.height = height;
    return l;
}

#endif
