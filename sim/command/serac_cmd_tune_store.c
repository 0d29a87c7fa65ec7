/* serac_cmd_tune_store.c - measured assignments in DIR/results.db, where the next run finds them. */
#include <stdio.h>
#include <string.h>

#include "serac_cmd_tune.h"
#include "serac_dataset.h"

static void key_of(const struct serac_tune_store *s, const char *what, const uint8_t *bits, char key[SERAC_DB_KEY])
{
    const uint8_t *const digests[] = {s->digests[0], s->digests[1], s->digests[2], s->digests[3]};
    char text[SERAC_TUNE_KNOBS + 16];
    size_t used = (size_t)snprintf(text, sizeof text, "%s ", what);
    for (uint32_t i = 0; bits && i < 2 * s->num_layers; i++)      /* weights, then activations */
        text[used++] = (char)('0' + bits[i % s->num_layers + i / s->num_layers * SERAC_TUNE_LAYERS]);
    text[used] = 0;
    serac_key_make(text, digests, 4, key);
}

bool serac_tune_store_recall(void *ctx, const uint8_t *bits, struct serac_row *row)
{
    const struct serac_tune_store *s = ctx;
    char key[SERAC_DB_KEY];
    bool there;
    key_of(s, "tune", bits, key);
    return serac_db_find(s->db, key, &there, row, NULL) == SERAC_OK && there;
}

/* What a name that had to be cut stands for. */
static enum serac_status put_name(const struct serac_tune_store *s, const uint8_t *bits, const struct serac_row *row,
                                  struct serac_error *error)
{
    char widths[SERAC_TUNE_TEXT], whole[SERAC_NAME_MAX + SERAC_TUNE_TEXT];
    const char *name = row->cells[SERAC_COLUMN_network];
    serac_tune_text(s->network, bits, widths);
    snprintf(whole, sizeof whole, "%s/%s", s->network->name, widths);
    return strcmp(name, whole) != 0 ? serac_db_name(s->db, "network", name, whole, error) : SERAC_OK;
}

enum serac_status serac_tune_store_keep(void *ctx, const uint8_t *bits, const struct serac_row *row,
                                        struct serac_error *error)
{
    const struct serac_tune_store *s = ctx;
    struct serac_row copy = *row;
    struct serac_db_point point = {.rows = &copy, .num_rows = 1};
    key_of(s, "tune", bits, point.key);
    enum serac_status status = put_name(s, bits, row, error);
    if (status == SERAC_OK)
        status = serac_db_put(s->db, NULL, &point, 1, error);
    return status == SERAC_OK ? serac_db_plan_add(s->db, point.key, error) : status;
}

/* Before anything is made: both sets of images are there. */
static enum serac_status check_data(const struct serac_tune_job *job, uint8_t digest[SERAC_SHA256_BYTES],
                                    struct serac_error *error)
{
    const char *names[2] = {job->dataset, job->test};
    enum serac_status status = SERAC_OK;
    if (!job->dataset[0]) {
        snprintf(error->text, sizeof error->text, "%s: names no data set: give --data", job->network->name);
        return SERAC_E_INPUT;
    }
    for (int i = 0; i < 2 && names[i] && status == SERAC_OK; i++) {
        struct serac_dataset data = {.count = 0};
        status = serac_dataset_load(names[i], &data, error);
        if (status == SERAC_OK && i == 0)
            serac_key_images(&data, job->images, digest);
        serac_dataset_free(&data);
    }
    return status;
}

enum serac_status serac_tune_store_open(const struct serac_tune_job *job, const char *const names[4], const char *out,
                                        struct serac_tune_store *s, struct serac_error *error)
{
    static const char *const kinds[] = {"designs", "memory", "tech", "networks"};
    const struct serac_setting *set = job->setting;
    const char *const shown[] = {set->design.name, set->memory.name, set->tech.name, job->network->name};
    char id[SERAC_DB_KEY + 8] = "tune ";
    enum serac_status status = SERAC_OK;
    s->db = NULL;
    s->network = job->network;
    s->num_layers = job->network->num_layers;
    for (int i = 0; status == SERAC_OK && i < 4; i++)
        status = serac_key_file(kinds[i], names[i], shown[i], s->digests[i], error);
    if (status == SERAC_OK)
        status = check_data(job, s->digests[3], error);
    if (status == SERAC_OK)
        status = serac_db_open(out, true, &s->db, error);
    if (status != SERAC_OK)
        return status;
    key_of(s, "all", NULL, id + strlen(id));
    return serac_db_plan(s->db, id, NULL, 0, NULL, NULL, error);
}
