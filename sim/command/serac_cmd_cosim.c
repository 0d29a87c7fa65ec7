/* serac_cmd_cosim.c - serac cosim: model and RTL in lock step. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_checks.h"
#include "serac_cli.h"
#include "serac_cosim.h"
#include "serac_dataset.h"
#include "serac_gates.h"
#include "serac_lockstep.h"
#include "serac_program.h"

/* --- the recording ---------------------------------------------------------------- */

enum serac_status serac_cosim_begin(struct serac_cosim_tracing *t, const struct serac_trace_about *about,
                                    struct serac_error *error)
{
    return serac_recording_begin(&t->recording, t->path, t->cycles, true, true, about, error);
}

int serac_cosim_end(struct serac_cosim_tracing *t, int code)
{
    struct serac_error error = {""};
    enum serac_status status = code == SERAC_EXIT_DONE ? SERAC_OK : SERAC_E_MISMATCH;
    uint64_t events = 0;
    if (!t->path)
        return code;
    if (status == SERAC_OK && t->recording.trace)
        status = serac_trace_compare(t->recording.trace, &events, &error);
    bool timeline = t->recording.trace != NULL;
    if (status == SERAC_OK && timeline && !events) {
        snprintf(error.text, sizeof error.text, "%s: a program that is broken on purpose has no timeline", t->path);
        status = SERAC_E_INPUT;
    }
    status = serac_recording_end(&t->recording, status, &error);
    if (code != SERAC_EXIT_DONE)
        return code;
    if (status == SERAC_OK && timeline)
        printf("timelines of model and RTL: %llu events each, no difference\n", (unsigned long long)events);
    return status == SERAC_OK ? SERAC_EXIT_DONE : serac_cli_fail(status, &error);
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
    struct serac_recording *recording;         /* NULL: none */
    uint64_t cycles, bytes, busy;              /* compared, and of the array */
    uint32_t runs, layers;                     /* on the machine */
    char difference[256];
};

static enum serac_status lockstep_step(struct network_job *j, const struct serac_program_step *step,
                                       const struct serac_rtl_ops *ops, struct serac_host_memory *memory,
                                       struct serac_error *error)
{
    const struct serac_program_layer *l = &j->program->layers[step->first];
    struct serac_lockstep_result result = {.cycles_compared = 0};
    struct serac_trace_layer *names = calloc(step->count, sizeof *names);
    if (!names)
        return SERAC_E_NOMEM;
    serac_recording_names(j->network, step, names);
    if (j->recording)
        serac_recording_begin_run(j->recording, &j->setting->design, names, step->count);
    enum serac_status status = serac_lockstep_run(
        &j->setting->design, &j->setting->memory, ops, memory,
        memory->base + (uint64_t)l->block * SERAC_INSN_BLOCK_STRIDE, j->seed, j->recording, &result, error);
    if (j->recording)
        serac_recording_end_run(j->recording);
    free(names);
    memcpy(j->difference, result.difference, sizeof j->difference);
    j->cycles += result.cycles_compared;
    j->bytes += result.bytes_compared;
    j->busy += result.run.total.array_busy_cycles;
    j->runs++;
    j->layers += step->count;
    return status;
}

static enum serac_status lockstep_steps(struct network_job *j, const struct serac_rtl_ops *ops,
                                        struct serac_host_memory *memory, struct serac_error *error)
{
    const struct serac_program *p = j->program;
    enum serac_status status = SERAC_OK;
    for (uint32_t i = 0; status == SERAC_OK && i < p->num_steps; i++) {
        if (p->steps[i].host) {
            struct serac_program_places at;
            serac_program_places(p, j->network, p->steps[i].first, &at);
            status = serac_program_host(p, j->network, p->steps[i].first, memory->bytes + at.in,
                                        memory->bytes + at.in2, memory->bytes + at.out);
            continue;
        }
        status = lockstep_step(j, &p->steps[i], ops, memory, error);
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
                      : serac_rtl_load(&s->design, j->recording ? j->recording->build : SERAC_RTL_PLAIN, &ops, error);
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

/* The energy file, and a waveform, tell of the first run of the machine; it must be all. */
static enum serac_status check_one_run(const struct network_job *j, bool wave, struct serac_error *error)
{
    uint32_t runs = 0;
    for (uint32_t i = 0; i < j->program->num_steps; i++)
        runs += !j->program->steps[i].host;
    if ((!j->gates->energy && !wave) || runs == 1)
        return SERAC_OK;
    snprintf(error->text, sizeof error->text, "%s: %s is %u runs of the machine, layers of the host "
             "between them; it must be one%s", wave ? "a waveform" : "--energy", j->network->name, runs,
             wave ? " (serac infer --backend rtl records them all)" : "");
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
    return status;
}

/* input: NULL, or a file of raw inputs. */
/* What lock step found, on stdout or stderr. */
static int report(enum serac_status status, const struct network_job *job, const char *name, const char *input,
                  const struct serac_error *error)
{
    const struct serac_setting *s = job->setting;
    if (status == SERAC_E_MISMATCH)
        fprintf(stderr, "serac: model and RTL differ: %s\nrepeat: serac cosim --network %s --design %s "
                        "--memory %s --seed %llu --image %llu%s%s\n",
                job->difference, name, s->design.name, s->memory.name, (unsigned long long)job->seed,
                (unsigned long long)job->image, input ? " --input " : "", input ? input : "");
    if (status != SERAC_OK)
        return status == SERAC_E_MISMATCH ? SERAC_EXIT_CHECK : serac_cli_fail(status, error);
    printf("%s on %s: %llu cycles and %llu written bytes compared, no "
           "difference; array busy %llu", name, s->design.name, (unsigned long long)job->cycles,
           (unsigned long long)job->bytes, (unsigned long long)job->busy);
    if (job->runs > 1)
        printf("; %u runs of the machine", (unsigned)job->runs);
    putchar('\n');
    return SERAC_EXIT_DONE;
}

/* Appended to DIR/cosim.csv, for the report. Every cycle is compared, so a run without a difference
 * has none in its cycles; one that differs ends there, and how far it would get apart is not known. */
static int keep_check(const char *dir, int code, const struct network_job *j)
{
    struct serac_check c = {.difference = ""};
    struct serac_error error = {""};
    if (!dir || (code != SERAC_EXIT_DONE && code != SERAC_EXIT_CHECK))
        return code;
    snprintf(c.design, sizeof c.design, "%s", j->setting->design.name);
    snprintf(c.memory, sizeof c.memory, "%s", j->setting->memory.name);
    snprintf(c.network, sizeof c.network, "%s", j->network->name);
    snprintf(c.seed, sizeof c.seed, "%llu", (unsigned long long)j->seed);
    snprintf(c.layers, sizeof c.layers, "%u", (unsigned)j->layers);
    snprintf(c.cycles, sizeof c.cycles, "%llu", (unsigned long long)j->cycles);
    snprintf(c.bytes, sizeof c.bytes, "%llu", (unsigned long long)j->bytes);
    if (code == SERAC_EXIT_DONE) {
        snprintf(c.difference, sizeof c.difference, "0");
        snprintf(c.result, sizeof c.result, j->gates->dir ? "equal (a netlist of the RTL)" : "equal");
    } else {
        snprintf(c.result, sizeof c.result, "%s", *j->difference ? j->difference : "the timelines differ");
    }
    enum serac_status status = serac_checks_append(dir, &c, &error);
    return status == SERAC_OK ? code : serac_cli_fail(status, &error);
}

static int run_network(const char *name, const char *input, const struct serac_setting *s, uint64_t image,
                       uint64_t seed, const struct serac_gates_options *gates, struct serac_cosim_tracing *tracing,
                       const char *out)
{
    struct serac_error error = {""};
    struct serac_network *network = NULL;
    struct serac_program *program = NULL;
    struct serac_dataset data = {.count = 0};
    struct network_job job = {.setting = s, .data = &data, .image = image, .seed = seed, .gates = gates};
    enum serac_status status = load_job(&job, name, input, &network, &program, &data, &error);
    if (status == SERAC_OK)
        status = check_one_run(&job, tracing->path && serac_recording_waves(tracing->path), &error);
    if (status == SERAC_OK && tracing->path) {
        const struct serac_trace_about about = {
            .design = s->design.name, .network = network->name, .memory = s->memory.name,
            .technology = s->tech.name, .seed = seed,
            .clock_mhz = serac_cost_clock_mhz(&s->design, &s->tech, NULL)};
        status = serac_cosim_begin(tracing, &about, &error);
        job.recording = &tracing->recording;
    }
    if (status == SERAC_OK)
        status = lockstep_network(&job, &error);
    int code = serac_cosim_end(tracing, report(status, &job, name, input, &error));
    code = keep_check(out, code, &job);
    serac_program_destroy(program);
    serac_network_destroy(network);
    serac_dataset_free(&data);
    return code;
}

static int check_tracing(const struct serac_cosim_tracing *t, bool netlist, bool many)
{
    const char *wrong = NULL;
    if (t->cycles && !t->path)
        wrong = "--trace-cycles goes with --trace";
    else if (t->path && netlist)
        wrong = "--trace is of the RTL and the model, not of a netlist";
    else if (t->path && many && serac_recording_waves(t->path))
        wrong = "a waveform is of one program: give --case";
    if (wrong)
        fprintf(stderr, "serac cosim: %s\n", wrong);
    return wrong ? SERAC_EXIT_INPUT : SERAC_EXIT_DONE;
}

/* As the user wrote them. */
struct cases_options {
    const char *programs, *save, *count_file;
};

static int run_cases(const struct cases_options *text, const char *count, const char *seed, const char *only,
                     const char *design)
{
    static const char *const names[] = {"mapped", "any", "both"};
    struct serac_cosim_cases o = {.design = design, .seed = 1, .save = text->save,
                                  .count_file = text->count_file};
    int kind = text->programs ? -1 : SERAC_PROGRAMS_MAPPED;
    for (int i = 0; i < 3 && text->programs; i++)
        kind = strcmp(text->programs, names[i]) ? kind : i;
    if (kind < 0) {
        fprintf(stderr, "serac cosim: --programs %s: mapped, any or both\n", text->programs);
        return SERAC_EXIT_INPUT;
    }
    o.programs = (enum serac_cosim_programs)kind;
    if (!serac_cli_number("--random", count, 1, 1000000, &o.count) ||
        (seed && !serac_cli_number("--seed", seed, 0, UINT64_MAX / 4, &o.seed)) ||
        (only && !serac_cli_number("--case", only, 0, o.count - 1, &o.from)))
        return SERAC_EXIT_INPUT;
    o.to = only ? o.from + 1 : o.count;
    return serac_cosim_cases(&o);
}

int serac_cmd_cosim(int argc, char **argv)
{
    const char *network = NULL, *random = NULL, *seed_text = NULL;
    const char *only = NULL, *design = NULL, *memory = NULL, *image_text = NULL;
    const char *window_text = NULL, *input = NULL, *out = NULL, *disturb = NULL, *replay = NULL;
    struct cases_options cases = {.programs = NULL};
    struct serac_cosim_tracing tracing = {.path = NULL};
    struct serac_gates_options gates = {.window = 4096};
    const struct serac_option options[] = {
        {"network", "NET", "one image through a network", &network},
        {"random", "N", "N random programs on 17 designs", &random},
        {"seed", "S", "seed of the programs and of the RTL's reset values (1)",
         &seed_text},
        {"disturb", NULL, "with --random: error responses and resets, then a run without", &disturb},
        {"case", "I", "only the I-th random program", &only},
        {"design", "D", "with --network: design (tiny); with --random: no other; random: drawn from the seed", &design},
        {"programs", "KIND", "with --random: mapped (by the mapper, the default), any (any legal sequence), both",
         &cases.programs},
        {"save", "DIR", "with --random: keeps a program that differs, and shrinks it", &cases.save},
        {"count", "FILE", "with --random: what was covered, a line per bin", &cases.count_file},
        {"replay", "DIR", "a program that --save has kept", &replay},
        {"memory", "M", "with --network: memory (default)", &memory},
        {"image", "I", "with --network: which image (0)", &image_text},
        {"input", "FILE", "with --network: raw inputs in place of images", &input},
        {"netlist", "DIR", "with --network: a netlist of make synth in place of "
         "the RTL", &gates.dir},
        {"energy", "FILE", "with --netlist: its energy by unit, CSV", &gates.energy},
        {"window", "N", "with --energy: cycles per row (4096)", &window_text},
        {"out", "DIR", "with --network: adds what was found to DIR/" SERAC_CHECKS_FILE ", for serac report", &out},
        {"trace", "FILE", "both timelines as JSON for ui.perfetto.dev, compared; .vcd or .fst: the RTL's waveform",
         &tracing.path},
        {"trace-cycles", "A-B", "of a waveform, only cycles A to B - 1", &tracing.cycles},
        {NULL, NULL, NULL, NULL}};
    const struct serac_usage usage = {
        "cosim", "(--network NET | --random N | --replay DIR) [options]",
        "Runs the same program on the cycle model and the Verilated RTL and "
        "compares stage\nstates, requests and written data at every clock edge, "
        "counters at the end.",
        "  serac cosim --network fashion-w2 --design tiny\n"
        "  serac cosim --network fashion-w2 --netlist build/synth/sg13g2/tiny "
        "--energy e.csv\n"
        "  serac cosim --random 200 --seed 1\n"
        "  serac cosim --random 200 --programs any --design random --save build/kept\n",
        options};
    struct serac_setting setting;
    struct serac_error error = {""};
    uint64_t seed = 1, image = 0;
    int code = serac_cli_parse(&usage, argc, argv, NULL, 0);
    if (code >= 0)
        return code;
    if (!network + !random + !replay != 2) {
        fprintf(stderr, "serac cosim: give --network or --random, or --replay; see serac "
                        "cosim --help\n");
        return SERAC_EXIT_INPUT;
    }
    bool as_cases = cases.programs || cases.save || cases.count_file || (random && design && !strcmp(design, "random"));
    const char *other = only ? only : memory ? memory : image_text ? image_text : input ? input : out ? out
                        : disturb ? disturb : tracing.path ? tracing.path : gates.dir;
    if (replay && (as_cases || other || design || seed_text)) {
        fprintf(stderr, "serac cosim: --replay takes no other option: all is in the folder\n");
        return SERAC_EXIT_INPUT;
    }
    if (as_cases && (!random || disturb || tracing.path)) {
        fprintf(stderr, "serac cosim: --programs, --save, --count and --design random go with --random, without "
                        "--disturb and --trace\n");
        return SERAC_EXIT_INPUT;
    }
    if (replay)
        return serac_cosim_replay(replay);
    if (random ? memory || image_text || input || gates.dir || out
               : only || disturb) {
        fprintf(stderr, "serac cosim: --memory, --image, --input, --netlist "
                        "and --out go with --network, --case and --disturb "
                        "with --random\n");
        return SERAC_EXIT_INPUT;
    }
    int refused = check_tracing(&tracing, gates.dir != NULL, random && !only);
    if (refused != SERAC_EXIT_DONE)
        return refused;
    if (disturb && tracing.path) {
        fprintf(stderr, "serac cosim: --trace is of runs that nobody disturbs\n");
        return SERAC_EXIT_INPUT;
    }
    if (as_cases)
        return run_cases(&cases, random, seed_text, only, design);
    if (random)
        return serac_cosim_random(random, seed_text, only, design, disturb != NULL, &tracing);
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
    if (out && serac_checks_folder(out, &error) != SERAC_OK)
        return serac_cli_fail(SERAC_E_INPUT, &error);
    code = serac_cli_setting(design ? design : "tiny", memory, NULL, &setting);
    return code >= 0 ? code : run_network(network, input, &setting, image, seed, &gates, &tracing, out);
}
