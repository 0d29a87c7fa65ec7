/* fuzz.c - files and texts from bytes, and what a reader may answer. */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];

static void remove_folder(void)
{
    char path[400];
    DIR *dir = opendir(folder);
    for (struct dirent *d; dir && (d = readdir(dir));) {
        snprintf(path, sizeof path, "%s/%s", folder, d->d_name);
        if (d->d_name[0] != '.')
            remove(path);
    }
    if (dir)
        closedir(dir);
    rmdir(folder);
}

const char *fuzz_file(const char *name, const void *bytes, size_t count)
{
    static char path[128];
    if (!folder[0]) {
        snprintf(folder, sizeof folder, "%s/serac-fuzz-XXXXXX", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
        if (!mkdtemp(folder))
            abort();
        atexit(remove_folder);
    }
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (!file || (count && fwrite(bytes, 1, count, file) != count) || fclose(file))
        abort();
    return path;
}

char *fuzz_text(const uint8_t *bytes, size_t count)
{
    char *text = malloc(count + 1);
    if (!text)
        abort();
    if (count)
        memcpy(text, bytes, count);
    text[count] = '\0';
    return text;
}

bool fuzz_good(enum serac_status status, const struct serac_error *error)
{
    switch (status) {
    case SERAC_OK:
        return true;
    case SERAC_E_NOMEM:
        return false;
    case SERAC_E_INPUT:
    case SERAC_E_FIT:
    case SERAC_E_OVERFLOW:
    case SERAC_E_NOT_FOUND:
        if (error->text[0])
            return false;
        fprintf(stderr, "refused without a reason: %s\n", serac_status_text(status));
        break;
    default:
        fprintf(stderr, "not what a file may cause: %s: %s\n", serac_status_text(status), error->text);
    }
    abort();
}
