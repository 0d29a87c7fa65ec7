/* serac_sha256.h - SHA-256 (FIPS 180-4), to name points by what determines them. */
#ifndef SERAC_SHA256_H
#define SERAC_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SERAC_SHA256_BYTES 32

struct serac_sha256 {
    uint32_t state[8];
    uint64_t length;                 /* bytes so far */
    uint8_t block[64];
};

void serac_sha256_init(struct serac_sha256 *sha);
void serac_sha256_add(struct serac_sha256 *sha, const void *data, size_t bytes);
void serac_sha256_end(struct serac_sha256 *sha, uint8_t digest[SERAC_SHA256_BYTES]);

/* The first `digits` (even, at most 64) hexadecimal digits, and a NUL. */
void serac_sha256_hex(const uint8_t digest[SERAC_SHA256_BYTES], unsigned digits,
                      char *text);

#endif
