/* serac_cmd_claims.c - serac claims. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_claims.h"
#include "serac_cli.h"
#include "serac_root.h"

/* DIR/NAME.csv, what serac export printed. */
static enum serac_status read_rows(const char *dir, const char *name, struct serac_claims_rows *rows,
                                   struct serac_error *error)
{
    char path[1200];
    snprintf(path, sizeof path, "%.1000s/%s.csv", dir, name);
    return serac_result_read(path, &rows->rows, &rows->count, error);
}

static enum serac_status read_serve(const char *scenario, struct serac_claims_data *d, struct serac_error *error)
{
    struct serac_serving serving;
    struct serac_workload *workload = NULL;
    enum serac_status status = serac_serving_load(scenario, &serving, error);
    if (status == SERAC_OK)
        status = serac_workload_load(serving.workload, &workload, error);
    if (status == SERAC_OK)
        status = serac_serve(&serving, workload, &d->serve, &d->num_serve, error);
    serac_workload_destroy(workload);
    return status;
}

static enum serac_status read_all(const char *dir, const char *accuracy, const char *pairs, const char *scenario,
                                  struct serac_claims_data *d, struct serac_error *error)
{
    enum serac_status status = read_rows(dir, "bert", &d->bert, error);
    if (status == SERAC_OK)
        status = read_rows(dir, "six-ms", &d->six_ms, error);
    if (status == SERAC_OK)
        status = read_rows(dir, "llama", &d->llama, error);
    if (status == SERAC_OK)
        status = serac_claims_read_pairs(pairs, &d->pairs, &d->num_pairs, error);
    if (status == SERAC_OK)
        status = serac_accuracy_load(accuracy, &d->accuracy, error);
    return status == SERAC_OK ? read_serve(scenario, d, error) : status;
}

static int write_page(const char *path, const char *command, const struct serac_claims_data *d)
{
    struct serac_claim *claims = calloc(SERAC_CLAIMS, sizeof *claims);
    char *text = NULL;
    size_t bytes, count;
    FILE *to = claims ? open_memstream(&text, &bytes) : NULL;
    int code = SERAC_EXIT_INTERNAL;
    if (to) {
        count = serac_claims_of_arrays(d, claims, 0);
        count = serac_claims_of_tasks(d, claims, count);
        serac_claims_markdown(to, command, claims, count);
        code = fclose(to) ? serac_cli_fail(SERAC_E_NOMEM, NULL) : serac_cli_write(path, text, bytes);
        if (code == SERAC_EXIT_DONE)
            printf("written: %s, %zu claims\n", path, count);
    }
    free(text);
    free(claims);
    return code;
}

int serac_cmd_claims(int argc, char **argv)
{
    const char *dir, *out = NULL, *command = "serac claims";
    char shipped[2][1200];
    const char *accuracy = serac_root_path(shipped[0], sizeof shipped[0], "reports/accuracy.csv");
    const char *pairs = serac_root_path(shipped[1], sizeof shipped[1], "reports/pairs.csv");
    const char *scenario = "claims";
    const struct serac_option options[] = {
        {"out", "FILE", "the page (required)", &out},
        {"accuracy", "FILE", "measured accuracies (reports/accuracy.csv)", &accuracy},
        {"pairs", "FILE", "of serac compare (reports/pairs.csv)", &pairs},
        {"serving", "S", "scenario of the devices (claims)", &scenario},
        {"command", "TEXT", "what the page says it was made by", &command},
        {NULL, NULL, NULL, NULL}};
    const struct serac_usage usage = {
        "claims", "DIR --out FILE",
        "What is said of few bits, each claim with what was measured, its conditions and a verdict. DIR has what\n"
        "serac export prints of the sweeps claims-bert, claims-six-ms and claims-llama: bert.csv, six-ms.csv,\n"
        "llama.csv. `make claims` does all of it.",
        "  serac claims build/claims --out reports/claims.md\n", options};
    struct serac_claims_data d;
    struct serac_error error = {""};
    memset(&d, 0, sizeof d);
    int code = serac_cli_parse(&usage, argc, argv, &dir, 1);
    if (code >= 0)
        return code;
    if (!out) {
        fprintf(stderr, "serac claims: --out is missing; see serac claims --help\n");
        return SERAC_EXIT_INPUT;
    }
    enum serac_status status = read_all(dir, accuracy, pairs, scenario, &d, &error);
    code = status == SERAC_OK ? write_page(out, command, &d) : serac_cli_fail(status, &error);
    free(d.bert.rows);
    free(d.six_ms.rows);
    free(d.llama.rows);
    free(d.pairs);
    free(d.serve);
    serac_accuracy_free(&d.accuracy);
    return code;
}
