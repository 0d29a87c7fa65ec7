/* regs_tree.c - what the tree of configs/regs.cfg holds. */
#include "regs.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *regs_path;

void regs_die(const config_setting_t *at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s:%d: ", regs_path,
            at && config_setting_source_line(at)
                ? (int)config_setting_source_line(at) : 1);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(2);
}

const char *regs_upper(struct regs_upper *to, const char *name)
{
    size_t i;
    for (i = 0; name[i] && i < sizeof to->text - 1; i++)
        to->text[i] = (char)toupper((unsigned char)name[i]);
    to->text[i] = 0;
    return to->text;
}

config_setting_t *regs_member(config_setting_t *group, const char *name)
{
    config_setting_t *found = config_setting_get_member(group, name);
    if (!found)
        regs_die(group, "%s: missing", name);
    return found;
}

const char *regs_text(config_setting_t *group, const char *name)
{
    config_setting_t *s = regs_member(group, name);
    if (config_setting_type(s) != CONFIG_TYPE_STRING)
        regs_die(s, "%s: not a string", name);
    return config_setting_get_string(s);
}

unsigned regs_number(config_setting_t *group, const char *name)
{
    config_setting_t *s = regs_member(group, name);
    if (config_setting_type(s) != CONFIG_TYPE_INT ||
        config_setting_get_int(s) < 0)
        regs_die(s, "%s: not a non-negative integer", name);
    return (unsigned)config_setting_get_int(s);
}

void regs_for_each(config_setting_t *group, const char *name,
                   regs_visit *visit, void *ctx)
{
    config_setting_t *list = regs_member(group, name);
    for (int i = 0; i < config_setting_length(list); i++)
        visit(config_setting_get_elem(list, (unsigned)i), ctx);
}

config_setting_t *regs_read(config_t *config, const char *path)
{
    FILE *in = fopen(path, "r");
    if (!in) {
        fprintf(stderr, "gen_regs: %s: %s\n", path, strerror(errno));
        exit(2);
    }
    regs_path = path;
    config_init(config);
    if (!config_read(config, in)) {
        fprintf(stderr, "%s:%d: %s\n", path, config_error_line(config), config_error_text(config));
        exit(2);
    }
    fclose(in);
    return config_root_setting(config);
}
