/* serac_cmd_tune.c - serac tune. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_dataset.h"
#include "serac_key.h"
#include "serac_tune_knobs.h"

/* --- what was asked for ------------------------------------------------------- */

struct budgets {
    bool loss;                       /* accuracy to lose at most; else cost to spend at most */
    enum serac_column column;        /* of the cost */
    double values[SERAC_TUNE_BUDGETS];
    uint32_t count;
};

static const struct {
    const char *name;
    enum serac_column column;
} costs[] = {{"cycles", SERAC_COLUMN_cycles}, {"time_us", SERAC_COLUMN_time_us},
             {"energy_uj", SERAC_COLUMN_energy_uj}, {"weight_bytes", SERAC_COLUMN_weight_bytes}};

static bool find_cost(const char *name, size_t length, enum serac_column *column)
{
    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++)
        if (strlen(costs[i].name) == length && !strncmp(costs[i].name, name, length)) {
            *column = costs[i].column;
            return true;
        }
    return false;
}

static int usage_error(const char *option, const char *text, const char *what)
{
    fprintf(stderr, "serac: --%s %s: %s\n", option, text, what);
    return SERAC_EXIT_INPUT;
}

/* "accuracy=0.01,0.02" or "cycles=40000". */
static int parse_budget(const char *text, struct budgets *b)
{
    static const char what[] = "must be accuracy=LOSS[,LOSS...] with losses in 0..1, or cycles=, time_us=, energy_uj= "
                               "or weight_bytes=, up to 8 values";
    const char *at = strchr(text, '=');
    size_t length = at ? (size_t)(at - text) : 0;
    b->loss = length == 8 && !strncmp(text, "accuracy", 8);
    if (!at || (!b->loss && !find_cost(text, length, &b->column)))
        return usage_error("budget", text, what);
    for (b->count = 0; at && b->count < SERAC_TUNE_BUDGETS; at = *at ? at : NULL) {
        char *end;
        double value = strtod(at + 1, &end);
        if (end == at + 1 || (*end && *end != ',') || !(value >= 0) || isinf(value) || (b->loss && value > 1))
            return usage_error("budget", text, what);
        b->values[b->count++] = value;
        at = end;
    }
    return at ? usage_error("budget", text, what) : -1;
}

/* Ascending, with the widths that the network has: `own`. */
static int parse_widths(const char *option, const char *text, const bool own[9], struct serac_tune_widths *widths)
{
    bool wanted[9] = {false};
    for (const char *at = text; at; at = *at ? at + 1 : NULL) {
        char *end;
        unsigned long value = strtoul(at, &end, 10);
        if (end == at || (*end && *end != ',') || value < 1 || value > 8)
            return usage_error(option, text, "must be numbers from 1 to 8 with commas");
        wanted[value] = true;
        at = end;
    }
    for (uint32_t i = 1; i <= 8; i++)
        if (wanted[i] || own[i])
            widths->bits[widths->count++] = i;
    return -1;
}

/* "own": activations stay as they are. */
static int parse_all_widths(const char *weights, const char *acts, const struct serac_network *n,
                            struct serac_tune_job *job)
{
    bool own_weights[9] = {false}, own_acts[9] = {false};
    for (uint32_t i = 0; i < n->num_layers; i++) {
        const struct serac_layer *l = &n->layers[i];
        own_weights[serac_narrow_can(n, i, l->weight_bits) ? l->weight_bits : 0] = true;
        own_acts[l->output.bits <= 8 ? l->output.bits : 0] = true;
    }
    int code = parse_widths("widths", weights, own_weights, &job->weights);
    return code < 0 && strcmp(acts, "own") != 0 ? parse_widths("act-widths", acts, own_acts, &job->acts) : code;
}

/* --- files -------------------------------------------------------------------------- */

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

/* --- the tables -------------------------------------------------------------------- */

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

static int show_budget(const struct serac_tune_job *job, struct serac_tune *t, const struct budgets *b, uint32_t k,
                       const char *out, struct serac_error *error)
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

/* --- what was measured, in DIR/results.db ------------------------------------------- */

struct store {
    struct serac_db *db;
    const struct serac_network *network;
    uint8_t digests[4][SERAC_SHA256_BYTES];    /* design, memory, technology, network and images */
    uint32_t num_layers;
};

static void key_of(const struct store *s, const char *what, const uint8_t *bits, char key[SERAC_DB_KEY])
{
    const uint8_t *const digests[] = {s->digests[0], s->digests[1], s->digests[2], s->digests[3]};
    char text[SERAC_TUNE_KNOBS + 16];
    size_t used = (size_t)snprintf(text, sizeof text, "%s ", what);
    for (uint32_t i = 0; bits && i < 2 * s->num_layers; i++)      /* weights, then activations */
        text[used++] = (char)('0' + bits[i % s->num_layers + i / s->num_layers * SERAC_TUNE_LAYERS]);
    text[used] = 0;
    serac_key_make(text, digests, 4, key);
}

static bool recall(void *ctx, const uint8_t *bits, struct serac_row *row)
{
    const struct store *s = ctx;
    char key[SERAC_DB_KEY];
    bool there;
    key_of(s, "tune", bits, key);
    return serac_db_find(s->db, key, &there, row, NULL) == SERAC_OK && there;
}

/* What a name that had to be cut stands for. */
static enum serac_status put_name(const struct store *s, const uint8_t *bits, const struct serac_row *row,
                                  struct serac_error *error)
{
    char widths[SERAC_TUNE_TEXT], whole[SERAC_NAME_MAX + SERAC_TUNE_TEXT];
    const char *name = row->cells[SERAC_COLUMN_network];
    serac_tune_text(s->network, bits, widths);
    snprintf(whole, sizeof whole, "%s/%s", s->network->name, widths);
    return strcmp(name, whole) != 0 ? serac_db_name(s->db, "network", name, whole, error) : SERAC_OK;
}

static enum serac_status keep(void *ctx, const uint8_t *bits, const struct serac_row *row, struct serac_error *error)
{
    const struct store *s = ctx;
    struct serac_row copy = *row;
    struct serac_db_point point = {.rows = &copy, .num_rows = 1};
    key_of(s, "tune", bits, point.key);
    enum serac_status status = put_name(s, bits, row, error);
    if (status == SERAC_OK)
        status = serac_db_put(s->db, NULL, &point, 1, error);
    return status == SERAC_OK ? serac_db_plan_add(s->db, point.key, error) : status;
}

/* `names`: of design, memory, technology and network, as given. */
static enum serac_status open_store(const struct serac_tune_job *job, const char *const names[4], const char *out,
                                    struct store *s, struct serac_error *error)
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

static int show_all(struct serac_tune_job *job, struct serac_tune *t, const struct budgets *b, const char *out,
                    struct serac_error *error)
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

static int tune(struct serac_tune_job *job, const struct budgets *b, const char *const names[4], const char *out)
{
    struct serac_tune t;
    struct store store;
    struct serac_error error = {""};
    enum serac_status status = open_store(job, names, out, &store, &error);
    job->recall = recall;
    job->keep = keep;
    job->ctx = &store;
    if (status == SERAC_OK)
        status = serac_tune_run(job, &t, &error);
    int code = status == SERAC_OK ? show_all(job, &t, b, out, &error) : serac_cli_fail(status, &error);
    if (status == SERAC_OK)
        serac_tune_free(&t);
    serac_db_close(store.db);
    return code;
}

int serac_cmd_tune(int argc, char **argv)
{
    const char *name, *out = NULL, *budget = NULL, *minimise = NULL, *widths = "8,6,5,4,3,2", *data = NULL;
    const char *act_widths = "8,6,5,4,3,2";
    const char *test = NULL, *images = NULL, *evaluations = NULL, *design = NULL, *memory = NULL, *tech = NULL;
    const struct serac_option options[] = {
        {"budget", "KEY=VALUE", "accuracy=LOSS[,LOSS...] to lose at most, or a cost not to exceed: cycles=, time_us=, "
         "energy_uj=, weight_bytes= (required)", &budget},
        {"minimise", "COST", "with accuracy: cycles (default), time_us, energy_uj or weight_bytes", &minimise},
        {"out", "DIR", "or -o: for " SERAC_DB_FILE " and the networks; goes on where it was stopped (required)", &out},
        {"widths", "LIST", "weight bits that layers may take (8,6,5,4,3,2)", &widths},
        {"act-widths", "LIST", "bits of activations between layers (8,6,5,4,3,2); own: as they are", &act_widths},
        {"data", "SET", "validation images (fashion-mnist-held-out for networks of fashion-mnist)", &data},
        {"images", "N", "the first N of them (all)", &images},
        {"test", "SET", "confirms what was chosen on these, once", &test},
        {"evaluations", "N", "assignments to measure beside uniform ones and each layer's alone (120)", &evaluations},
        {"design", "D", "name in configs/designs or path (serial)", &design},
        {"memory", "M", "name in configs/memory or path (default)", &memory},
        {"tech", "T", "name in configs/tech or path (" SERAC_DEFAULT_TECH ")", &tech},
        {NULL, NULL, NULL, NULL}};
    const struct serac_usage usage = {
        "tune", "NET --budget KEY=VALUE --out DIR [options]",
        "Chooses widths of weights and activations layer by layer without training: what each loses is\n"
        "measured alone, then the cheapest mixtures within the budget, beside the cheapest uniform widths.",
        "  serac tune fashion-w8 --budget accuracy=0.005,0.01,0.02 --test fashion-mnist -o build/tune\n"
        "  serac tune fashion-w8 --budget weight_bytes=40000 -o build/tune\n",
        options};
    struct serac_setting setting;
    struct serac_error error = {""};
    struct serac_network *network = NULL;
    struct serac_tune_job job = {.setting = &setting, .cost = SERAC_COLUMN_cycles, .evaluations = 120,
                                 .progress = true};
    struct budgets budgets = {.count = 0};
    uint64_t number = 120;
    int code = serac_cli_parse(&usage, argc, argv, &name, 1);
    if (code < 0 && (!out || !budget)) {
        fprintf(stderr, "serac tune: --budget and --out are needed; see serac tune --help\n");
        code = SERAC_EXIT_INPUT;
    }
    if (code < 0)
        code = parse_budget(budget, &budgets);
    if (code < 0 && minimise && (!budgets.loss || !find_cost(minimise, strlen(minimise), &job.cost)))
        code = usage_error("minimise", minimise, "must be cycles, time_us, energy_uj or weight_bytes, with a budget of "
                           "accuracy");
    if (code < 0 && ((images && !serac_cli_number("--images", images, 1, 1u << 30, &job.images)) ||
                     (evaluations && !serac_cli_number("--evaluations", evaluations, 0, 1000000, &number))))
        code = SERAC_EXIT_INPUT;
    if (code < 0)
        code = serac_cli_setting(design, memory, tech, &setting);
    if (code >= 0)
        return code;
    enum serac_status status = serac_network_load(name, &network, &error);
    if (status != SERAC_OK)
        return serac_cli_fail(status, &error);
    code = parse_all_widths(widths, act_widths, network, &job);
    if (!budgets.loss)
        job.cost = budgets.column;
    job.network = network;
    job.test = test;
    job.evaluations = (uint32_t)number;
    job.dataset = data ? data : !strcmp(network->dataset, "fashion-mnist") ? "fashion-mnist-held-out" : network->dataset;
    const char *const names[] = {design ? design : "serial", memory ? memory : "default",
                                 tech ? tech : SERAC_DEFAULT_TECH, name};
    if (code < 0)
        code = tune(&job, &budgets, names, out);
    serac_network_destroy(network);
    return code;
}
