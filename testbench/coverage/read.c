/* read.c - Verilator's and gcov's counts into the table. */
#define _DEFAULT_SOURCE
#include "cover.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* Value of `key` in a point's text, \001 key \002 value ..., into `to`; "" if it is not there. */
static const char *value(const char *text, const char *key, char *to, size_t room)
{
    char start[32];
    snprintf(start, sizeof start, "\001%s\002", key);
    const char *from = strstr(text, start);
    to[0] = 0;
    if (from) {
        from += strlen(start);
        size_t length = strcspn(from, "\001'");
        snprintf(to, room, "%.*s", (int)length, from);
    }
    return to;
}

static void read_point(struct cover *c, const char *text, uint64_t count)
{
    char file[512], line[32], column[32], page[256], name[512], label[1024];
    value(text, "f", file, sizeof file);
    value(text, "page", page, sizeof page);
    value(text, "o", name, sizeof name);
    unsigned at = (unsigned)strtoul(value(text, "l", line, sizeof line), NULL, 10);
    unsigned in = (unsigned)strtoul(value(text, "n", column, sizeof column), NULL, 10);
    const char *rtl = strstr(file, "rtl/");      /* lock step's libraries have whole paths */
    if (!rtl)
        return;
    if (strncmp(page, "v_toggle/", 9) == 0) {
        cover_hit(c, COVER_RTL_TOGGLE, rtl, at, in, name, count / 2);
        return;
    }
    snprintf(label, sizeof label, "%s: %s", name, cover_source(rtl, at));
    cover_hit(c, COVER_RTL_LINE, rtl, at, in, label, count);
}

bool cover_read_dat(struct cover *c, const char *path)
{
    FILE *f = fopen(path, "r");
    char *text = NULL;
    size_t room = 0;
    bool good = f && getline(&text, &room, f) > 0 && strncmp(text, "# SystemC::Coverage-3", 21) == 0;
    while (good && getline(&text, &room, f) > 0) {
        char *end = strrchr(text, '\'');
        good = text[0] == 'C' && end;
        if (good)
            read_point(c, text, strtoull(end + 1, NULL, 10));
    }
    free(text);
    if (f)
        fclose(f);
    return good;
}

static uint64_t number(const cJSON *of, const char *key)
{
    const cJSON *n = cJSON_GetObjectItemCaseSensitive(of, key);
    return cJSON_IsNumber(n) ? (uint64_t)n->valuedouble : 0;
}

static void read_line(struct cover *c, const char *file, const cJSON *line)
{
    unsigned at = (unsigned)number(line, "line_number"), index = 0;
    const cJSON *branch;
    cover_hit(c, COVER_C_LINE, file, at, 0, cover_source(file, at), number(line, "count"));
    cJSON_ArrayForEach(branch, cJSON_GetObjectItemCaseSensitive(line, "branches"))
        cover_hit(c, COVER_C_BRANCH, file, at, index++, cover_source(file, at), number(branch, "count"));
}

/* Files of the system and of the tests are none of ours to cover. */
static bool is_ours(const char *file)
{
    static const char *const folders[] = {"model/", "drivers/", "sim/", "reports/", "scripts/", "build/proto/"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (strncmp(file, folders[i], strlen(folders[i])) == 0)
            return true;
    return false;
}

bool cover_read_gcov(struct cover *c, const char *path)
{
    FILE *f = fopen(path, "r");
    char *text = NULL;
    size_t room = 0;
    bool good = f != NULL;
    while (good && getline(&text, &room, f) > 0) {
        cJSON *document = cJSON_Parse(text);
        const cJSON *file, *line;
        good = document != NULL;
        cJSON_ArrayForEach(file, cJSON_GetObjectItemCaseSensitive(document, "files")) {
            const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(file, "file"));
            if (!name || !is_ours(name))
                continue;
            cJSON_ArrayForEach(line, cJSON_GetObjectItemCaseSensitive(file, "lines"))
                read_line(c, name, line);
        }
        cJSON_Delete(document);
    }
    free(text);
    if (f)
        fclose(f);
    return good;
}
