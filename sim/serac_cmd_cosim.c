/* serac_cmd_cosim.c - serac cosim: model and RTL in lock step. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_cli.h"
#include "serac_dataset.h"
#include "serac_gates.h"
#include "serac_lockstep.h"
#include "serac_program.h"
#include "serac_random.h"

/* Designs of random runs: one per plane pair, and tiny. */
static const char *const designs[] = {
    "tiny",     "pair-1-1", "pair-1-2", "pair-1-4", "pair-1-8", "pair-2-1",
    "pair-2-2", "pair-2-4", "pair-2-8", "pair-4-1", "pair-4-2", "pair-4-4",
    "pair-4-8", "pair-8-1", "pair-8-2", "pair-8-4", "pair-8-8"};
#define DESIGNS (sizeof designs / sizeof *designs)

static const char *const kind_names[] = {"gemm", "conv", "conv+pool",
                                         "depthwise", "add"};
static const char *const fault_names[] = {
    "none", "bad instruction", "read error", "write error", "deadlock"};
static const char *const mode_names[] = {"double", "single", "floor",
                                         "threshold", "raw"};

/* What random runs have covered. */
struct histogram {
    uint32_t weights[9], acts[9], signed_weights[9], signed_acts[9];
    uint32_t kinds[SERAC_LAYER_KINDS], modes[5];
    uint32_t pairs[4][4];                  /* runs, by log2 of the planes */
    uint32_t faults[SERAC_FAULTS];
    uint32_t orders[2], runs, tiled, stalled, layers;
    uint64_t cycles, bytes;
};

static uint32_t log2_of(uint32_t power)
{
    uint32_t log = 0;
    while (power >>= 1)
        log++;
    return log;
}

static void count_case(struct histogram *h, const struct serac_design *d,
                       const struct serac_random_case *c,
                       const struct serac_lockstep_result *r)
{
    bool tiled = false;
    for (uint32_t i = 0; i < c->num_layers; i++) {
        const struct serac_insn_exec *e = &c->layers[i].insn.exec;
        h->weights[e->wgt_bits]++;
        h->acts[e->act_bits]++;
        h->signed_weights[e->wgt_bits] += e->wgt_signed;
        h->signed_acts[e->act_bits] += e->act_signed;
        h->kinds[c->layers[i].kind]++;
        h->modes[e->mode]++;
        h->orders[e->order]++;
        h->layers++;
        bool m = e->channels > d->rows, n = e->n_tiles > 1;
        bool k = e->blocks * e->kernel_h * e->kernel_w > 1;
        tiled |= m + n + k >= 2;
    }
    h->faults[c->fault]++;
    h->runs++;
    h->tiled += tiled;
    h->stalled += r->stall_cycles > 0;
    h->cycles += r->cycles_compared;
    h->bytes += r->bytes_compared;
    h->pairs[log2_of(d->weight_planes)][log2_of(d->act_planes)]++;
}

static bool print_bins(const char *what, const char *const *names,
                       const uint32_t *bins, int from, int to, uint32_t least)
{
    bool full = true;
    printf("%-14s", what);
    for (int i = from; i <= to; i++) {
        if (names)
            printf(" %s:%u", names[i], bins[i]);
        else
            printf(" %d:%u", i, bins[i]);
        full &= bins[i] >= least;
    }
    printf("%s\n", full ? "" : "   <- empty bin");
    return full;
}

/* Every bin filled; in a campaign of 200 runs and more also at least 5 runs per
 * plane pair, half of the runs tiled and stalled, 5 million cycles. */
static bool print_histogram(const struct histogram *h)
{
    bool campaign = h->runs >= 200;
    uint32_t least = campaign ? 5 : 1;
    bool full = print_bins("weight bits", NULL, h->weights, 1, 8, 1);
    full &= print_bins("act bits", NULL, h->acts, 1, 8, 1);
    full &= print_bins("signed weights", NULL, h->signed_weights, 1, 8, campaign);
    full &= print_bins("signed acts", NULL, h->signed_acts, 1, 8, campaign);
    full &= print_bins("layer kind", kind_names, h->kinds, 0,
                       SERAC_LAYER_KINDS - 1, 1);
    full &= print_bins("requant", mode_names, h->modes, 0, 4, 1);
    full &= print_bins("loop order", NULL, h->orders, 0, 1, 1);
    full &= print_bins("broken program", fault_names, h->faults, 0,
                       SERAC_FAULTS - 1, 1);
    for (int w = 0; w < 4; w++)
        for (int a = 0; a < 4; a++) {
            printf("%s(%d,%d):%u", w + a ? " " : "plane pairs    ", 1 << w,
                   1 << a, h->pairs[w][a]);
            full &= h->pairs[w][a] >= least;
        }
    printf("\n%u runs, %u layers; %u runs multi-tile in two dimensions, %u "
           "with stalls\n", h->runs, h->layers, h->tiled, h->stalled);
    printf("%llu cycles and %llu written bytes compared, no difference\n",
           (unsigned long long)h->cycles, (unsigned long long)h->bytes);
    if (campaign && (2 * h->tiled < h->runs || 2 * h->stalled < h->runs ||
                     h->cycles < 5000000))
        full = false;
    return full && h->bytes > 0;
}

static int difference(const char *design, uint64_t seed, uint32_t index,
                      uint64_t count, const struct serac_lockstep_result *r)
{
    fprintf(stderr,
            "serac: model and RTL differ: seed %llu case %u design %s: %s\n"
            "repeat: serac cosim --random %llu --seed %llu --case %u\n",
            (unsigned long long)seed, index, design, r->difference,
            (unsigned long long)count, (unsigned long long)seed, index);
    return SERAC_EXIT_CHECK;
}

static int run_case(uint64_t seed, uint32_t index, uint64_t count,
                    struct histogram *h)
{
    struct serac_error error = {""};
    struct serac_design design;
    struct serac_random_case made;
    struct serac_lockstep_result result = {.difference = ""};
    const struct serac_rtl_ops *ops;
    const char *name = designs[(index + index / DESIGNS) % DESIGNS];
    enum serac_status status = serac_design_load(name, &design, &error);
    if (status == SERAC_OK)
        status = serac_rtl_load(&design, &ops, &error);
    if (status != SERAC_OK)
        return serac_cli_fail(status, &error);
    status = serac_random_make(&design, seed, index, &made);
    if (status == SERAC_OK)
        status = serac_lockstep_run(&design, &made.memory_config, ops,
                                    &made.memory, made.program, seed + index,
                                    &result, &error);
    int code = SERAC_EXIT_DONE;
    if (status == SERAC_E_MISMATCH)
        code = difference(name, seed, index, count, &result);
    else if (status != SERAC_OK)
        code = serac_cli_fail(status, &error);
    else
        count_case(h, &design, &made, &result);
    serac_random_free(&made);
    return code;
}

static int run_random(const char *count_text, const char *seed_text,
                      const char *case_text)
{
    uint64_t count, seed = 1, only = 0;
    struct histogram h = {.runs = 0};
    if (!serac_cli_number("--random", count_text, 1, 1000000, &count) ||
        (seed_text &&
         !serac_cli_number("--seed", seed_text, 0, UINT64_MAX / 2, &seed)) ||
        (case_text &&
         !serac_cli_number("--case", case_text, 0, count - 1, &only)))
        return SERAC_EXIT_INPUT;
    uint64_t from = case_text ? only : 0, to = case_text ? only + 1 : count;
    for (uint64_t i = from; i < to; i++) {
        int code = run_case(seed, (uint32_t)i, count, &h);
        if (code != SERAC_EXIT_DONE)
            return code;
        serac_cli_progress("runs", i + 1 - from, to - from);
    }
    bool full = print_histogram(&h);
    if (case_text)
        return SERAC_EXIT_DONE;
    if (!full)
        fprintf(stderr, "serac: the histogram has a hole, or too few cycles; "
                        "use more runs\n");
    return full ? SERAC_EXIT_DONE : SERAC_EXIT_CHECK;
}

/* --- one network ------------------------------------------------------------------ */

static void fill_input(const struct serac_program *p,
                       const struct serac_design *d,
                       const struct serac_dataset *data, uint64_t image,
                       uint8_t *to)
{
    const struct serac_tensor *t = &p->input_tensor;
    size_t count = (size_t)t->height * t->width * t->channels;
    int32_t *codes = calloc(count, sizeof *codes);
    size_t pixels = (size_t)data->height * data->width;
    uint32_t drop = t->bits < 8 ? 8 - t->bits : 0;      /* pixels have 8 */
    if (codes && !data->labels)
        serac_dataset_codes(data, t, image, codes);         /* raw inputs, of its shape */
    for (size_t i = 0; codes && data->labels && i < count; i++)
        codes[i] = data->images[image * pixels + i % pixels] >> drop;
    if (codes)
        serac_pack_tensor(t, d, codes, to);
    free(codes);
}

/* One network in lock step: every run of the machine on both sides, the host's layers between
 * them on the memory that the model leaves. */
struct network_job {
    const struct serac_setting *setting;
    const struct serac_network *network;
    const struct serac_program *program;
    const struct serac_dataset *data;
    uint64_t image, seed;
    const struct serac_gates_options *gates;   /* dir NULL: the RTL */
    uint64_t cycles, bytes, busy;              /* compared, and of the array */
    uint32_t runs;
    char difference[256];
};

static enum serac_status lockstep_steps(struct network_job *j, const struct serac_rtl_ops *ops,
                                        struct serac_host_memory *memory, struct serac_error *error)
{
    const struct serac_program *p = j->program;
    enum serac_status status = SERAC_OK;
    for (uint32_t i = 0; status == SERAC_OK && i < p->num_steps; i++) {
        const struct serac_program_layer *l = &p->layers[p->steps[i].first];
        if (p->steps[i].host) {
            status = serac_program_host(p, &j->network->layers[p->steps[i].first], memory->bytes + l->input,
                                        memory->bytes + l->input2, memory->bytes + l->output);
            continue;
        }
        struct serac_lockstep_result result = {.cycles_compared = 0};
        status = serac_lockstep_run(&j->setting->design, &j->setting->memory, ops, memory,
                                    memory->base + (uint64_t)l->block * SERAC_INSN_BLOCK_STRIDE, j->seed, &result,
                                    error);
        memcpy(j->difference, result.difference, sizeof j->difference);
        j->cycles += result.cycles_compared;
        j->bytes += result.bytes_compared;
        j->busy += result.run.total.array_busy_cycles;
        j->runs++;
    }
    return status;
}

static enum serac_status lockstep_network(struct network_job *j, struct serac_error *error)
{
    const struct serac_setting *s = j->setting;
    const struct serac_program *p = j->program;
    const struct serac_rtl_ops *ops;
    struct serac_host_memory memory;
    enum serac_status status =
        j->gates->dir ? serac_gates_load(j->gates, &s->design, &ops, error)
                      : serac_rtl_load(&s->design, &ops, error);
    if (status != SERAC_OK)
        return status;
    status = serac_host_memory_init(&memory, 0x80000000u, p->memory_bytes);
    if (status != SERAC_OK)
        return status;
    memcpy(memory.bytes, p->image, p->image_bytes);
    serac_program_relocate(p, memory.base, memory.bytes);
    fill_input(p, &s->design, j->data, j->image % j->data->count, memory.bytes + p->input);
    status = lockstep_steps(j, ops, &memory, error);
    serac_host_memory_free(&memory);
    if (status == SERAC_OK && j->gates->energy)
        status = serac_gates_written(error);
    return status;
}

/* The energy file tells of the first run of the machine; it must be all. */
static enum serac_status check_energy(const struct network_job *j, struct serac_error *error)
{
    uint32_t runs = 0;
    for (uint32_t i = 0; i < j->program->num_steps; i++)
        runs += !j->program->steps[i].host;
    if (!j->gates->energy || runs == 1)
        return SERAC_OK;
    snprintf(error->text, sizeof error->text, "--energy: %s is %u runs of the machine, layers of the host "
             "between them; it must be one", j->network->name, runs);
    return SERAC_E_INPUT;
}

static enum serac_status load_job(struct network_job *j, const char *name, const char *input,
                                  struct serac_network **network, struct serac_program **program,
                                  struct serac_dataset *data, struct serac_error *error)
{
    enum serac_status status = serac_network_load(name, network, error);
    if (status == SERAC_OK)
        status = input ? serac_dataset_raw(input, &(*network)->input, data, error)
                       : serac_dataset_load("fashion-mnist-500", data, error);
    if (status == SERAC_OK)
        status = serac_program_build(*network, &j->setting->design, &j->setting->memory, program, error);
    j->network = *network;
    j->program = *program;
    return status == SERAC_OK ? check_energy(j, error) : status;
}

/* input: NULL, or a file of raw inputs. */
static int run_network(const char *name, const char *input, const struct serac_setting *s, uint64_t image,
                       uint64_t seed, const struct serac_gates_options *gates)
{
    struct serac_error error = {""};
    struct serac_network *network = NULL;
    struct serac_program *program = NULL;
    struct serac_dataset data = {.count = 0};
    struct network_job job = {.setting = s, .data = &data, .image = image, .seed = seed, .gates = gates};
    enum serac_status status = load_job(&job, name, input, &network, &program, &data, &error);
    if (status == SERAC_OK)
        status = lockstep_network(&job, &error);
    int code = SERAC_EXIT_DONE;
    if (status == SERAC_E_MISMATCH) {
        fprintf(stderr, "serac: model and RTL differ: %s\nrepeat: serac cosim --network %s --design %s "
                        "--memory %s --seed %llu --image %llu%s%s\n",
                job.difference, name, s->design.name, s->memory.name, (unsigned long long)seed,
                (unsigned long long)image, input ? " --input " : "", input ? input : "");
        code = SERAC_EXIT_CHECK;
    } else if (status != SERAC_OK) {
        code = serac_cli_fail(status, &error);
    } else {
        printf("%s on %s: %llu cycles and %llu written bytes compared, no "
               "difference; array busy %llu", name, s->design.name, (unsigned long long)job.cycles,
               (unsigned long long)job.bytes, (unsigned long long)job.busy);
        if (job.runs > 1)
            printf("; %u runs of the machine", (unsigned)job.runs);
        putchar('\n');
    }
    serac_program_destroy(program);
    serac_network_destroy(network);
    serac_dataset_free(&data);
    return code;
}

int serac_cmd_cosim(int argc, char **argv)
{
    const char *network = NULL, *random = NULL, *seed_text = NULL;
    const char *only = NULL, *design = NULL, *memory = NULL, *image_text = NULL;
    const char *window_text = NULL, *input = NULL;
    struct serac_gates_options gates = {.window = 4096};
    const struct serac_option options[] = {
        {"network", "NET", "one image through a network", &network},
        {"random", "N", "N random programs on 17 designs", &random},
        {"seed", "S", "seed of the programs and of the RTL's reset values (1)",
         &seed_text},
        {"case", "I", "only the I-th random program", &only},
        {"design", "D", "with --network: design (tiny)", &design},
        {"memory", "M", "with --network: memory (default)", &memory},
        {"image", "I", "with --network: which image (0)", &image_text},
        {"input", "FILE", "with --network: raw inputs in place of images", &input},
        {"netlist", "DIR", "with --network: a netlist of make synth in place of "
         "the RTL", &gates.dir},
        {"energy", "FILE", "with --netlist: its energy by unit, CSV", &gates.energy},
        {"window", "N", "with --energy: cycles per row (4096)", &window_text},
        {NULL, NULL, NULL, NULL}};
    const struct serac_usage usage = {
        "cosim", "(--network NET | --random N) [options]",
        "Runs the same program on the cycle model and the Verilated RTL and "
        "compares stage\nstates, requests and written data at every clock edge, "
        "counters at the end.",
        "  serac cosim --network fashion-w2 --design tiny\n"
        "  serac cosim --network fashion-w2 --netlist build/synth/sg13g2/tiny "
        "--energy e.csv\n"
        "  serac cosim --random 200 --seed 1\n",
        options};
    struct serac_setting setting;
    uint64_t seed = 1, image = 0;
    int code = serac_cli_parse(&usage, argc, argv, NULL, 0);
    if (code >= 0)
        return code;
    if (!network == !random) {
        fprintf(stderr, "serac cosim: give --network or --random; see serac "
                        "cosim --help\n");
        return SERAC_EXIT_INPUT;
    }
    if (random ? design || memory || image_text || input || gates.dir
               : only != NULL) {
        fprintf(stderr, "serac cosim: --design, --memory, --image, --input "
                        "and --netlist go with --network, --case with "
                        "--random\n");
        return SERAC_EXIT_INPUT;
    }
    if (random)
        return run_random(random, seed_text, only);
    if ((seed_text &&
         !serac_cli_number("--seed", seed_text, 0, UINT64_MAX / 2, &seed)) ||
        (image_text &&
         !serac_cli_number("--image", image_text, 0, 1u << 30, &image)))
        return SERAC_EXIT_INPUT;
    if (gates.energy ? !gates.dir : window_text != NULL) {
        fprintf(stderr, "serac cosim: --energy goes with --netlist, --window "
                        "with --energy\n");
        return SERAC_EXIT_INPUT;
    }
    if (window_text && !serac_cli_number("--window", window_text, 1,
                                         UINT64_MAX / 4, &gates.window))
        return SERAC_EXIT_INPUT;
    code = serac_cli_setting(design ? design : "tiny", memory, NULL, &setting);
    return code >= 0 ? code : run_network(network, input, &setting, image, seed, &gates);
}
