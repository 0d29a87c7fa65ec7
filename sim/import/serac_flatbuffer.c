/* serac_flatbuffer.c - reads FlatBuffers, every access checked. */
#include "serac_flatbuffer.h"

#include <string.h>

/* `bytes` bytes at `at`, little-endian; 0 beyond the end. */
static uint64_t get(const struct serac_flatbuffer *b, uint64_t at, uint32_t bytes)
{
    uint64_t value = 0;
    if (at == 0 || at > b->size || bytes > b->size - at)
        return 0;
    for (uint32_t i = 0; i < bytes; i++)
        value |= (uint64_t)b->bytes[at + i] << 8 * i;
    return value;
}

/* An offset relative to where it stands. */
static uint32_t follow(const struct serac_flatbuffer *b, uint64_t at)
{
    uint64_t to = at + get(b, at, 4);
    return to > at && to < b->size && to <= UINT32_MAX ? (uint32_t)to : 0;
}

uint32_t serac_flatbuffer_root(const struct serac_flatbuffer *b)
{
    uint32_t root = 0;
    for (int i = 0; i < 4 && b->size >= 8; i++)
        root |= (uint32_t)b->bytes[i] << 8 * i;
    return root < b->size ? root : 0;
}

/* Where a table's field stands, 0 if it has none: its vtable lies behind or before it. */
static uint64_t place(const struct serac_flatbuffer *b, uint32_t table, uint32_t field)
{
    int64_t vtable = (int64_t)table - (int32_t)(uint32_t)get(b, table, 4);
    if (table == 0 || vtable <= 0 || vtable >= (int64_t)b->size)
        return 0;
    uint64_t entry = 4 + 2 * (uint64_t)field;
    if (entry + 2 > get(b, (uint64_t)vtable, 2))
        return 0;
    uint64_t offset = get(b, (uint64_t)vtable + entry, 2);
    return offset ? table + offset : 0;
}

static int64_t extend(uint64_t value, uint32_t bytes)
{
    uint64_t sign = (uint64_t)1 << (8 * bytes - 1);
    return (int64_t)((value ^ sign) - sign);
}

int64_t serac_flatbuffer_int(const struct serac_flatbuffer *b, uint32_t table, uint32_t field, uint32_t bytes,
                             int64_t fallback)
{
    uint64_t at = place(b, table, field);
    return at ? extend(get(b, at, bytes), bytes) : fallback;
}

static float as_float(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

float serac_flatbuffer_float(const struct serac_flatbuffer *b, uint32_t table, uint32_t field, float fallback)
{
    uint64_t at = place(b, table, field);
    return at ? as_float((uint32_t)get(b, at, 4)) : fallback;
}

uint32_t serac_flatbuffer_field(const struct serac_flatbuffer *b, uint32_t table, uint32_t field)
{
    uint64_t at = place(b, table, field);
    return at ? follow(b, at) : 0;
}

uint32_t serac_flatbuffer_count(const struct serac_flatbuffer *b, uint32_t vector, uint32_t bytes)
{
    uint64_t count = get(b, vector, 4);
    return vector && count * bytes <= b->size && vector + 4 + count * bytes <= b->size ? (uint32_t)count : 0;
}

int64_t serac_flatbuffer_int_at(const struct serac_flatbuffer *b, uint32_t vector, uint32_t bytes, uint32_t i)
{
    return extend(get(b, vector + 4 + (uint64_t)i * bytes, bytes), bytes);
}

float serac_flatbuffer_float_at(const struct serac_flatbuffer *b, uint32_t vector, uint32_t i)
{
    return as_float((uint32_t)get(b, vector + 4 + (uint64_t)i * 4, 4));
}

uint32_t serac_flatbuffer_table_at(const struct serac_flatbuffer *b, uint32_t vector, uint32_t i)
{
    return follow(b, vector + 4 + (uint64_t)i * 4);
}

const uint8_t *serac_flatbuffer_bytes(const struct serac_flatbuffer *b, uint32_t vector)
{
    return b->bytes + vector + 4;
}
