/* serac_cmd_tune_show.c - the tables of serac tune, and the networks that it writes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_cmd_tune.h"

/* OUT/NAME.cfg and .bin: the network at these widths. */
static int write_network(const struct serac_tune_job *job, const struct serac_tune *t,
                         const struct serac_tune_point *p, const char *out, const char *name)
{
    char path[1200], blob[128], notes[400], *text = NULL;
    uint8_t *bytes = NULL;
    size_t text_bytes, count;
    struct serac_build b;
    struct serac_error error = {""};
    enum serac_status status = serac_tune_network(job, t, p->bits, name, &b, &error);
    if (status != SERAC_OK)
        return serac_cli_fail(status, &error);
    snprintf(blob, sizeof blob, "%.100s.bin", name);
    snprintf(notes, sizeof notes, "%s of serac tune; accuracy on its validation images %.4f",
             p->row.cells[SERAC_COLUMN_network], p->accuracy);
    int code = serac_build_write(&b, blob, notes, &text, &text_bytes, &bytes, &count)
                   ? SERAC_EXIT_DONE : serac_cli_fail(SERAC_E_NOMEM, NULL);
    snprintf(path, sizeof path, "%.1000s/%s", out, blob);
    if (code == SERAC_EXIT_DONE)
        code = serac_cli_write(path, bytes, count);
    snprintf(path, sizeof path, "%.1000s/%.100s.cfg", out, name);
    if (code == SERAC_EXIT_DONE)
        code = serac_cli_write(path, text, text_bytes);
    serac_build_free(&b);
    free(text);
    free(bytes);
    return code;
}

static void print_knob(const struct serac_tune_job *job, const struct serac_tune *t, uint32_t knob)
{
    const struct serac_tune_widths *offered = serac_tune_offered(job, knob);
    printf("%-14.14s %-3s", job->network->layers[knob % SERAC_TUNE_LAYERS].name,
           knob < SERAC_TUNE_LAYERS ? "w" : "a");
    for (uint32_t w = offered->count; w-- > 0;) {
        uint8_t bits[SERAC_TUNE_KNOBS];
        double loss = *serac_tune_sensitivity(t, knob, w);
        memcpy(bits, t->own, sizeof bits);
        serac_tune_set(t, bits, knob, offered->bits[w]);
        if (isnan(loss))
            printf(" %3u: %15s", (unsigned)offered->bits[w], "-");
        else
            printf(" %3u: %7.4f %7.5g", (unsigned)offered->bits[w], loss, t->points[serac_tune_find(t, bits)].cost);
    }
    putchar('\n');
}

static void print_sensitivity(const struct serac_tune_job *job, const struct serac_tune *t)
{
    printf("bits: accuracy lost by one layer's weights (w) or by the activations that it makes (a) alone, and the "
           "network's %s then\n\n", serac_column_name(job->cost));
    for SERAC_TUNE_EACH(t, knob)
        print_knob(job, t, knob);
    putchar('\n');
}

static void print_point(const struct serac_tune_job *job, const struct serac_tune *t, const char *what, uint32_t i)
{
    const struct serac_tune_point *p = &t->points[i];
    char widths[SERAC_TUNE_TEXT];
    double low, high;
    serac_tune_text(job->network, p->bits, widths);
    printf("  %-8s %-28s %10.6g %s, %.3f of it; accuracy %.4f", what, widths, p->cost,
           serac_column_name(job->cost), p->cost / t->points[0].cost, p->accuracy);
    if (p->tested) {
        serac_wilson(p->right, p->tested, &low, &high);
        printf(", on the test set %.4f (%.4f to %.4f)", (double)p->right / (double)p->tested, low, high);
    }
    putchar('\n');
}

static int show_budget(const struct serac_tune_job *job, struct serac_tune *t, const struct serac_tune_budgets *b,
                       uint32_t k, const char *out, struct serac_error *error)
{
    double value = b->values[k];
    enum serac_status status = b->loss ? serac_tune_refine(job, t, value, error) : SERAC_OK;
    uint32_t uniform = b->loss ? serac_tune_best(t, value, true) : serac_tune_most_accurate(t, value, true);
    uint32_t mixed = b->loss ? serac_tune_best(t, value, false) : serac_tune_most_accurate(t, value, false);
    char name[64];
    if (status == SERAC_OK && uniform != UINT32_MAX)
        status = serac_tune_confirm(job, t, uniform, error);
    if (status == SERAC_OK && mixed != UINT32_MAX)
        status = serac_tune_confirm(job, t, mixed, error);
    if (status != SERAC_OK)
        return serac_cli_fail(status, error);
    printf("%s %g:\n", b->loss ? "accuracy lost at most" : serac_column_name(job->cost), value);
    if (uniform == UINT32_MAX)
        printf("  uniform  none\n");
    else
        print_point(job, t, "uniform", uniform);
    if (mixed == UINT32_MAX) {
        printf("  mixed    none\n");
        return SERAC_EXIT_DONE;
    }
    print_point(job, t, "mixed", mixed);
    snprintf(name, sizeof name, "%.40s-tuned-%u", job->network->name, (unsigned)k + 1);
    return write_network(job, t, &t->points[mixed], out, name);
}

int serac_cmd_tune_show(struct serac_tune_job *job, struct serac_tune *t, const struct serac_tune_budgets *b,
                        const char *out, struct serac_error *error)
{
    printf("%s on %s, %s: accuracy %.4f on %llu images of %s\n\n", job->network->name, job->setting->design.name,
           job->setting->memory.name, t->points[0].accuracy,
           (unsigned long long)serac_row_get(&t->points[0].row, SERAC_COLUMN_images), job->dataset);
    print_sensitivity(job, t);
    enum serac_status status = serac_tune_confirm(job, t, 0, error);
    if (status != SERAC_OK)
        return serac_cli_fail(status, error);
    printf("as it is:\n");
    print_point(job, t, "", 0);
    int code = SERAC_EXIT_DONE;
    for (uint32_t k = 0; code == SERAC_EXIT_DONE && k < b->count; k++)
        code = show_budget(job, t, b, k, out, error);
    if (code == SERAC_EXIT_DONE)
        printf("\n%u assignments measured, in %s/" SERAC_DB_FILE "; the front of them: serac pareto %s --min %s --max "
               "accuracy\n", (unsigned)t->num_points, out, out, serac_column_name(job->cost));
    return code;
}
