/* serac_part.c - output files that are whole or not there. */
#include "serac_part.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

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
    part->file = fopen(part->beside, "wb");
    return part->file ? SERAC_OK : fail(part, error);
}

enum serac_status serac_part_end(struct serac_part *part,
                                 struct serac_error *error)
{
    errno = 0;
    bool good = !ferror(part->file);
    good = fclose(part->file) == 0 && good;
    part->file = NULL;
    if (good && rename(part->beside, part->path) == 0)
        return SERAC_OK;
    if (!errno)
        errno = EIO;             /* an earlier write failed */
    enum serac_status status = fail(part, error);
    remove(part->beside);
    return status;
}

void serac_part_drop(struct serac_part *part)
{
    if (!part->file)
        return;
    fclose(part->file);
    remove(part->beside);
    part->file = NULL;
}
