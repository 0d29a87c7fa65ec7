/* fuzz_db.c - results.db of a sweep: read as export and report do, gone on with and merged as sweep does. SERAC_E_IO is
 * what SQLite answers when a damaged file lies about its size. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "serac_db.h"

static bool good(enum serac_status status, const struct serac_error *error)
{
    return status != SERAC_E_IO && status != SERAC_E_MISMATCH && fuzz_good(status, error);
}

static void on_name(void *ctx, const char *kind, const char *name, const char *whole)
{
    *(size_t *)ctx += strlen(kind) + strlen(name) + strlen(whole);
}

static void read_all(struct serac_db *db)
{
    struct serac_error error = {""};
    struct serac_db_counts counts;
    struct serac_row *rows = NULL;
    uint64_t *positions = NULL, missing;
    size_t num_rows, letters = 0;
    char text[200];
    bool there;
    (void)good(serac_db_count(db, &counts, &error), &error);
    (void)good(serac_db_first_failed(db, text, sizeof text, &error), &error);
    (void)good(serac_db_names(db, on_name, &letters, &error), &error);
    if (good(serac_db_rows(db, &rows, &num_rows, &error), &error))
        free(rows);
    (void)good(serac_db_find(db, "0123456789abcdef0123456789abcdef", &there, NULL, &error), &error);
    if (good(serac_db_missing(db, "none", 0, 1, &positions, &missing, &error), &error))
        free(positions);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static const char key[1][SERAC_DB_KEY] = {"0123456789abcdef0123456789abcdef"};
    struct serac_error error = {""};
    struct serac_db *db;
    char folder[128];
    snprintf(folder, sizeof folder, "%s", fuzz_file(SERAC_DB_FILE, bytes, count));
    strrchr(folder, '/')[0] = '\0';
    if (good(serac_db_open(folder, false, &db, &error), &error)) {
        read_all(db);
        serac_db_close(db);
    }
    if (good(serac_db_open(folder, true, &db, &error), &error)) {
        (void)good(serac_db_plan(db, "sweep", key, 1, NULL, NULL, &error), &error);
        (void)good(serac_db_merge(db, folder, &error), &error);
        read_all(db);
        serac_db_close(db);
    }
    return 0;
}
