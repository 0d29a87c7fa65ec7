/* serac_cmd_tune.c - serac tune: what is asked for. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_cmd_tune.h"

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
static int parse_budget(const char *text, struct serac_tune_budgets *b)
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

static int tune(struct serac_tune_job *job, const struct serac_tune_budgets *b, const char *const names[4],
                const char *out)
{
    struct serac_tune t;
    struct serac_tune_store store;
    struct serac_error error = {""};
    enum serac_status status = serac_tune_store_open(job, names, out, &store, &error);
    job->recall = serac_tune_store_recall;
    job->keep = serac_tune_store_keep;
    job->ctx = &store;
    if (status == SERAC_OK)
        status = serac_tune_run(job, &t, &error);
    int code = status == SERAC_OK ? serac_cmd_tune_show(job, &t, b, out, &error) : serac_cli_fail(status, &error);
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
    struct serac_tune_budgets budgets = {.count = 0};
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
