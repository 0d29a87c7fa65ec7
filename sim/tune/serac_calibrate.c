/* serac_calibrate.c - which codes a network's activations take on a set of images. */
#include "serac_calibrate.h"

#include <string.h>

struct counting {
    uint64_t *histogram;
    int32_t lowest;
};

static void count(void *ctx, const int32_t *outputs, uint32_t outputs_count)
{
    const struct counting *c = ctx;
    for (uint32_t i = 0; i < outputs_count; i++)
        c->histogram[outputs[i] - c->lowest]++;
}

enum serac_status serac_calibrate(const struct serac_setting *setting, const struct serac_network *network,
                                  const char *dataset, uint64_t images, uint32_t index,
                                  uint64_t histogram[SERAC_CALIBRATE_CODES], struct serac_error *error)
{
    const struct serac_tensor *t = &network->layers[index].output;
    struct serac_network part = *network;            /* borrows everything */
    struct counting counting = {histogram, t->is_signed ? -(1 << (t->bits - 1)) : 0};
    struct serac_infer_job job = {.setting = setting, .network = network->name, .built = &part, .backend = "model",
                                  .dataset = dataset, .limit = images, .take = count, .ctx = &counting};
    struct serac_infer_result result;
    part.num_layers = index + 1;
    memset(histogram, 0, SERAC_CALIBRATE_CODES * sizeof *histogram);
    enum serac_status status = serac_infer_run(&job, &result, error);
    if (status == SERAC_OK)
        serac_infer_free(&result);
    return status;
}
