/* serac_flatbuffer.h - reads FlatBuffers (google/flatbuffers, "internals"), every access checked.
 *
 * A place in the buffer is its offset; 0 is "not there", and everything read from there is 0 or
 * the default, so a damaged file reads as an empty one, never beyond its end. */
#ifndef SERAC_FLATBUFFER_H
#define SERAC_FLATBUFFER_H

#include <stddef.h>
#include <stdint.h>

struct serac_flatbuffer {
    const uint8_t *bytes;    /* borrowed */
    size_t size;
};

uint32_t serac_flatbuffer_root(const struct serac_flatbuffer *b);

/* A number of `bytes` bytes in field `field` of a table; signed ones are extended. */
int64_t serac_flatbuffer_int(const struct serac_flatbuffer *b, uint32_t table, uint32_t field, uint32_t bytes,
                             int64_t fallback);
float serac_flatbuffer_float(const struct serac_flatbuffer *b, uint32_t table, uint32_t field, float fallback);
/* A table, vector or string that a field refers to. */
uint32_t serac_flatbuffer_field(const struct serac_flatbuffer *b, uint32_t table, uint32_t field);

/* Elements of `bytes` bytes each; 0 if they are not all in the file. */
uint32_t serac_flatbuffer_count(const struct serac_flatbuffer *b, uint32_t vector, uint32_t bytes);
/* Element `i` of them, below the count. */
int64_t serac_flatbuffer_int_at(const struct serac_flatbuffer *b, uint32_t vector, uint32_t bytes, uint32_t i);
float serac_flatbuffer_float_at(const struct serac_flatbuffer *b, uint32_t vector, uint32_t i);
uint32_t serac_flatbuffer_table_at(const struct serac_flatbuffer *b, uint32_t vector, uint32_t i);
/* The first byte of a vector of bytes or a string. */
const uint8_t *serac_flatbuffer_bytes(const struct serac_flatbuffer *b, uint32_t vector);

#endif
