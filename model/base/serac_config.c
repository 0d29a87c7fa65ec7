/* serac_config.c - configuration files, messages about them, and places in them. With _table, _vary and _text
 * what knows libconfig. */
#include "serac_config.h"

#include <errno.h>
#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_config_read.h"

#define TEXT_MAX (4u << 20)
#define TAIL_MAX 200

struct serac_config {
    config_t file;
    char path[SERAC_CONFIG_PATH_MAX];   /* with the variation */
};

static config_setting_t *setting(const struct serac_group *group)
{
    return (config_setting_t *)(uintptr_t)group;
}

static const struct serac_group *group_of(config_setting_t *setting)
{
    return (const struct serac_group *)(const void *)setting;
}

/* --- messages ------------------------------------------------------------ */

const char *serac_config_tail(const char *path)
{
    size_t length = strlen(path);
    return length > TAIL_MAX ? path + length - TAIL_MAX : path;
}

/* A setting's line; the root has none, and is reported as line 1. */
static int line_of(const struct serac_group *group)
{
    int line = group ? (int)config_setting_source_line(setting(group)) : 0;
    return line > 0 ? line : 1;
}

enum serac_status serac_config_fail(const struct serac_config *config,
                                    const struct serac_group *group,
                                    struct serac_error *error,
                                    const char *format, ...)
{
    if (!error)
        return SERAC_E_INPUT;
    const char *path = serac_config_tail(config->path);
    bool added = group && config_setting_source_line(setting(group)) == 0 &&
                 serac_config_varied(config);
    int used = added ? snprintf(error->text, sizeof error->text, "%s: ", path)
                     : snprintf(error->text, sizeof error->text, "%s:%d: ",
                                path, line_of(group));
    va_list args;
    va_start(args, format);
    vsnprintf(error->text + used, sizeof error->text - (size_t)used, format,
              args);
    va_end(args);
    return SERAC_E_INPUT;
}

enum serac_status serac_config_fail_key(const struct serac_config *config,
                                        struct serac_error *error,
                                        const char *message)
{
    const struct serac_group *root = serac_config_root(config), *at = NULL;
    char key[SERAC_NAME_MAX];
    int length = (int)strcspn(message, " =:");
    if ((size_t)snprintf(key, sizeof key, "%.*s", length, message) < sizeof key)
        at = serac_config_child(root, key);
    return serac_config_fail(config, at ? at : root, error, "%s", message);
}

/* `path: why` without a line: the file as a whole. */
static enum serac_status fail_file(const char *path, const char *what,
                                   const char *why, struct serac_error *error)
{
    if (error)
        snprintf(error->text, sizeof error->text, "%s: %s%s%s",
                 serac_config_tail(path), what, *why ? ": " : "", why);
    return SERAC_E_INPUT;
}

const char *serac_config_message(const struct serac_error *error)
{
    const char *colon = strstr(error->text, ": ");
    return colon ? colon + 2 : error->text;
}

/* --- files --------------------------------------------------------------- */

/* The whole file, with a NUL behind it. libconfig must not read files itself:
 * its scanner ends the process when a read fails, as on a directory. */
static enum serac_status read_text(const char *path, char **text,
                                   struct serac_error *error)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return fail_file(path, "cannot be read", strerror(errno), error);
    char *to = malloc(TEXT_MAX + 1);
    size_t used = to ? fread(to, 1, TEXT_MAX + 1, file) : 0;
    enum serac_status status = SERAC_OK;
    if (!to)
        status = SERAC_E_NOMEM;
    else if (ferror(file))
        status = fail_file(path, "cannot be read", strerror(errno), error);
    else if (used > TEXT_MAX)
        status = fail_file(path, "too long for a configuration", "", error);
    else if (memchr(to, 0, used))
        status = fail_file(path, "not a text file", "", error);
    fclose(file);
    if (status != SERAC_OK) {
        free(to);
        return status;
    }
    to[used] = 0;
    *text = to;
    return SERAC_OK;
}

enum serac_status serac_config_open(const char *path,
                                    struct serac_config **config,
                                    struct serac_error *error)
{
    char *text = NULL, file[SERAC_CONFIG_PATH_MAX];
    struct serac_config *c = NULL;
    const char *variation = serac_config_variation(path);
    if (strlen(path) >= sizeof c->path)
        return fail_file(path, "path too long", "", error);
    snprintf(file, sizeof file, "%.*s",
             (int)(variation ? (size_t)(variation - path) : strlen(path)), path);
    enum serac_status status = read_text(file, &text, error);
    if (status == SERAC_OK && !(c = calloc(1, sizeof *c)))
        status = SERAC_E_NOMEM;
    if (status == SERAC_E_NOMEM)
        (void)fail_file(path, "out of memory", "", error);
    if (status != SERAC_OK)
        goto out_free_text;
    config_init(&c->file);
    snprintf(c->path, sizeof c->path, "%s", path);
    status = serac_config_scan(file, text, error);
    if (status == SERAC_OK && !config_read_string(&c->file, text)) {
        status = SERAC_E_INPUT;
        if (error)
            snprintf(error->text, sizeof error->text, "%s:%d: %s",
                     serac_config_tail(file), config_error_line(&c->file),
                     config_error_text(&c->file));
    }
    if (status == SERAC_OK && variation)
        status = serac_config_vary(&c->file, path, variation,
                                   error);
    if (status == SERAC_OK)
        *config = c;
    else
        serac_config_close(c);
out_free_text:
    free(text);
    return status;
}

void serac_config_close(struct serac_config *config)
{
    if (!config)
        return;
    config_destroy(&config->file);
    free(config);
}

const char *serac_config_path(const struct serac_config *config)
{
    return config->path;
}

/* --- places -------------------------------------------------------------- */

const struct serac_group *serac_config_root(const struct serac_config *config)
{
    return group_of(config_root_setting(&config->file));
}

const struct serac_group *serac_config_child(const struct serac_group *group,
                                             const char *name)
{
    return group_of(config_setting_get_member(setting(group), name));
}

uint32_t serac_config_count(const struct serac_group *group)
{
    return (uint32_t)config_setting_length(setting(group));
}

const struct serac_group *serac_config_element(const struct serac_group *group,
                                               uint32_t index)
{
    return group_of(config_setting_get_elem(setting(group), index));
}

const char *serac_config_key(const struct serac_group *element)
{
    return config_setting_name(setting(element));
}

bool serac_config_is_group(const struct serac_group *group)
{
    return config_setting_is_group(setting(group));
}

bool serac_config_is_list(const struct serac_group *group)
{
    return config_setting_is_list(setting(group)) ||
           config_setting_is_array(setting(group));
}

static bool is_integer(const config_setting_t *s)
{
    int type = config_setting_type(s);
    return type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64;
}

bool serac_config_integer(const struct serac_group *element, int64_t *value)
{
    if (!is_integer(setting(element)))
        return false;
    *value = config_setting_get_int64(setting(element));
    return true;
}

bool serac_config_number(const struct serac_group *element, double *value)
{
    const config_setting_t *s = setting(element);
    bool real = config_setting_type(s) == CONFIG_TYPE_FLOAT;
    if (!real && !is_integer(s))
        return false;
    *value = real ? config_setting_get_float(s)
                  : (double)config_setting_get_int64(s);
    return true;
}

const char *serac_config_string(const struct serac_group *element)
{
    if (config_setting_type(setting(element)) != CONFIG_TYPE_STRING)
        return NULL;
    return config_setting_get_string(setting(element));
}
