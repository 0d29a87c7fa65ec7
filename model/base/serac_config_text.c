/* serac_config_text.c - values and whole files as text. */
#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_config.h"

void serac_config_format(double value, char *text, size_t room)
{
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, room, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            return;
    }
}

bool serac_config_value(const struct serac_group *element, char *text,
                        size_t room)
{
    config_setting_t *s = (config_setting_t *)(uintptr_t)element;
    double d;
    size_t used = 0;
    switch (config_setting_type(s)) {
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        return snprintf(text, room, "%lld", config_setting_get_int64(s)) <
               (int)room;
    case CONFIG_TYPE_FLOAT:
        serac_config_format(config_setting_get_float(s), text, room);
        return true;
    case CONFIG_TYPE_BOOL:
        snprintf(text, room, "%s", config_setting_get_bool(s) ? "true" : "false");
        return true;
    case CONFIG_TYPE_STRING: {
        const char *from = config_setting_get_string(s);
        if (strlen(from) < room)
            memcpy(text, from, strlen(from) + 1);
        return *from && *from != '[' && strlen(from) < room &&
               !strpbrk(from, ":=");
    }
    case CONFIG_TYPE_ARRAY:
        for (int i = 0; i < config_setting_length(s); i++) {
            char one[32];
            if (!serac_config_number(serac_config_element(element, (unsigned)i),
                                     &d))
                return false;
            serac_config_format(d, one, sizeof one);
            used += (size_t)snprintf(text + used, room - used, "%s%s",
                                     i ? "," : "[", one);
            if (used + 2 > room)
                return false;
        }
        snprintf(text + used, room - used, "]");
        return used > 0;
    default:
        return false;
    }
}

/* --- the content ----------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    config_setting_t *x = *(config_setting_t *const *)a,
                     *y = *(config_setting_t *const *)b;
    return strcmp(config_setting_name(x), config_setting_name(y));
}

static bool put_setting(FILE *to, config_setting_t *s);

/* Both: false without memory, and the text is then not whole. */
static bool put_children(FILE *to, config_setting_t *s)
{
    int count = config_setting_length(s);
    config_setting_t **children =
        malloc(((size_t)count + 1) * sizeof *children);
    bool good = true;
    if (!children)
        return false;
    for (int i = 0; i < count; i++)
        children[i] = config_setting_get_elem(s, (unsigned)i);
    if (config_setting_is_group(s))
        qsort(children, (size_t)count, sizeof *children, by_name);
    for (int i = 0; good && i < count; i++)
        good = put_setting(to, children[i]);
    free(children);
    return good;
}

/* Arrays and lists look alike, as do integers of both lengths. */
static bool put_setting(FILE *to, config_setting_t *s)
{
    const char *name = config_setting_name(s);
    bool good = true;
    if (name)
        fprintf(to, "%s=", name);
    switch (config_setting_type(s)) {
    case CONFIG_TYPE_GROUP:
        fputs("{\n", to);
        good = put_children(to, s);
        fputs("}\n", to);
        break;
    case CONFIG_TYPE_LIST:
    case CONFIG_TYPE_ARRAY:
        fputs("(\n", to);
        good = put_children(to, s);
        fputs(")\n", to);
        break;
    case CONFIG_TYPE_STRING: {
        const char *text = config_setting_get_string(s);
        fprintf(to, "%zu\"%s\"\n", strlen(text), text);
        break;
    }
    case CONFIG_TYPE_BOOL:
        fputs(config_setting_get_bool(s) ? "true\n" : "false\n", to);
        break;
    case CONFIG_TYPE_FLOAT: {
        char text[40];
        serac_config_format(config_setting_get_float(s), text, sizeof text);
        fprintf(to, "%s\n", text);
        break;
    }
    default:
        fprintf(to, "%lld\n", config_setting_get_int64(s));
    }
    return good;
}

char *serac_config_text(const struct serac_config *config)
{
    char *text = NULL;
    size_t bytes;
    FILE *to = open_memstream(&text, &bytes);
    if (!to)
        return NULL;
    bool good = put_setting(to, (config_setting_t *)(uintptr_t)serac_config_root(config));
    if (fclose(to) == 0 && good)
        return text;
    free(text);
    return NULL;
}
