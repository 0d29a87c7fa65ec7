/* gemmlowp.c - the real matrix product of google/gemmlowp's test_data.cc: uint8 with zero points,
 * requantised by integers.
 *
 * Usage: gemmlowp [--design D] [--backend B] */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "conformance.h"

static int32_t scalar(const cJSON *root, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(root, "scalars"),
                                                         key);
    return item ? (int32_t)item->valuedouble : 0;
}

/* The list's `count` values, the caller's; NULL if it has another number. */
static int32_t *list(const cJSON *root, const char *key, size_t count)
{
    const cJSON *array = cJSON_GetObjectItemCaseSensitive(root, key), *item;
    int32_t *values = (size_t)cJSON_GetArraySize(array) == count ? calloc(count, sizeof *values) : NULL;
    size_t i = 0;
    cJSON_ArrayForEach(item, array) if (values) values[i++] = (int32_t)item->valuedouble;
    return values;
}

/* The left matrix lies row by row and becomes weights; the right one column by column, each a pixel. */
static bool build(struct serac_build *b, const cJSON *root, const int32_t *weights)
{
    uint32_t m = (uint32_t)scalar(root, "m"), n = (uint32_t)scalar(root, "n"), k = (uint32_t)scalar(root, "k");
    if (!serac_build_init(b, "gemmlowp", "gemmlowp"))
        return false;
    b->network->input = (struct serac_tensor){.height = 1, .width = n, .channels = k, .bits = 8,
                                              .zero_point = -scalar(root, "b_offset")};
    struct serac_layer *l = serac_build_layer(b, "product", -1, -2);
    int8_t *to = serac_build_weights(b, (uint64_t)m * k);
    struct serac_param *p = serac_build_params(b, m);
    l->weight_kind = SERAC_WEIGHT_UNSIGNED;
    l->mode = SERAC_MODE_FLOOR;
    l->output = (struct serac_tensor){.height = 1, .width = n, .channels = m, .bits = 8};
    serac_build_clamp(l);
    for (size_t i = 0; i < (size_t)m * k; i++)
        to[i] = (int8_t)(uint8_t)weights[i];
    for (uint32_t i = 0; i < m; i++)
        p[i] = (struct serac_param){.bias = scalar(root, "c_offset"), .mult = scalar(root, "c_mult_int"),
                                    .shift = scalar(root, "c_shift"), .add = 1 << (scalar(root, "c_shift") - 1),
                                    .zero = -scalar(root, "a_offset")};
    return true;
}

int main(int argc, char **argv)
{
    struct conformance c;
    struct serac_build b;
    char path[512];
    const char *name = "gemm_192x1152x256";
    size_t size, got_count;
    struct serac_error error = {""};
    conformance_open(&c, "gemmlowp", argc, argv);
    char *text = (char *)conformance_read(conformance_path("gemmlowp/gemm_192x1152x256.json", path), &size);
    cJSON *root = text ? cJSON_Parse(text) : NULL;
    size_t m = (size_t)scalar(root, "m"), n = (size_t)scalar(root, "n"), k = (size_t)scalar(root, "k");
    int32_t *weights = list(root, "a_data", m * k), *input = list(root, "b_data", k * n), *got;
    int32_t *expected = list(root, "expected_c_data", m * n);
    if (!weights || !input || !expected) {
        conformance_fail(&c, name, "cannot be read");
    } else if (!build(&b, root, weights) || serac_build_finish(&b, &error) != SERAC_OK) {
        conformance_fail(&c, name, error.text);
    } else {
        if (conformance_run(&c, name, &b, input, k * n, &got, &got_count)) {
            conformance_compare(&c, name, got, got_count, expected, m * n);
            free(got);
        }
        serac_build_free(&b);
    }
    free(weights);
    free(input);
    free(expected);
    cJSON_Delete(root);
    free(text);
    return conformance_close(&c);
}
