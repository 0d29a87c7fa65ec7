/* oom.c - the allocation that fails: wraps every allocation of our own objects (-Wl,--wrap), not of libraries.
 *
 * SERAC_OOM_AT=n: the n-th (from 1) returns NULL. SERAC_OOM_COUNT=FILE: the number of allocations is
 * written there at the end. Children of fork() count on from their parent's number. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long count, at;

static void write_count(void)
{
    const char *path = getenv("SERAC_OOM_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (file) {
        fprintf(file, "%lu\n", count);
        fclose(file);
    }
}

/* Threads count too, so the number is atomic. */
static int fails(void)
{
    unsigned long now = __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
    if (now == 1) {
        const char *text = getenv("SERAC_OOM_AT");
        at = text ? strtoul(text, NULL, 10) : 0;
        if (!at)
            atexit(write_count);
    }
    if (now != at)
        return 0;
    errno = ENOMEM;
    return 1;
}

#define WRAP(type, name, parameters, arguments)                               \
    type __real_##name parameters;                                            \
    type __wrap_##name parameters;                                            \
    type __wrap_##name parameters                                             \
    {                                                                         \
        return fails() ? NULL : __real_##name arguments;                      \
    }
WRAP(void *, malloc, (size_t size), (size))
WRAP(void *, calloc, (size_t number, size_t size), (number, size))
WRAP(void *, realloc, (void *old, size_t size), (old, size))
WRAP(char *, strdup, (const char *text), (text))
WRAP(char *, strndup, (const char *text, size_t most), (text, most))
WRAP(FILE *, open_memstream, (char **text, size_t *size), (text, size))
