/* fuzz_rows.c - results as CSV. */
#include <stdlib.h>

#include "fuzz.h"
#include "serac_result.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct serac_error error = {""};
    struct serac_row *rows;
    size_t num_rows;
    if (fuzz_good(serac_result_read(fuzz_file("rows.csv", bytes, count), &rows, &num_rows, &error), &error)) {
        for (size_t i = 0; i < num_rows; i++)
            (void)serac_row_get(&rows[i], SERAC_COLUMN_cycles);
        free(rows);
    }
    return 0;
}
