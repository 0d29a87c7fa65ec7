/* serac_key.h - digests of what determines a result.
 *
 * A configuration's is the SHA-256 of its kind, a NUL, its name in results, a NUL, and its
 * content (serac_config_text). */
#ifndef SERAC_KEY_H
#define SERAC_KEY_H

#include "serac_dataset.h"
#include "serac_db.h"

/* `file`: a name or path of `kind`, with its variation; `name`: in results. Any failure of
 * reading. */
enum serac_status serac_key_file(const char *kind, const char *file,
                                 const char *name,
                                 uint8_t digest[SERAC_SHA256_BYTES],
                                 struct serac_error *error);

/* Adds the first `images` (0: all) of a data set and their labels to a digest. */
void serac_key_images(const struct serac_dataset *data, uint64_t images,
                      uint8_t digest[SERAC_SHA256_BYTES]);

/* The key of a point: the program's version, the digest of its sources, the schema, `text` for what is no file, and
 * the digests, in this order. */
void serac_key_make(const char *text, const uint8_t *const *digests, size_t count,
                    char key[SERAC_DB_KEY]);

#endif
