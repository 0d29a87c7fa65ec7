/* fuzz.h - what the fuzzing harnesses share.
 *
 * A harness hands bytes that nobody wrote to one reader, as a file would, and holds it to the
 * contract of all readers: it ends, touches no memory that is not its own, leaks nothing,
 * and a refusal says why. What it accepts is used once, so that what a reader
 * lets through is found too. The same files run under libFuzzer (make fuzz) and, on the corpus, under
 * gcc's sanitizers (replay.c, make test-fuzz). */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "serac_design.h"

/* The function that libFuzzer calls. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

/* Writes a file called `name` into a folder of this process, gone at its end; its path, valid until
 * the next call. */
const char *fuzz_file(const char *name, const void *bytes, size_t count);

/* The bytes as a text, to be freed; cut at the first NUL. */
char *fuzz_text(const uint8_t *bytes, size_t count);

/* Ends the process unless `status` is what a file may cause, with a reason; true if it is
 * SERAC_OK. */
bool fuzz_good(enum serac_status status, const struct serac_error *error);

/* Reading alone: the harness of a loader of a struct that holds no memory. */
#define FUZZ_LOADER(type, load, file)                                         \
    int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)            \
    {                                                                         \
        type loaded;                                                          \
        struct serac_error error = {""};                                      \
        if (fuzz_good(load(fuzz_file(file, bytes, count), &loaded, &error),   \
                      &error))                                                \
            use(&loaded);                                                     \
        return 0;                                                             \
    }

#endif
