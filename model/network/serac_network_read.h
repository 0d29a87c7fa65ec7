/* serac_network_read.h - shared by serac_network*.c, private to them. */
#ifndef SERAC_NETWORK_READ_H
#define SERAC_NETWORK_READ_H

#include "serac_config.h"
#include "serac_network.h"

/* The keys of `input` and `output` groups. */
struct serac_tensor_keys {
    char name[SERAC_NAME_MAX];
    uint32_t height, width, channels, bits;
    bool is_signed, is_bipolar;
    int32_t zero_point, min, max;
    double scale;
};

#define SERAC_TENSOR_KEY(key, type, field, required, min, max, size)          \
    {key, SERAC_KEY_##type, offsetof(struct serac_tensor_keys, field),        \
     required, min, max, size}

/* The keys of a layer that are one number or text. */
struct serac_layer_keys {
    char name[SERAC_NAME_MAX], op[16], what[16], weight_kind[16], requant[16];
    uint32_t out_channels, pool, weight_bits, weight_store_bits, act_bits;
    uint32_t weights, params, weight_zero_points;
    bool transpose;
};

/* What reading a network needs beside the network. */
struct serac_network_reader {
    struct serac_config *config;         /* owned */
    struct serac_error *error;           /* borrowed, may be NULL */
    uint8_t *blob;                       /* = network->weights, the owner */
    uint32_t blob_bytes;
    struct serac_network *network;       /* owned until it is complete */
};

/* The format of a tensor of up to 8 bits; its zero point must be one of its
 * codes (of 8 bits: signed or not). `group` is where it was read. */
enum serac_status serac_network_tensor(const struct serac_network_reader *r,
                                       const struct serac_group *group,
                                       const struct serac_tensor_keys *keys,
                                       struct serac_tensor *tensor);

/* Reads element `index` of `layers` into network->layers[index], all of it
 * checked. Earlier layers have been read. */
enum serac_status serac_network_read_layer(struct serac_network_reader *r,
                                           const struct serac_group *group,
                                           uint32_t index);

/* Its weights, parameters and zero points; the shape has been read. */
enum serac_status serac_network_read_numbers(
    struct serac_network_reader *r, const struct serac_group *group,
    const struct serac_layer_keys *keys, struct serac_layer *layer);

/* The words of a host layer that has some. */
enum serac_status serac_network_read_words(
    struct serac_network_reader *r, const struct serac_group *group,
    const struct serac_layer_keys *keys, struct serac_layer *layer);

/* Fails at the line of `key`, or of its group if the key is missing. */
enum serac_status serac_network_fail(const struct serac_network_reader *r,
                                     const struct serac_group *group,
                                     const char *key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
