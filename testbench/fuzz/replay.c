/* replay.c - a harness without libFuzzer: every file of the folders given, once each.
 *
 * Fails if there is none: a corpus that is gone tests nothing. Each input is copied to a block of exactly its size,
 * so reading beyond it is seen. */
#define _DEFAULT_SOURCE   /* scandir */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static int replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END))
        return 0;
    long size = ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(size > 0 ? (size_t)size : 1);
    int good = size >= 0 && bytes && fread(bytes, 1, (size_t)size, file) == (size_t)size;
    fclose(file);
    if (good)
        LLVMFuzzerTestOneInput(bytes, (size_t)size);
    free(bytes);
    return good;
}

int main(int argc, char **argv)
{
    unsigned count = 0;
    for (int i = 1; i < argc; i++) {
        struct dirent **names;
        int found = scandir(argv[i], &names, NULL, alphasort);
        for (int f = 0; f < found; f++) {
            char path[1024];
            snprintf(path, sizeof path, "%s/%s", argv[i], names[f]->d_name);
            if (names[f]->d_name[0] != '.') {
                fprintf(stderr, "%s\n", path);
                if (!replay(path))
                    return 3;
                count++;
            }
            free(names[f]);
        }
        if (found >= 0)
            free(names);
    }
    printf("%u inputs, no crash, no leak\n", count);
    return count ? 0 : 1;
}
