/* serac_key.c - digests of what determines a result. */
#include "serac_key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_cli.h"
#include "serac_config.h"
#include "serac_sources.h"

enum serac_status serac_key_file(const char *kind, const char *file,
                                 const char *name,
                                 uint8_t digest[SERAC_SHA256_BYTES],
                                 struct serac_error *error)
{
    struct serac_config *config = NULL;
    struct serac_sha256 sha;
    enum serac_status status =
        serac_config_open_named(kind, file, &config, error);
    if (status != SERAC_OK)
        return status;
    char *text = serac_config_text(config);
    serac_config_close(config);
    if (!text)
        return SERAC_E_NOMEM;
    serac_sha256_init(&sha);
    serac_sha256_add(&sha, kind, strlen(kind) + 1);
    serac_sha256_add(&sha, name, strlen(name) + 1);
    serac_sha256_add(&sha, text, strlen(text));
    serac_sha256_end(&sha, digest);
    free(text);
    return SERAC_OK;
}

void serac_key_images(const struct serac_dataset *data, uint64_t images,
                      uint8_t digest[SERAC_SHA256_BYTES])
{
    struct serac_sha256 sha;
    size_t bytes = (size_t)data->height * data->width * data->channels;
    uint64_t count = images && images < data->count ? images : data->count;
    char text[32];
    int used = snprintf(text, sizeof text, "%llu\n", (unsigned long long)count);
    serac_sha256_init(&sha);
    serac_sha256_add(&sha, digest, SERAC_SHA256_BYTES);
    serac_sha256_add(&sha, text, (size_t)used);
    serac_sha256_add(&sha, data->images, count * bytes);
    if (data->labels)
        serac_sha256_add(&sha, data->labels, count);
    serac_sha256_end(&sha, digest);
}

void serac_key_make(const char *text, const uint8_t *const *digests, size_t count,
                    char key[SERAC_DB_KEY])
{
    struct serac_sha256 sha;
    uint8_t digest[SERAC_SHA256_BYTES];
    char head[128];
    int used = snprintf(head, sizeof head, "serac %s %s schema %d\n", SERAC_VERSION,
                        serac_sources, SERAC_DB_SCHEMA);
    serac_sha256_init(&sha);
    serac_sha256_add(&sha, head, (size_t)used);
    serac_sha256_add(&sha, text, strlen(text) + 1);
    for (size_t i = 0; i < count; i++)
        serac_sha256_add(&sha, digests[i], SERAC_SHA256_BYTES);
    serac_sha256_end(&sha, digest);
    serac_sha256_hex(digest, SERAC_DB_KEY - 1, key);
}
