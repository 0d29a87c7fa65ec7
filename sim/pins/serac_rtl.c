/* serac_rtl.c - finds, builds and loads the RTL library of a design.
 *
 * Libraries are cached by a hash of the design's parameters, the RTL or netlist and
 * the shim; see cache_dir() for the place. */
#define _DEFAULT_SOURCE
#include "serac_rtl.h"

#include "serac_icarus.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "serac_root.h"

static enum serac_status fail(struct serac_error *error, const char *what,
                              const char *detail)
{
    if (error)
        snprintf(error->text, sizeof error->text, "%s%s%s", what,
                 detail ? ": " : "", detail ? detail : "");
    return SERAC_E_TOOL;
}

/* FNV-1a, 64 bits. */
static uint64_t mix(uint64_t hash, const void *bytes, size_t count)
{
    const unsigned char *b = bytes;
    while (count--)
        hash = (hash ^ *b++) * 0x100000001b3u;
    return hash;
}

static uint64_t mix_file(uint64_t hash, const char *path)
{
    FILE *file = fopen(path, "rb");
    char buffer[4096];
    size_t got;
    if (!file)
        return hash;
    while ((got = fread(buffer, 1, sizeof buffer, file)) > 0)
        hash = mix(hash, buffer, got);
    fclose(file);
    return hash;
}

static int is_verilog(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 2 && (!strcmp(entry->d_name + length - 2, ".v") ||
                          !strcmp(entry->d_name + length - 3, ".vh"));
}

static uint64_t mix_shipped(uint64_t hash, const char *below)
{
    char path[4096];
    return mix_file(hash, serac_root_path(path, sizeof path, below));
}

static uint64_t source_hash(void)
{
    struct dirent **names;
    char path[4096], rtl[2048];
    uint64_t hash = 0xcbf29ce484222325u;
    const char *dir = getenv("SERAC_RTL_DIR");
    if (!dir)
        dir = serac_root_path(rtl, sizeof rtl, "rtl");
    int count = scandir(dir, &names, is_verilog, alphasort);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]->d_name);
        hash = mix_file(mix(hash, names[i]->d_name, strlen(names[i]->d_name)),
                        path);
        free(names[i]);
    }
    if (count >= 0)
        free(names);
    hash = mix_shipped(hash, "sim/pins/serac_rtl_shim.cpp");
    hash = mix_shipped(hash, "sim/pins/serac_rtl.h");
    hash = mix_shipped(hash, "scripts/build_rtl.sh");
    const char *slow = getenv("SERAC_SLOW_POPCOUNT"), *opt = getenv("SERAC_RTL_OPT");
    const char *coverage = getenv("SERAC_COVERAGE");
    if (coverage && *coverage)
        hash = mix(hash, "coverage", 8);
    if (opt)
        hash = mix(hash, opt, strlen(opt));
    return slow ? mix(hash, "slow", 4) : hash;
}

void serac_rtl_parameters(const struct serac_design *d, const char *prefix,
                          char *to, size_t room)
{
    const struct {
        const char *name;
        uint32_t value;
    } list[] = {{"Rows", d->rows}, {"Cols", d->cols}, {"Lanes", d->lanes},
                {"WgtPlanes", d->weight_planes},
                {"ActPlanes", d->act_planes},
                {"WgtBufferBytes", d->weight_buffer_bytes},
                {"ActBufferBytes", d->act_buffer_bytes},
                {"OutBufferBytes", d->output_buffer_bytes},
                {"ParamBufferBytes", d->param_buffer_bytes},
                {"AxiBits", d->axi_bits}, {"Outstanding", d->outstanding},
                {"RequantLanes", d->requant_lanes},
                {"QueueDepth", d->queue_depth}};
    size_t length = 0;
    for (size_t i = 0; i < sizeof list / sizeof *list && length < room; i++)
        length += (size_t)snprintf(to + length, room - length, "%s%s%s=%u",
                                   i ? " " : "", prefix, list[i].name,
                                   list[i].value);
}

static enum serac_status build(const char *library, uint32_t axi_bits,
                               const char *what, const char *params,
                               struct serac_error *error)
{
    char command[8192], log[4096];
    snprintf(log, sizeof log, "%s.log", library);
    snprintf(command, sizeof command,
             "'%s/scripts/build_rtl.sh' '%s' %u %s %s > '%s' 2>&1",
             serac_root(), library, axi_bits, what, params, log);
    if (isatty(2))
        fprintf(stderr, "building the RTL (%s%s%s)\n", what, *what ? " " : "",
                params);
    int code = system(command);
    if (code == 0)
        return SERAC_OK;
    if (code != -1 && code >> 8 == 3)
        return fail(error, "verilator is not installed (on Debian: apt-get "
                           "install verilator)", NULL);
    return fail(error, "the RTL library could not be built, see", log);
}

/* The plain library's hash does not know of the others. */
static uint64_t library_hash(const char *what, const char *params)
{
    uint64_t hash = mix(source_hash(), params, strlen(params));
    if (*what)
        hash = mix_shipped(mix(hash, what, strlen(what)), "sim/trace/serac_probe.vlt");
    return hash;
}

/* SERAC_SIMULATOR: what simulates in place of Verilator. */
static enum serac_status load_other(const char *simulator, const char *cache,
                                    uint64_t hash,
                                    const struct serac_design *design,
                                    enum serac_rtl_build which,
                                    const struct serac_rtl_ops **ops,
                                    struct serac_error *error)
{
    char params[1024], base[4096];
    const char *wrong = strcmp(simulator, "icarus") ? "icarus, or not set"
                        : which != SERAC_RTL_PLAIN  ? "not for --trace" : NULL;
    if (wrong) {
        if (error)
            snprintf(error->text, sizeof error->text, "SERAC_SIMULATOR=%s: %s",
                     simulator, wrong);
        return SERAC_E_INPUT;
    }
    static const char *const sources[] = {
        "sim/icarus/serac_icarus.v", "sim/icarus/serac_icarus_vpi.c",
        "sim/pins/serac_icarus.h", "sim/pins/serac_pins.h", "scripts/build_icarus.sh"};
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        hash = mix_shipped(hash, sources[i]);
    serac_rtl_parameters(design, "", params, sizeof params);
    snprintf(base, sizeof base, "%s/%016llx", cache, (unsigned long long)hash);
    return serac_icarus_load(base, params, ops, error);
}

static bool is_folder(const char *path)
{
    struct stat entry;
    return stat(path, &entry) == 0 && S_ISDIR(entry.st_mode);
}

/* SERAC_CACHE; build/rtl-cache of a source tree; of an installed copy, which the user
 * may not write, serac/ in the user's cache (XDG_CACHE_HOME, else ~/.cache). */
static bool cache_dir(char *to, size_t room)
{
    const char *own = getenv("SERAC_CACHE"), *user = getenv("XDG_CACHE_HOME");
    if (own) {
        snprintf(to, room, "%s", own);
        return true;
    }
    if (is_folder(serac_root_path(to, room, "build"))) {
        (void)serac_root_path(to, room, "build/rtl-cache");
        return true;
    }
    const char *home = getenv("HOME");
    if ((!user || user[0] != '/') && !home)
        return false;
    if (user && user[0] == '/')
        snprintf(to, room, "%s", user);
    else
        snprintf(to, room, "%s/.cache", home);
    (void)mkdir(to, 0700);
    strncat(to, "/serac", room - strlen(to) - 1);
    return true;
}

enum serac_status serac_rtl_load(const struct serac_design *design,
                                 enum serac_rtl_build which,
                                 const struct serac_rtl_ops **ops,
                                 struct serac_error *error)
{
    static const char *const options[] = {"", "--probes", "--vcd", "--fst"};
    const char *what = options[which];
    char params[1024], cache[2048], library[4096];
    if (!cache_dir(cache, sizeof cache))
        return fail(error, "no folder for built RTL: set SERAC_CACHE", NULL);
    serac_rtl_parameters(design, "-G", params, sizeof params);
    uint64_t hash = library_hash(what, params);
    if (mkdir(cache, 0777) && errno != EEXIST)
        return fail(error, cache, strerror(errno));
    const char *simulator = getenv("SERAC_SIMULATOR");
    if (simulator && *simulator)
        return load_other(simulator, cache, hash, design, which, ops, error);
    snprintf(library, sizeof library, "%s/%016llx.so", cache,
             (unsigned long long)hash);
    if (access(library, R_OK)) {
        enum serac_status status =
            build(library, design->axi_bits, what, params, error);
        if (status != SERAC_OK)
            return status;
    }
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    *ops = handle ? dlsym(handle, "serac_rtl_ops") : NULL;
    return *ops ? SERAC_OK : fail(error, library, dlerror());
}
