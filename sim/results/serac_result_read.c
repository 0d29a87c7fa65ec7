/* serac_result_read.c - rows back from a CSV. */
#include "serac_result.h"

#include <stdlib.h>
#include <string.h>

/* Cuts one cell off `line`; quotes are taken away. NULL if it does not end at a
 * comma or, the last one, at the end of the line. */
static char *next_cell(char **line, bool last)
{
    char *start = *line, *from = start, *to = start;
    if (*from == '"') {
        for (from++; *from && (*from != '"' || from[1] == '"'); from++) {
            from += *from == '"';
            *to++ = *from;
        }
        if (*from++ != '"')
            return NULL;
    } else {
        from += strcspn(from, ",\r\n");
        to = from;
    }
    if (last ? from[strspn(from, "\r\n")] != 0 : *from != ',')
        return NULL;
    *line = from + 1;
    *to = 0;
    return start;
}

static enum serac_status bad_line(struct serac_error *error, const char *path,
                                  unsigned line, const char *what)
{
    if (error)
        snprintf(error->text, sizeof error->text, "%s:%u: %s", path, line,
                 what);
    return SERAC_E_INPUT;
}

static enum serac_status read_rows(FILE *file, const char *path,
                                   struct serac_row **rows, size_t *count,
                                   struct serac_error *error)
{
    char line[2 * SERAC_COLUMNS * SERAC_CELL];   /* every character doubled */
    unsigned number = 0;
    while (fgets(line, sizeof line, file)) {
        char *at = line;
        struct serac_row row;
        memset(&row, 0, sizeof row);
        number++;
        for (int i = 0; i < SERAC_COLUMNS; i++) {
            char *cell = next_cell(&at, i == SERAC_COLUMNS - 1);
            if (!cell || strlen(cell) >= SERAC_CELL)
                return bad_line(error, path, number, "not a result row");
            if (number == 1 && strcmp(cell, serac_column_name((enum serac_column)i)))
                return bad_line(error, path, number,
                                "not a result file of this version");
            serac_row_text(&row, (enum serac_column)i, cell);
        }
        if (number == 1)
            continue;
        struct serac_row *more = realloc(*rows, (*count + 1) * sizeof row);
        if (!more)
            return SERAC_E_NOMEM;
        *rows = more;
        (*rows)[(*count)++] = row;
    }
    return number ? SERAC_OK : bad_line(error, path, 1, "empty");
}

enum serac_status serac_result_read(const char *path, struct serac_row **rows,
                                    size_t *count, struct serac_error *error)
{
    FILE *file = fopen(path, "r");
    *rows = NULL;
    *count = 0;
    if (!file) {
        if (error)
            snprintf(error->text, sizeof error->text, "%s: cannot be read",
                     path);
        return SERAC_E_INPUT;
    }
    enum serac_status status = read_rows(file, path, rows, count, error);
    fclose(file);
    if (status != SERAC_OK) {
        free(*rows);
        *rows = NULL;
        *count = 0;
    }
    return status;
}
