/* serac_config_scan.c - numbers as written, before libconfig cuts them. */
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_config_read.h"

struct scan {
    const char *path, *at;
    int line;
    const char *key;            /* name last followed by = or : */
    int key_length;
    struct serac_error *error;
};

static enum serac_status fail(const struct scan *s, const char *literal,
                              int length, const char *why)
{
    if (s->error)
        snprintf(s->error->text, sizeof s->error->text,
                 "%s:%d: %.*s = %.*s: %s", s->path, s->line, s->key_length,
                 s->key, length > 60 ? 60 : length, literal, why);
    return SERAC_E_INPUT;
}

/* Comments and white space. libconfig: #, // and C comments. */
static void skip_blank(struct scan *s)
{
    for (;; s->at++) {
        bool line = *s->at == '#' || !strncmp(s->at, "//", 2);
        if (line)
            s->at += strcspn(s->at, "\n");
        if (!strncmp(s->at, "/*", 2)) {
            const char *end = strstr(s->at + 2, "*/");
            for (const char *c = s->at; *c && (!end || c < end); c++)
                s->line += *c == '\n';
            s->at = end ? end + 1 : s->at + strlen(s->at) - 1;
        }
        if (!*s->at || (!isspace((unsigned char)*s->at) && *s->at != '/'))
            return;
        s->line += *s->at == '\n';
    }
}

/* One that is not closed is refused here: libconfig would read on to the end, say so there, and leak. */
static enum serac_status skip_string(struct scan *s)
{
    int line = s->line;
    for (s->at++; *s->at && *s->at != '"'; s->at++) {
        if (*s->at == '\\' && s->at[1])
            s->at++;
        s->line += *s->at == '\n';
    }
    if (*s->at++ == '"')
        return SERAC_OK;
    if (s->error)
        snprintf(s->error->text, sizeof s->error->text, "%s:%d: %.*s: the string is not closed", s->path, line,
                 s->key_length, s->key);
    return SERAC_E_INPUT;
}

/* Is a sequence of digits (base 10 or 16) at most `limit`? */
static bool fits(const char *digits, const char *end, unsigned base,
                 uint64_t limit)
{
    uint64_t value = 0;
    for (; digits < end; digits++) {
        int c = tolower((unsigned char)*digits);
        unsigned digit = (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
        if (value > (limit - digit) / base)
            return false;
        value = value * base + digit;
    }
    return true;
}

static enum serac_status scan_number(struct scan *s)
{
    const char *start = s->at, *digits = start + strspn(start, "+-");
    bool minus = *start == '-';
    bool hex = digits[0] == '0' && tolower((unsigned char)digits[1]) == 'x';
    digits += hex ? 2 : 0;
    const char *end = digits + strspn(digits, hex ? "0123456789abcdefABCDEF"
                                                  : "0123456789");
    s->at = end;
    bool real = *end == '.' || (!hex && (*end == 'e' || *end == 'E'));
    if (real) {
        s->at += strspn(s->at, ".0123456789");
        if (*s->at == 'e' || *s->at == 'E')
            s->at += 1 + strspn(s->at + 1, "+-0123456789");
        return SERAC_OK;
    }
    bool wide = *end == 'L';
    s->at += strspn(end, "L");
    uint64_t limit = (wide ? (uint64_t)INT64_MAX : (uint64_t)INT32_MAX) +
                     (minus ? 1 : 0);
    if (fits(digits, end, hex ? 16 : 10, limit))
        return SERAC_OK;
    return fail(s, start, (int)(s->at - start),
                wide ? "does not fit 64 bits"
                     : "does not fit 32 bits, larger integers end with L");
}

static bool is_name(int c)
{
    return isalnum(c) || c == '_' || c == '-' || c == '*';
}

static void scan_name(struct scan *s)
{
    const char *name = s->at;
    while (is_name((unsigned char)*s->at))
        s->at++;
    int length = (int)(s->at - name);
    skip_blank(s);
    if (*s->at == '=' || *s->at == ':') {
        s->key = name;
        s->key_length = length > 60 ? 60 : length;
    }
}

enum serac_status serac_config_scan(const char *path, const char *text,
                                    struct serac_error *error)
{
    struct scan s = {.path = serac_config_tail(path), .at = text, .line = 1,
                     .key = "value", .key_length = 5, .error = error};
    for (skip_blank(&s); *s.at; skip_blank(&s)) {
        int c = (unsigned char)*s.at;
        bool sign = (c == '+' || c == '-') &&
                    isdigit((unsigned char)s.at[1]);
        if (c == '"') {
            enum serac_status status = skip_string(&s);
            if (status != SERAC_OK)
                return status;
        } else if (isdigit(c) || sign) {
            enum serac_status status = scan_number(&s);
            if (status != SERAC_OK)
                return status;
        } else if (c == '.') {
            s.at += strspn(s.at, ".0123456789eE+-");
        } else if (isalpha(c)) {
            scan_name(&s);
        } else if (!strncmp(s.at, "@include", 8)) {
            if (error)
                snprintf(error->text, sizeof error->text,
                         "%s:%d: @include: not supported, a file stands alone",
                         s.path, s.line);
            return SERAC_E_INPUT;
        } else {
            s.at++;
        }
    }
    return SERAC_OK;
}
