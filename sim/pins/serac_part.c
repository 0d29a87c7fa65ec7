/* serac_part.c - output files that are whole or not there. */
#include "serac_part.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- what a signal removes -------------------------------------------------- */

#define GUARDS 8

static struct {
    volatile sig_atomic_t used;
    char path[1120];
} guards[GUARDS];

static void on_signal(int number)
{
    for (int i = 0; i < GUARDS; i++)
        if (guards[i].used)
            unlink(guards[i].path);
    raise(number);               /* its own action is back: SA_RESETHAND */
}

/* Those that still have their default: nohup ignores SIGHUP, sweeps stop in their own way. */
static void take_signals(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction now, ours = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (sigaction(numbers[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
            sigaction(numbers[i], &ours, NULL);
}

int serac_part_guard(const char *path)
{
    take_signals();
    for (int i = 0; i < GUARDS; i++)
        if (!guards[i].used && strlen(path) < sizeof guards[i].path) {
            strcpy(guards[i].path, path);
            guards[i].used = 1;
            return i;
        }
    return -1;
}

void serac_part_forget(int guard)
{
    if (guard >= 0)
        guards[guard].used = 0;
}

/* --- files ------------------------------------------------------------------ */

static enum serac_status fail(const struct serac_part *part,
                              struct serac_error *error)
{
    if (error)
        snprintf(error->text, sizeof error->text,
                 "%.400s: cannot be written: %s", part->path, strerror(errno));
    return SERAC_E_INPUT;
}

enum serac_status serac_part_begin(struct serac_part *part, const char *path,
                                   struct serac_error *error)
{
    struct stat at;
    part->file = NULL;
    int length = snprintf(part->path, sizeof part->path, "%s", path);
    snprintf(part->beside, sizeof part->beside, "%s.part", part->path);
    if (length >= (int)sizeof part->path ||
        (stat(path, &at) == 0 && !S_ISREG(at.st_mode))) {
        if (error)
            snprintf(error->text, sizeof error->text,
                     "%.400s: is no file, or its name is too long", path);
        return SERAC_E_INPUT;
    }
    part->guard = serac_part_guard(part->beside);
    part->file = fopen(part->beside, "wb");
    if (part->file)
        return SERAC_OK;
    enum serac_status status = fail(part, error);
    serac_part_forget(part->guard);
    return status;
}

enum serac_status serac_part_end(struct serac_part *part,
                                 struct serac_error *error)
{
    errno = 0;
    bool good = !ferror(part->file);
    good = fclose(part->file) == 0 && good;
    part->file = NULL;
    enum serac_status status = SERAC_OK;
    if (!good || rename(part->beside, part->path)) {
        if (!errno)
            errno = EIO;         /* an earlier write failed */
        status = fail(part, error);
        remove(part->beside);
    }
    serac_part_forget(part->guard);
    return status;
}

void serac_part_drop(struct serac_part *part)
{
    if (!part->file)
        return;
    fclose(part->file);
    remove(part->beside);
    serac_part_forget(part->guard);
    part->file = NULL;
}
