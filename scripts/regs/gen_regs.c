/* gen_regs.c - writes the register and instruction headers from configs/regs.cfg.
 *
 * usage: gen_regs REGS.cfg OUTDIR
 *
 * Writes OUTDIR/model/machine/serac_regs.h, OUTDIR/rtl/serac_regs.vh and OUTDIR/drivers/REGISTERS.md; a
 * file that would not change is not touched. Everything is checked first. A mistake is one line
 * `file:line: ...` and exit code 2, and nothing is written. */
#include "regs.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void die_of_file(const char *path)
{
    fprintf(stderr, "gen_regs: %s: %s\n", path, strerror(errno));
    exit(2);
}

static bool same_as_file(const char *path, const char *text, size_t length)
{
    FILE *in = fopen(path, "r");
    if (!in)
        return false;
    size_t at = 0;
    int c;
    while ((c = getc(in)) != EOF && at < length &&
           (unsigned char)text[at] == c)
        at++;
    fclose(in);
    return c == EOF && at == length;
}

/* A file that stays as it is keeps its time, so nothing is built again. */
static void write_file(config_setting_t *root, const char *dir,
                       const char *name,
                       void (*write)(config_setting_t *, FILE *))
{
    char path[1024], *text = NULL;
    size_t length = 0;
    if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        die_of_file(dir);
    }
    FILE *memory = open_memstream(&text, &length);
    if (!memory)
        die_of_file(path);
    write(root, memory);
    if (fclose(memory))
        die_of_file(path);
    if (!same_as_file(path, text, length)) {
        FILE *out = fopen(path, "w");
        if (!out)
            die_of_file(path);
        bool failed = fwrite(text, 1, length, out) != length;
        if (fclose(out) || failed)
            die_of_file(path);
    }
    free(text);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: gen_regs REGS.cfg OUTDIR\n");
        return 2;
    }
    config_t config;
    config_setting_t *root = regs_read(&config, argv[1]);
    regs_check(root);
    write_file(root, argv[2], "model/machine/serac_regs.h", regs_write_c);
    write_file(root, argv[2], "rtl/serac_regs.vh", regs_write_verilog);
    write_file(root, argv[2], "drivers/REGISTERS.md", regs_write_markdown);
    config_destroy(&config);
    return 0;
}
