#include "ref_flatbuffer.h"

#include <string.h>

const char *ref_status_text(enum ref_status status)
{
    switch (status) {
#define X(name, value, text) case REF_##name: return text;
    REF_STATUS_LIST(X)
#undef X
    }
    return "unknown status";
}

size_t ref_fb_fail(struct ref_fb *fb, enum ref_status status)
{
    if (fb->status == REF_OK)
        fb->status = status;
    return 0;
}

uint64_t ref_fb_get(struct ref_fb *fb, size_t at, size_t width)
{
    uint64_t value = 0;
    if (at > fb->size || width > fb->size - at)
        return ref_fb_fail(fb, REF_E_FORMAT);
    for (size_t i = 0; i < width; i++)
        value |= (uint64_t)fb->bytes[at + i] << 8 * i;
    return value;
}

int32_t ref_fb_i32(struct ref_fb *fb, size_t at)
{
    return (int32_t)(uint32_t)ref_fb_get(fb, at, 4);
}

/* Where the offset at `at` leads. */
static size_t follow(struct ref_fb *fb, size_t at)
{
    uint64_t to = at ? at + ref_fb_get(fb, at, 4) : 0;
    return to < fb->size ? (size_t)to : ref_fb_fail(fb, REF_E_FORMAT);
}

size_t ref_fb_field(struct ref_fb *fb, size_t table, unsigned index)
{
    if (!table)
        return 0;
    /* The table begins with how far before it, or behind, its vtable is. */
    int64_t vtable = (int64_t)table - ref_fb_i32(fb, table);
    if (vtable < 0 || (uint64_t)vtable >= fb->size)
        return ref_fb_fail(fb, REF_E_FORMAT);
    size_t slot = 4 + 2 * (size_t)index;
    if (slot + 2 > ref_fb_get(fb, (size_t)vtable, 2))
        return 0;
    size_t offset = (size_t)ref_fb_get(fb, (size_t)vtable + slot, 2);
    return offset ? table + offset : 0;
}

float ref_fb_float(struct ref_fb *fb, size_t at)
{
    uint32_t bits = (uint32_t)ref_fb_get(fb, at, 4);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

int32_t ref_fb_int8(struct ref_fb *fb, size_t table, unsigned index, int32_t otherwise)
{
    size_t at = ref_fb_field(fb, table, index);
    return at ? (int8_t)ref_fb_get(fb, at, 1) : otherwise;
}

int32_t ref_fb_int32(struct ref_fb *fb, size_t table, unsigned index, int32_t otherwise)
{
    size_t at = ref_fb_field(fb, table, index);
    return at ? ref_fb_i32(fb, at) : otherwise;
}

size_t ref_fb_table(struct ref_fb *fb, size_t table, unsigned index)
{
    size_t at = ref_fb_field(fb, table, index);
    return at ? follow(fb, at) : 0;
}

struct ref_vector ref_fb_vector(struct ref_fb *fb, size_t table, unsigned index, size_t width)
{
    size_t at = ref_fb_table(fb, table, index);
    struct ref_vector v = {0, 0};
    if (!at)
        return v;
    uint32_t count = (uint32_t)ref_fb_get(fb, at, 4);
    if (fb->size - at < 4 || count > (fb->size - at - 4) / width) {
        ref_fb_fail(fb, REF_E_FORMAT);
        return v;
    }
    return (struct ref_vector){at + 4, count};
}

size_t ref_fb_element(struct ref_fb *fb, struct ref_vector v, uint32_t index)
{
    return index < v.count ? follow(fb, v.at + 4 * (size_t)index) : ref_fb_fail(fb, REF_E_FORMAT);
}
