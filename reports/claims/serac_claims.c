/* serac_claims.c - claims: reading, judging, the page. */
#include "serac_claims.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void serac_say(char *text, size_t room, const char *format, ...)
{
    size_t used = strlen(text);
    va_list list;
    va_start(list, format);
    vsnprintf(text + used, room - used, format, list);
    va_end(list);
}

bool serac_within(double value, double low, double high)
{
    return value >= 0.9 * low && value <= 1.1 * high;
}

/* Is `name` the design, or a variation of it? */
static bool is_design(const char *name, const char *design)
{
    size_t length = strlen(design);
    return !strncmp(name, design, length) && (name[length] == 0 || name[length] == ':');
}

double serac_claims_get(const struct serac_claims_rows *rows, const char *design, const char *precision,
                        enum serac_column column)
{
    for (size_t i = 0; i < rows->count; i++) {
        const struct serac_row *row = &rows->rows[i];
        if (!strcmp(row->cells[SERAC_COLUMN_layer], "total") && is_design(row->cells[SERAC_COLUMN_design], design) &&
            !strcmp(row->cells[SERAC_COLUMN_precision], precision))
            return serac_row_get(row, column);
    }
    return NAN;
}

void serac_claims_judge(struct serac_claim *claim, size_t met, size_t all)
{
    claim->verdict = all == 0     ? SERAC_NOT_TESTED
                     : met == all ? SERAC_HOLDS
                     : met        ? SERAC_HOLDS_ONLY_IF
                                  : SERAC_DOES_NOT_HOLD;
}

/* --- pairs ------------------------------------------------------------------------- */

#define PAIR_CELLS 32

static enum serac_status pairs_fail(struct serac_error *error, const char *path, size_t line, const char *what)
{
    snprintf(error->text, sizeof error->text, "%s:%zu: %s", path, line, what);
    return SERAC_E_INPUT;
}

/* Cells of a line without quotes; how many. */
static size_t split(char *line, char *cells[PAIR_CELLS])
{
    size_t count = 0;
    line[strcspn(line, "\r\n")] = 0;
    for (char *at = line; at && count < PAIR_CELLS;) {
        cells[count++] = at;
        at = strchr(at, ',');
        if (at)
            *at++ = 0;
    }
    return count;
}

enum { VIEW, NETWORK, DEPTHWISE, WEIGHT_PLANES, ACT_PLANES, WEIGHT_BITS, ACT_BITS, BUSY, TIME, PAIR_COLUMNS };
static const char *const pair_columns[PAIR_COLUMNS] = {
    "view", "network", "depthwise", "weight_planes", "act_planes", "weight_bits", "act_bits", "array_busy_cycles",
    "time_us"};

static bool read_pair(char *const *cells, const size_t *at, struct serac_claims_pair *p)
{
    double value[PAIR_COLUMNS];
    for (int c = WEIGHT_PLANES; c < PAIR_COLUMNS; c++) {
        char *end;
        value[c] = strtod(cells[at[c]], &end);
        if (end == cells[at[c]] || *end || !(value[c] >= 0))
            return false;
    }
    *p = (struct serac_claims_pair){.weight_planes = (uint32_t)value[WEIGHT_PLANES],
                                    .act_planes = (uint32_t)value[ACT_PLANES],
                                    .weight_bits = (uint32_t)value[WEIGHT_BITS],
                                    .act_bits = (uint32_t)value[ACT_BITS],
                                    .array_busy_cycles = value[BUSY], .time_us = value[TIME]};
    snprintf(p->view, sizeof p->view, "%s", cells[at[VIEW]]);
    snprintf(p->network, sizeof p->network, "%s", cells[at[NETWORK]]);
    snprintf(p->depthwise, sizeof p->depthwise, "%s", cells[at[DEPTHWISE]]);
    return true;
}

static enum serac_status read_pairs(FILE *file, const char *path, struct serac_claims_pair **list, size_t *count,
                                    struct serac_error *error)
{
    char line[1024], *cells[PAIR_CELLS];
    size_t at[PAIR_COLUMNS], columns = 0;
    for (size_t number = 1; fgets(line, sizeof line, file); number++) {
        size_t given = split(line, cells);
        if (number == 1) {
            columns = given;
            for (int c = 0; c < PAIR_COLUMNS; c++) {
                for (at[c] = 0; at[c] < columns && strcmp(cells[at[c]], pair_columns[c]);)
                    at[c]++;
                if (at[c] == columns)
                    return pairs_fail(error, path, 1, "a column is missing; serac compare writes such a file");
            }
            continue;
        }
        struct serac_claims_pair *more = realloc(*list, (*count + 1) * sizeof *more);
        if (!more)
            return SERAC_E_NOMEM;
        *list = more;
        if (given != columns || !read_pair(cells, at, &more[*count]))
            return pairs_fail(error, path, number, "a cell is missing or no number");
        ++*count;
    }
    return *count ? SERAC_OK : pairs_fail(error, path, 1, "has no rows");
}

enum serac_status serac_claims_read_pairs(const char *path, struct serac_claims_pair **pairs, size_t *count,
                                          struct serac_error *error)
{
    struct serac_claims_pair *list = NULL;
    size_t length = 0;
    FILE *file = fopen(path, "r");
    if (!file) {
        snprintf(error->text, sizeof error->text, "%s: %s", path, strerror(errno));
        return SERAC_E_INPUT;
    }
    enum serac_status status = read_pairs(file, path, &list, &length, error);
    fclose(file);
    if (status != SERAC_OK) {
        free(list);
        return status;
    }
    *pairs = list;
    *count = length;
    return SERAC_OK;
}

/* --- the page ---------------------------------------------------------------------- */

static void print_verdict(FILE *to, const struct serac_claim *c)
{
    static const char *const words[] = {"not tested", "holds", "holds only if", "does not hold"};
    fprintf(to, "%s%s%s", words[c->verdict], c->verdict == SERAC_HOLDS_ONLY_IF ? " " : "",
            c->verdict == SERAC_HOLDS_ONLY_IF ? c->only_if : "");
}

void serac_claims_markdown(FILE *to, const char *command, const struct serac_claim *claims, size_t count)
{
    size_t tally[4] = {0, 0, 0, 0};
    for (size_t i = 0; i < count; i++)
        tally[claims[i].verdict]++;
    fprintf(to,
            "# What is said of few bits, and what holds\n\nMade by `%s`; every number in an answer is computed from "
            "results that it has just made or that stand beside this file, and what was cited says so. A number "
            "meets a claim if it is within a tenth of it. %zu claims: %zu hold, %zu only under a "
            "condition, %zu do not, %zu were not tested.\n\nUnless said otherwise: memory `default` (16 bytes "
            "a cycle), technology sg13g2 (130 nm: clocks of about 200 MHz, fitted; so compare ratios first), layers "
            "one after the other, the host's part in no figure (`serac sweep` lists it).\n\n| # | claim | verdict "
            "|\n|--:|---|---|\n", command, count, tally[SERAC_HOLDS],
            tally[SERAC_HOLDS_ONLY_IF], tally[SERAC_DOES_NOT_HOLD], tally[SERAC_NOT_TESTED]);
    for (size_t i = 0; i < count; i++) {
        fprintf(to, "| [%zu](#claim-%zu) | %s | ", i + 1, i + 1, claims[i].claim);
        print_verdict(to, &claims[i]);
        fputs(" |\n", to);
    }
    for (size_t i = 0; i < count; i++) {
        const struct serac_claim *c = &claims[i];
        fprintf(to, "\n## Claim %zu\n\n**%s**\n\n- Measured: %s\n- Conditions: %s\n- Verdict: **", i + 1, c->claim,
                *c->measured ? c->measured : "nothing", c->conditions);
        print_verdict(to, c);
        fprintf(to, "**\n- Command: `%s`\n", c->command);
    }
}
