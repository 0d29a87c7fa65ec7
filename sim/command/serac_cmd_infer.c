/* serac_cmd_infer.c - serac infer. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_infer.h"

static const enum serac_column shown[] = {
    SERAC_COLUMN_layer, SERAC_COLUMN_weight_bits, SERAC_COLUMN_act_bits,
    SERAC_COLUMN_m, SERAC_COLUMN_n, SERAC_COLUMN_k, SERAC_COLUMN_cycles,
    SERAC_COLUMN_array_busy_cycles, SERAC_COLUMN_stall_fetch_cycles,
    SERAC_COLUMN_stall_requant_cycles, SERAC_COLUMN_stall_store_cycles,
    SERAC_COLUMN_stall_control_cycles, SERAC_COLUMN_fill_drain_cycles,
    SERAC_COLUMN_utilisation, SERAC_COLUMN_gops, SERAC_COLUMN_bytes_read,
    SERAC_COLUMN_energy_uj};

static void print_text(const struct serac_infer_job *job,
                       const struct serac_infer_result *r)
{
    const struct serac_setting *t = job->setting;
    const struct serac_row *total = &r->rows[r->num_rows - 1];
    double low, high;
    printf("network %s, design %s, memory %s, technology %s, backend %s\n",
           total->cells[SERAC_COLUMN_network], t->design.name, t->memory.name,
           t->tech.name, job->backend);
    printf("energy and area: %s\n\n", t->tech.source);
    serac_result_table(stdout, r->rows, r->num_rows, shown,
                       sizeof shown / sizeof *shown);
    putchar('\n');
    if (r->labelled) {
        serac_wilson(r->correct, r->images, &low, &high);
        printf("accuracy %.4f (%llu of %llu images, 95 %% interval %.4f to "
               "%.4f)", (double)r->correct / (double)r->images,
               (unsigned long long)r->correct, (unsigned long long)r->images, low,
               high);
        if (r->float_accuracy >= 0)
            printf("; float network %.4f on its test set", r->float_accuracy);
        if (!isnan(r->log_loss))
            printf("\nlog loss %.4f nats a label, perplexity %.4f", r->log_loss, exp(r->log_loss));
    } else {
        printf("%llu inputs without labels", (unsigned long long)r->images);
    }
    printf("\nlatency %s us, %s GOPS, energy %s uJ, weights %s bytes, memory "
           "%s bytes\n", total->cells[SERAC_COLUMN_time_us],
           total->cells[SERAC_COLUMN_gops],
           total->cells[SERAC_COLUMN_energy_uj],
           total->cells[SERAC_COLUMN_weight_bytes],
           total->cells[SERAC_COLUMN_memory_bytes]);
    if (!r->host_layers)
        return;
    printf("beside it, on the host: %u layer%s, %llu bytes read and written, %.1f us an image on this computer",
           (unsigned)r->host_layers, r->host_layers == 1 ? "" : "s", (unsigned long long)r->host_bytes, r->host_us);
    const char *comma = ": ";
    for (size_t i = 0; i + 1 < r->num_rows; i++)
        if (!strcmp(r->rows[i].cells[SERAC_COLUMN_backend], "host")) {
            printf("%s%s", comma, r->rows[i].cells[SERAC_COLUMN_layer]);
            comma = ", ";
        }
    putchar('\n');
}

int serac_cmd_infer(int argc, char **argv)
{
    const char *network, *design = NULL, *memory = NULL, *tech = NULL;
    const char *data = NULL, *limit = NULL, *backend = "model", *json = NULL;
    const char *csv = NULL, *outputs = NULL, *input = NULL, *jobs = NULL;
    uint64_t threads = 1;
    struct serac_infer_job job = {.trace = NULL};
    const struct serac_option options[] = {
        {"design", "D", "name in configs/designs or path (serial)", &design},
        {"memory", "M", "name in configs/memory or path (default)", &memory},
        {"tech", "T", "name in configs/tech or path (" SERAC_DEFAULT_TECH ")", &tech},
        {"backend", "B", "model, rtl, systemc or systemc-rtl (model)", &backend},
        {"data", "SET", "fashion-mnist-500, fashion-mnist, fashion-mnist-held-out or file prefix",
         &data},
        {"input", "FILE", "raw inputs in place of a data set: a byte a value, any number of inputs", &input},
        {"limit", "N", "first N images only", &limit},
        {"jobs", "N", "threads that share the images, or of a few a large layer's pixels (1; model)", &jobs},
        {"outputs", "FILE", "raw outputs, one line per image", &outputs},
        {"trace", "FILE", "the first image's timeline as JSON for ui.perfetto.dev; .vcd or .fst: a waveform "
         "(rtl)", &job.trace},
        {"trace-cycles", "A-B", "of a waveform, only cycles A to B - 1", &job.trace_cycles},
        {"json", NULL, "rows as JSON", &json},
        {"csv", NULL, "rows as CSV", &csv},
        {NULL, NULL, NULL, NULL}};
    const struct serac_usage usage = {
        "infer", "NET [options]",
        "Runs a quantised network (a name in configs/networks or a path) "
        "through the driver:\naccuracy, cycles by cause, latency, energy, per "
        "layer and in total.",
        "  serac infer fashion-w2\n"
        "  serac infer fashion-w2 --design tiny --backend rtl --limit 1\n"
        "  serac infer fashion-w8 --data fashion-mnist --json\n"
        "  serac infer fashion-w2 --design tiny --limit 1 --trace timeline.json\n",
        options};
    struct serac_setting setting;
    struct serac_infer_result result;
    struct serac_error error = {""};
    int code = serac_cli_parse(&usage, argc, argv, &network, 1);
    if (code >= 0)
        return code;
    if (limit && !serac_cli_number("--limit", limit, 1, 1u << 30, &job.limit))
        return SERAC_EXIT_INPUT;
    if (jobs && !serac_cli_number("--jobs", jobs, 1, 64, &threads))
        return SERAC_EXIT_INPUT;
    if (jobs && strcmp(backend, "model")) {
        fprintf(stderr, "serac infer: --jobs goes with --backend model\n");
        return SERAC_EXIT_INPUT;
    }
    job.threads = (uint32_t)threads;
    if (job.trace_cycles && !job.trace) {
        fprintf(stderr, "serac infer: --trace-cycles goes with --trace\n");
        return SERAC_EXIT_INPUT;
    }
    if (input && data) {
        fprintf(stderr, "serac infer: --input and --data exclude each other\n");
        return SERAC_EXIT_INPUT;
    }
    code = serac_cli_setting(design, memory, tech, &setting);
    if (code >= 0)
        return code;
    char *lines = NULL;
    size_t bytes = 0;
    if (outputs && !(job.outputs = open_memstream(&lines, &bytes)))
        return serac_cli_fail(SERAC_E_NOMEM, NULL);
    job.setting = &setting;
    job.network = network;
    job.backend = backend;
    job.dataset = data;
    job.input = input;
    job.progress = true;
    enum serac_status status = serac_infer_run(&job, &result, &error);
    if (job.outputs && fclose(job.outputs))
        status = SERAC_E_NOMEM;
    if (status == SERAC_OK && outputs)
        code = serac_cli_write(outputs, lines, bytes);
    free(lines);
    if (status != SERAC_OK)
        return serac_cli_fail(status, &error);
    if (code >= SERAC_EXIT_CHECK) {
        serac_infer_free(&result);
        return code;
    }
    for (size_t i = 0; i < result.num_rows; i++)
        serac_row_setting(&result.rows[i], &setting.design, &setting.memory);
    if (json) {
        serac_result_json(stdout, result.rows, result.num_rows);
    } else if (csv) {
        serac_result_csv_header(stdout);
        for (size_t i = 0; i < result.num_rows; i++)
            serac_result_csv(stdout, &result.rows[i]);
    } else {
        print_text(&job, &result);
    }
    serac_infer_free(&result);
    return SERAC_EXIT_DONE;
}
