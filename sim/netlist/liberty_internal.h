/* liberty_internal.h - what the files of the Liberty reader share. */
#ifndef LIBERTY_INTERNAL_H
#define LIBERTY_INTERNAL_H

#include "liberty.h"

/* What an allocation returned; ends the program if that is NULL. */
void *liberty_memory(void *memory);

/* Zeroed; lives as long as the library. Ends the program without memory. */
void *liberty_alloc(struct liberty *lib, size_t size);

/* Writes "path:line: text" (no line number if it is 0); always false. */
bool liberty_fail(struct liberty_error *error, const char *path, uint32_t line,
                  const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Makes the tree below `file` of the whole text. false, with the reason, if it is malformed. */
bool liberty_parse(struct liberty *lib, const char *text, struct liberty_group *file,
                   struct liberty_error *error);

/* Fills in units and cells from the tree. */
bool liberty_digest(struct liberty *lib, struct liberty_error *error);

/* Counts the pins of a cell and the bits of its buses; fills them in, if `pins` is not NULL. */
bool liberty_pins_read(struct liberty *lib, const struct liberty_group *cell,
                       struct liberty_pin *pins, uint32_t *count,
                       struct liberty_error *error);

#endif
