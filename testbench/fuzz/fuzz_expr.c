/* fuzz_expr.c - the conditions of sweeps and fronts, asked of a row. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "serac_expr.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    char *text = fuzz_text(bytes, count);
    struct serac_expr *expr;
    struct serac_error error = {""};
    struct serac_row row;
    memset(&row, 0, sizeof row);
    serac_row_u64(&row, SERAC_COLUMN_rows, 4);
    serac_row_f64(&row, SERAC_COLUMN_area_um2, 100.5);
    serac_row_text(&row, SERAC_COLUMN_design, "tiny");
    if (fuzz_good(serac_expr_parse(text, &expr, &error), &error)) {
        if (strcmp(serac_expr_text(expr), text) || serac_expr_test(expr, &row) > SERAC_UNKNOWN)
            abort();
        serac_expr_destroy(expr);
    }
    free(text);
    return 0;
}
