/* regs.h - the tree of configs/regs.cfg, its checks, and what is written of it.
 *
 * A mistake ends the program: one line `file:line: ...`, exit code 2. */
#ifndef REGS_H
#define REGS_H

#include <libconfig.h>
#include <stdio.h>

#define REGS_ID 0x53455241u     /* "SERA" */
#define REGS_NAME_MAX 40

/* Root of the file. The tree lasts until config_destroy(). */
config_setting_t *regs_read(config_t *config, const char *path);
/* `at`: where the mistake is; without a line, or NULL: the file's first. */
_Noreturn void regs_die(const config_setting_t *at, const char *format, ...);

config_setting_t *regs_member(config_setting_t *group, const char *name);
const char *regs_text(config_setting_t *group, const char *name);
unsigned regs_number(config_setting_t *group, const char *name);

typedef void regs_visit(config_setting_t *element, void *ctx);
/* Calls `visit` for every element of the list `name` in `group`. */
void regs_for_each(config_setting_t *group, const char *name, regs_visit *visit, void *ctx);

/* Upper case into the caller's buffer. */
struct regs_upper {
    char text[REGS_NAME_MAX + 1];
};
const char *regs_upper(struct regs_upper *to, const char *name);

/* Elements of a list that are counted, and what is made of their numbers. */
struct regs_counted {
    FILE *out;
    unsigned index, base;
    const char *name;
};

/* Keys, names, codes and offsets; fields fit their words and do not overlap. */
void regs_check(config_setting_t *root);

void regs_write_c(config_setting_t *root, FILE *out);
void regs_write_verilog(config_setting_t *root, FILE *out);
void regs_write_markdown(config_setting_t *root, FILE *out);

#endif
