/* serac_profile.c - task profiles and the scoring matrix. */
#include "serac_profile.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "serac_config.h"

#define PARAMETERS_MOST 1000000000000000u

/* As the file has it; words become values below. */
struct text {
    struct serac_profile p;
    char task[32], hardware[32];
};

#define AT(member) offsetof(struct text, member)
static const struct serac_key keys[] = {
    {"name", SERAC_KEY_STRING, AT(p.name), true, 0, 0, sizeof ((struct text *)0)->p.name},
    {"about", SERAC_KEY_STRING, AT(p.about), true, 0, 0, sizeof ((struct text *)0)->p.about},
    {"task", SERAC_KEY_STRING, AT(task), true, 0, 0, sizeof ((struct text *)0)->task},
    {"harm", SERAC_KEY_BOOL, AT(p.harm), false, 0, 0, 0},
    {"regression_head", SERAC_KEY_BOOL, AT(p.head), false, 0, 0, 0},
    {"workload", SERAC_KEY_STRING, AT(p.workload), true, 0, 0, sizeof ((struct text *)0)->p.workload},
    {"parameters", SERAC_KEY_U64, AT(p.parameters), false, 0, 0, 0},
    {"hardware", SERAC_KEY_STRING, AT(hardware), true, 0, 0, sizeof ((struct text *)0)->hardware},
    {"designs", SERAC_KEY_CHILD, 0, false, 0, 0, 0},
    {"memory_bytes", SERAC_KEY_U64, AT(p.memory_bytes), false, 0, 0, 0},
    {"latency_ms", SERAC_KEY_F64, AT(p.latency_ms), false, 1e-6, 1e9, 0},
    {"power_w", SERAC_KEY_F64, AT(p.power_w), false, 1e-6, 1e6, 0},
    {"tolerated_loss", SERAC_KEY_F64, AT(p.loss), true, 0, 100, 0},
    {"requests_per_second", SERAC_KEY_F64, AT(p.requests_per_second), false, 1e-6, 1e9, 0},
    {"cost_per_device", SERAC_KEY_F64, AT(p.cost_per_device), false, 1e-6, 1e9, 0},
};

static const char *const hardware_names[] = {"asic", "fpga", "arm", "cpu", "gpu"};

const char *serac_hardware_name(enum serac_hardware hardware)
{
    return hardware_names[hardware];
}

/* Keys that make no sense without another one. */
static enum serac_status check_together(const struct serac_config *config, const struct serac_profile *p,
                                        struct serac_error *error)
{
    const struct serac_group *root = serac_config_root(config), *designs = serac_config_child(root, "designs");
    if (p->parameters > PARAMETERS_MOST)
        return serac_config_fail(config, serac_config_child(root, "parameters"), error,
                                 "parameters: must be at most 1e15");
    if (designs && p->hardware != SERAC_HARDWARE_ASIC && p->hardware != SERAC_HARDWARE_FPGA)
        return serac_config_fail(config, designs, error, "designs: only with hardware asic or fpga");
    if (p->cost_per_device > 0 && !(p->requests_per_second > 0))
        return serac_config_fail(config, serac_config_child(root, "cost_per_device"), error,
                                 "cost_per_device: only with requests_per_second");
    return SERAC_OK;
}

static enum serac_status read_words(const struct serac_config *config, struct text *t, struct serac_error *error)
{
    const struct serac_group *root = serac_config_root(config);
    t->p.generation = !strcmp(t->task, "generation");
    if (!t->p.generation && strcmp(t->task, "classification"))
        return serac_config_fail(config, serac_config_child(root, "task"), error,
                                 "task = \"%s\": must be classification or generation", t->task);
    for (unsigned i = 0; i < sizeof hardware_names / sizeof *hardware_names; i++)
        if (!strcmp(t->hardware, hardware_names[i])) {
            t->p.hardware = (enum serac_hardware)i;
            return check_together(config, &t->p, error);
        }
    return serac_config_fail(config, serac_config_child(root, "hardware"), error,
                             "hardware = \"%s\": must be asic, fpga, arm, cpu or gpu", t->hardware);
}

static enum serac_status read_designs(const struct serac_config *config, struct serac_profile *p,
                                      struct serac_error *error)
{
    static const char *const usual[] = {"serial", "weight-serial", "parallel"};
    const struct serac_group *group = serac_config_child(serac_config_root(config), "designs");
    p->num_designs = group ? serac_config_count(group) : 3;
    if (p->num_designs < 1 || p->num_designs > SERAC_PROFILE_DESIGNS)
        return serac_config_fail(config, group, error, "designs: must have 1..%d names", SERAC_PROFILE_DESIGNS);
    for (uint32_t i = 0; i < p->num_designs; i++) {
        const char *name = group ? serac_config_string(serac_config_element(group, i)) : usual[i];
        if (!name || strlen(name) >= sizeof p->designs[i])
            return serac_config_fail(config, group, error, "designs: must be names");
        snprintf(p->designs[i], sizeof p->designs[i], "%s", name);
    }
    return SERAC_OK;
}

enum serac_status serac_profile_load(const char *name, struct serac_profile *profile, struct serac_error *error)
{
    struct text t;
    struct serac_config *config = NULL;
    memset(&t, 0, sizeof t);
    enum serac_status status = serac_config_open_named("profiles", name, &config, error);
    if (status != SERAC_OK)
        return status;
    status = serac_config_read(config, serac_config_root(config), keys, sizeof keys / sizeof *keys, &t, error);
    if (status == SERAC_OK)
        status = read_words(config, &t, error);
    if (status == SERAC_OK)
        status = read_designs(config, &t.p, error);
    serac_config_close(config);
    if (status == SERAC_OK)
        *profile = t.p;
    return status;
}

/* --- the matrix ------------------------------------------------------------------ */

/* 10, 5, 0 at three anchors, linear in between, flat beyond; they may fall or rise. */
static double between(double x, double ten, double five, double zero)
{
    double upper = (x - five) / (ten - five), lower = (x - zero) / (five - zero);
    double score = upper > 0 ? 5 + 5 * upper : 5 * lower;
    return fmin(fmax(score, 0), 10);
}

void serac_matrix_score(const struct serac_profile *p, uint64_t parameters, struct serac_matrix *m)
{
    static const double hardware[] = {10, 10, 5, 0, 0};
    m->resources = p->memory_bytes ? between(log((double)p->memory_bytes), log(50e6), log(1e9), log(16e9)) : 0;
    m->loss = p->harm ? 0 : between(p->loss, 5, 3, 0);
    m->parameters = between(log10((double)parameters), 9, 8.5, 8);
    m->hardware = hardware[p->hardware];
    m->sum = m->resources + m->loss + m->parameters + m->hardware;
    m->narrow = m->sum >= 35 ? 1 : m->sum >= 25 ? 2 : m->sum >= 15 ? 4 : 8;
    m->wide = m->sum >= 35 ? 2 : m->sum >= 25 ? 4 : 8;
    m->band = m->sum >= 35   ? "strongly 2 bits"
              : m->sum >= 25 ? "try 2 or 4 bits"
              : m->sum >= 15 ? "4 or 8 bits"
                             : "no extreme quantisation";
}
