/* ref_flatbuffer.h - bounds-checked access to a FlatBuffer.
 *
 * Any bytes may be given. A read outside them gives 0 and sets the status for
 * good, so a caller may read on and look at the status once, before it believes
 * a number. Position 0 means absent: nothing that is read lies there.
 */
#ifndef REF_FLATBUFFER_H
#define REF_FLATBUFFER_H

#include <stddef.h>
#include <stdint.h>

#define REF_STATUS_LIST(X)                                                     \
    X(OK, 0, "no error")                                                       \
    X(E_FORMAT, -1, "not a sound TensorFlow Lite file")                        \
    X(E_UNSUPPORTED, -2, "an operator, type or option that is not supported")  \
    X(E_SHAPE, -3, "the shapes of an operator's tensors do not fit")           \
    X(E_LIMIT, -4, "more memory or work than is allowed")                      \
    X(E_MEMORY, -5, "out of memory")                                           \
    X(E_FILE, -6, "the file cannot be read")                                   \
    X(E_INPUT, -7, "no such input, or not as many bytes as it has")

enum ref_status {
#define X(name, value, text) REF_##name = value,
    REF_STATUS_LIST(X)
#undef X
};

const char *ref_status_text(enum ref_status status);

struct ref_fb {
    const uint8_t *bytes;      /* borrowed */
    size_t size;               /* at most INT32_MAX: then no sum of positions wraps */
    enum ref_status status;    /* the first failure */
};

struct ref_vector {
    size_t at;         /* of the first element; 0 if there is no vector */
    uint32_t count;    /* all of them lie within the bytes */
};

/* Sets the status if it is still REF_OK; returns 0. */
size_t ref_fb_fail(struct ref_fb *fb, enum ref_status status);

/* `width` bytes at `at` as an unsigned number; four of them as a signed one; as
 * the float they are, bit for bit. */
uint64_t ref_fb_get(struct ref_fb *fb, size_t at, size_t width);
int32_t ref_fb_i32(struct ref_fb *fb, size_t at);
float ref_fb_float(struct ref_fb *fb, size_t at);

/* Where field `index` of a table is, or 0: it has its default, or `table` is 0. */
size_t ref_fb_field(struct ref_fb *fb, size_t table, unsigned index);

/* A field that is a signed number of one byte or four; a table; a vector. */
int32_t ref_fb_int8(struct ref_fb *fb, size_t table, unsigned index, int32_t otherwise);
int32_t ref_fb_int32(struct ref_fb *fb, size_t table, unsigned index, int32_t otherwise);
size_t ref_fb_table(struct ref_fb *fb, size_t table, unsigned index);
struct ref_vector ref_fb_vector(struct ref_fb *fb, size_t table, unsigned index, size_t width);

/* Element `index` of a vector of tables. */
size_t ref_fb_element(struct ref_fb *fb, struct ref_vector v, uint32_t index);

#endif
