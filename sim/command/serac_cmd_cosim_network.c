/* serac_cmd_cosim_network.c - one image through a network, model and RTL in lock step: every run of the machine
 * on both sides, the host's layers between them on the memory that the model leaves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_checks.h"
#include "serac_cmd_cosim.h"
#include "serac_dataset.h"
#include "serac_lockstep.h"
#include "serac_program.h"

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

/* What is asked for, what it was made of, and what was found. */
struct network_job {
    const struct serac_cosim_network *ask;
    struct serac_network *network;
    struct serac_program *program;
    struct serac_dataset data;
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
        serac_recording_begin_run(j->recording, &j->ask->setting.design, names, step->count);
    enum serac_status status = serac_lockstep_run(
        &j->ask->setting.design, &j->ask->setting.memory, ops, memory,
        memory->base + (uint64_t)l->block * SERAC_INSN_BLOCK_STRIDE, j->ask->seed, j->recording, &result, error);
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
    const struct serac_setting *s = &j->ask->setting;
    const struct serac_program *p = j->program;
    const struct serac_rtl_ops *ops;
    struct serac_host_memory memory;
    enum serac_status status =
        j->ask->netlist.dir ? serac_rtl_gates_load(&j->ask->netlist, &s->design, &ops, error)
                            : serac_rtl_load(&s->design, j->recording ? j->recording->build : SERAC_RTL_PLAIN, &ops, error);
    if (status != SERAC_OK)
        return status;
    status = serac_host_memory_init(&memory, 0x80000000u, p->memory_bytes);
    if (status != SERAC_OK)
        return status;
    memcpy(memory.bytes, p->image, p->image_bytes);
    serac_program_relocate(p, memory.base, memory.bytes);
    fill_input(p, &s->design, &j->data, j->ask->image % j->data.count, memory.bytes + p->input);
    status = lockstep_steps(j, ops, &memory, error);
    serac_host_memory_free(&memory);
    if (status == SERAC_OK && j->ask->netlist.energy)
        status = serac_rtl_gates_written(error);
    return status;
}

/* The energy file, and a waveform, tell of the first run of the machine; it must be all. */
static enum serac_status check_one_run(const struct network_job *j, bool wave, struct serac_error *error)
{
    uint32_t runs = 0;
    for (uint32_t i = 0; i < j->program->num_steps; i++)
        runs += !j->program->steps[i].host;
    if ((!j->ask->netlist.energy && !wave) || runs == 1)
        return SERAC_OK;
    snprintf(error->text, sizeof error->text, "%s: %s is %u runs of the machine, layers of the host "
             "between them; it must be one%s", wave ? "a waveform" : "--energy", j->network->name, runs,
             wave ? " (serac infer --backend rtl records them all)" : "");
    return SERAC_E_INPUT;
}

static enum serac_status load_job(struct network_job *j, struct serac_error *error)
{
    const struct serac_cosim_network *ask = j->ask;
    enum serac_status status = serac_network_load(ask->name, &j->network, error);
    if (status == SERAC_OK)
        status = ask->input ? serac_dataset_raw(ask->input, &j->network->input, &j->data, error)
                            : serac_dataset_load("fashion-mnist-500", &j->data, error);
    if (status == SERAC_OK)
        status = serac_program_build(j->network, &ask->setting.design, &ask->setting.memory, &j->program, error);
    return status;
}

/* What lock step found, on stdout or stderr. */
static int report(enum serac_status status, const struct network_job *j, const struct serac_error *error)
{
    const struct serac_cosim_network *ask = j->ask;
    const struct serac_setting *s = &ask->setting;
    if (status == SERAC_E_MISMATCH)
        fprintf(stderr, "serac: model and RTL differ: %s\nrepeat: serac cosim --network %s --design %s "
                        "--memory %s --seed %llu --image %llu%s%s\n",
                j->difference, ask->name, s->design.name, s->memory.name, (unsigned long long)ask->seed,
                (unsigned long long)ask->image, ask->input ? " --input " : "", ask->input ? ask->input : "");
    if (status != SERAC_OK)
        return status == SERAC_E_MISMATCH ? SERAC_EXIT_CHECK : serac_cli_fail(status, error);
    printf("%s on %s: %llu cycles and %llu written bytes compared, no "
           "difference; array busy %llu", ask->name, s->design.name, (unsigned long long)j->cycles,
           (unsigned long long)j->bytes, (unsigned long long)j->busy);
    if (j->runs > 1)
        printf("; %u runs of the machine", (unsigned)j->runs);
    putchar('\n');
    return SERAC_EXIT_DONE;
}

/* Appended to DIR/cosim.csv, for the report. Every cycle is compared, so a run without a difference
 * has none in its cycles; one that differs ends there, and how far it would get apart is not known. */
static int keep_check(int code, const struct network_job *j)
{
    const char *dir = j->ask->out;
    struct serac_check c = {.difference = ""};
    struct serac_error error = {""};
    if (!dir || (code != SERAC_EXIT_DONE && code != SERAC_EXIT_CHECK))
        return code;
    snprintf(c.design, sizeof c.design, "%s", j->ask->setting.design.name);
    snprintf(c.memory, sizeof c.memory, "%s", j->ask->setting.memory.name);
    snprintf(c.network, sizeof c.network, "%s", j->network->name);
    snprintf(c.seed, sizeof c.seed, "%llu", (unsigned long long)j->ask->seed);
    snprintf(c.layers, sizeof c.layers, "%u", (unsigned)j->layers);
    snprintf(c.cycles, sizeof c.cycles, "%llu", (unsigned long long)j->cycles);
    snprintf(c.bytes, sizeof c.bytes, "%llu", (unsigned long long)j->bytes);
    if (code == SERAC_EXIT_DONE) {
        snprintf(c.difference, sizeof c.difference, "0");
        snprintf(c.result, sizeof c.result, j->ask->netlist.dir ? "equal (a netlist of the RTL)" : "equal");
    } else {
        snprintf(c.result, sizeof c.result, "%s", *j->difference ? j->difference : "the timelines differ");
    }
    enum serac_status status = serac_checks_append(dir, &c, &error);
    return status == SERAC_OK ? code : serac_cli_fail(status, &error);
}

static enum serac_status start_recording(struct network_job *j, struct serac_error *error)
{
    const struct serac_setting *s = &j->ask->setting;
    const struct serac_trace_about about = {
        .design = s->design.name, .network = j->network->name, .memory = s->memory.name,
        .technology = s->tech.name, .seed = j->ask->seed,
        .clock_mhz = serac_cost_clock_mhz(&s->design, &s->tech, NULL)};
    j->recording = &j->ask->tracing->recording;
    return serac_cosim_tracing_begin(j->ask->tracing, &about, error);
}

int serac_cosim_network(const struct serac_cosim_network *ask)
{
    struct serac_error error = {""};
    struct network_job job = {.ask = ask};
    const char *trace = ask->tracing->path;
    enum serac_status status = load_job(&job, &error);
    if (status == SERAC_OK)
        status = check_one_run(&job, trace && serac_recording_waves(trace), &error);
    if (status == SERAC_OK && trace)
        status = start_recording(&job, &error);
    if (status == SERAC_OK)
        status = lockstep_network(&job, &error);
    int code = serac_cosim_tracing_end(ask->tracing, report(status, &job, &error));
    code = keep_check(code, &job);
    serac_program_destroy(job.program);
    serac_network_destroy(job.network);
    serac_dataset_free(&job.data);
    return code;
}
