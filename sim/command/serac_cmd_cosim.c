/* serac_cmd_cosim.c - serac cosim: model and RTL in lock step; its options. */
#include <stdio.h>
#include <string.h>

#include "serac_checks.h"
#include "serac_cmd_cosim.h"
#include "serac_cosim.h"

/* As the user wrote them, NULL: not given. */
struct asked {
    const char *network, *random, *replay;
    const char *seed, *only, *design, *memory, *image, *input, *out, *disturb;
    const char *programs, *save, *count;
    const char *netlist, *energy, *window;
    const char *trace, *trace_cycles;
};

/* Random programs that are more than the mapper's on named designs. */
static bool as_cases(const struct asked *a)
{
    return a->programs || a->save || a->count || (a->random && a->design && !strcmp(a->design, "random"));
}

static const char *conflict_of_traces(const struct asked *a)
{
    if (a->trace_cycles && !a->trace)
        return "--trace-cycles goes with --trace";
    if (a->trace && a->netlist)
        return "--trace is of the RTL and the model, not of a netlist";
    if (a->trace && a->random && !a->only && serac_recording_waves(a->trace))
        return "a waveform is of one program: give --case";
    if (a->trace && a->disturb)
        return "--trace is of runs that nobody disturbs";
    return NULL;
}

/* What cannot be asked for at once; NULL: nothing. */
static const char *conflict(const struct asked *a)
{
    bool of_network = a->memory || a->image || a->input || a->netlist || a->out;
    if (!a->network + !a->random + !a->replay != 2)
        return "give --network or --random, or --replay; see serac cosim --help";
    if (a->replay && (as_cases(a) || of_network || a->only || a->disturb || a->trace || a->design || a->seed))
        return "--replay takes no other option: all is in the folder";
    if (as_cases(a) && (!a->random || a->disturb || a->trace))
        return "--programs, --save, --count and --design random go with --random, without --disturb and --trace";
    if (a->random ? of_network : a->only || a->disturb)
        return "--memory, --image, --input, --netlist and --out go with --network, --case and --disturb with --random";
    if (a->energy ? !a->netlist : a->window != NULL)
        return "--energy goes with --netlist, --window with --energy";
    return conflict_of_traces(a);
}

static int run_cases(const struct asked *a)
{
    static const char *const names[] = {"mapped", "any", "both"};
    struct serac_cosim_cases o = {.design = a->design, .seed = 1, .save = a->save, .count_file = a->count};
    int kind = a->programs ? -1 : SERAC_PROGRAMS_MAPPED;
    for (int i = 0; i < 3 && a->programs; i++)
        kind = strcmp(a->programs, names[i]) ? kind : i;
    if (kind < 0) {
        fprintf(stderr, "serac cosim: --programs %s: mapped, any or both\n", a->programs);
        return SERAC_EXIT_INPUT;
    }
    o.programs = (enum serac_cosim_programs)kind;
    if (!serac_cli_number("--random", a->random, 1, 1000000, &o.count) ||
        (a->seed && !serac_cli_number("--seed", a->seed, 0, UINT64_MAX / 4, &o.seed)) ||
        (a->only && !serac_cli_number("--case", a->only, 0, o.count - 1, &o.from)))
        return SERAC_EXIT_INPUT;
    o.to = a->only ? o.from + 1 : o.count;
    return serac_cosim_cases(&o);
}

static int run_network(const struct asked *a, struct serac_cosim_tracing *tracing)
{
    struct serac_error error = {""};
    struct serac_cosim_network n = {.name = a->network, .input = a->input, .seed = 1, .tracing = tracing, .out = a->out,
                                    .netlist = {.dir = a->netlist, .energy = a->energy, .window = 4096}};
    if ((a->seed && !serac_cli_number("--seed", a->seed, 0, UINT64_MAX / 2, &n.seed)) ||
        (a->image && !serac_cli_number("--image", a->image, 0, 1u << 30, &n.image)) ||
        (a->window && !serac_cli_number("--window", a->window, 1, UINT64_MAX / 4, &n.netlist.window)))
        return SERAC_EXIT_INPUT;
    if (a->out && serac_checks_folder(a->out, &error) != SERAC_OK)
        return serac_cli_fail(SERAC_E_INPUT, &error);
    int code = serac_cli_setting(a->design ? a->design : "tiny", a->memory, NULL, &n.setting);
    return code >= 0 ? code : serac_cosim_network(&n);
}

int serac_cmd_cosim(int argc, char **argv)
{
    struct asked a = {.network = NULL};
    const struct serac_option options[] = {
        {"network", "NET", "one image through a network", &a.network},
        {"random", "N", "N random programs on 17 designs", &a.random},
        {"seed", "S", "seed of the programs and of the RTL's reset values (1)",
         &a.seed},
        {"disturb", NULL, "with --random: error responses and resets, then a run without", &a.disturb},
        {"case", "I", "only the I-th random program", &a.only},
        {"design", "D", "with --network: design (tiny); with --random: no other; random: drawn from the seed", &a.design},
        {"programs", "KIND", "with --random: mapped (by the mapper, the default), any (any legal sequence), both",
         &a.programs},
        {"save", "DIR", "with --random: keeps a program that differs, and shrinks it", &a.save},
        {"count", "FILE", "with --random: what was covered, a line per bin", &a.count},
        {"replay", "DIR", "a program that --save has kept", &a.replay},
        {"memory", "M", "with --network: memory (default)", &a.memory},
        {"image", "I", "with --network: which image (0)", &a.image},
        {"input", "FILE", "with --network: raw inputs in place of images", &a.input},
        {"netlist", "DIR", "with --network: a netlist of make synth in place of "
         "the RTL", &a.netlist},
        {"energy", "FILE", "with --netlist: its energy by unit, CSV", &a.energy},
        {"window", "N", "with --energy: cycles per row (4096)", &a.window},
        {"out", "DIR", "with --network: adds what was found to DIR/" SERAC_CHECKS_FILE ", for serac report", &a.out},
        {"trace", "FILE", "both timelines as JSON for ui.perfetto.dev, compared; .vcd or .fst: the RTL's waveform",
         &a.trace},
        {"trace-cycles", "A-B", "of a waveform, only cycles A to B - 1", &a.trace_cycles},
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
    int code = serac_cli_parse(&usage, argc, argv, NULL, 0);
    if (code >= 0)
        return code;
    const char *wrong = conflict(&a);
    if (wrong) {
        fprintf(stderr, "serac cosim: %s\n", wrong);
        return SERAC_EXIT_INPUT;
    }
    struct serac_cosim_tracing tracing = {.path = a.trace, .cycles = a.trace_cycles};
    if (a.replay)
        return serac_cosim_replay(a.replay);
    if (as_cases(&a))
        return run_cases(&a);
    if (a.random)
        return serac_cosim_random(a.random, a.seed, a.only, a.design, a.disturb != NULL, &tracing);
    return run_network(&a, &tracing);
}
