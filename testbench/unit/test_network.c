/* test_network.c - network files: what arrives, and what damage is seen. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "serac_network.h"

#define OPERATIONS SERAC_ROOT "/testbench/data/operations.cfg"

static char folder[] = "/tmp/serac_test_network_XXXXXX";
static char config_path[128], blob_path[128];
static struct serac_error error;
static struct serac_network *network;

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(config_path, sizeof config_path, "%s/net.cfg", folder);
    snprintf(blob_path, sizeof blob_path, "%s/net.bin", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(config_path);
    unlink(blob_path);
    return rmdir(folder);
}

static int drop_network(void **state)
{
    (void)state;
    serac_network_destroy(network);
    network = NULL;
    return 0;
}

static enum serac_status load(const char *name)
{
    memset(&error, 0, sizeof error);
    return serac_network_load(name, &network, &error);
}

/* --- one layer of any numbers -------------------------------------------- */

/* A 1x1 GEMM of `k` inputs to one output: the blob is weights, padding to 4
 * bytes and one record. */
struct file {
    uint32_t k, bits;
    const char *kind;           /* of the weights */
    const char *mode;
    const char *extra;          /* more keys of the layer */
    const char *input;          /* format of the input */
    int8_t weights[64];
    int32_t record[16];
    long blob_bytes;            /* 0: the true ones; else what the file has */
    uint32_t crc_flip;
};

static struct file good(void)
{
    struct file f = {.k = 8, .bits = 8, .kind = "signed", .mode = "floor",
                     .extra = "", .input = "bits = 8; signed = false;",
                     .record = {5, 1, 0, 0}};
    return f;
}

static enum serac_status load_file(const struct file *f)
{
    uint8_t blob[160] = {0};
    size_t params = (f->k + 3) / 4 * 4;
    bool threshold = !strcmp(f->mode, "threshold");
    size_t bytes = params + (threshold ? 64 : 16);
    memcpy(blob, f->weights, f->k);
    for (size_t i = 0; i < (threshold ? 64u : 16u); i++)
        blob[params + i] = (uint8_t)((uint32_t)f->record[i / 4] >> i % 4 * 8);
    FILE *file = fopen(blob_path, "wb");
    assert_non_null(file);
    fwrite(blob, 1, f->blob_bytes ? (size_t)f->blob_bytes : bytes, file);
    fclose(file);
    file = fopen(config_path, "w");
    assert_non_null(file);
    fprintf(file,
            "name = \"n\"; source = \"s\"; blob = \"net.bin\"; blob_bytes = "
            "%zu; blob_crc32 = \"0x%08lx\";\ninput = { height = 1; width = 1; "
            "channels = %u; %s };\nlayers = ({ name = \"l\"; op = \"gemm\"; "
            "inputs = [\"input\"]; out_channels = 1; weight_bits = %u; "
            "weight_kind = \"%s\"; requant = \"%s\"; output = { bits = %s; "
            "signed = true; }; weights = 0; params = %zu; %s });\n",
            bytes, crc32(0, blob, (uInt)bytes) ^ f->crc_flip, f->k, f->input,
            f->bits, f->kind, f->mode, !strcmp(f->mode, "raw") ? "32" : "8",
            params, f->extra);
    fclose(file);
    drop_network(NULL);
    return load(config_path);
}

static void assert_good(const struct file *f)
{
    enum serac_status status = load_file(f);
    assert_string_equal(error.text, "");
    assert_int_equal(status, SERAC_OK);
    assert_non_null(network);
}

static void assert_bad(const struct file *f, enum serac_status expected,
                       const char *part)
{
    enum serac_status status = load_file(f);
    if (!strstr(error.text, part))
        print_error("message: %s\nexpected part: %s\n", error.text, part);
    assert_non_null(strstr(error.text, part));
    assert_int_equal(status, expected);
    assert_null(network);
}

/* --- the blob ------------------------------------------------------------ */

static void test_a_blob_one_byte_short_is_refused(void **state)
{
    (void)state;
    struct file f = good();
    assert_good(&f);
    f.blob_bytes = 23;
    assert_bad(&f, SERAC_E_INPUT, "net.bin: truncated: 23 bytes, "
                                  "blob_bytes says 24");
}

static void test_a_blob_one_byte_long_is_refused(void **state)
{
    (void)state;
    struct file f = good();
    f.blob_bytes = 25;
    assert_bad(&f, SERAC_E_INPUT, "net.bin: longer than blob_bytes: 25 or "
                                  "more bytes, expected 24");
}

static void test_a_blob_with_another_crc_is_refused(void **state)
{
    (void)state;
    struct file f = good();
    f.crc_flip = 0x80000000;
    assert_bad(&f, SERAC_E_INPUT, "net.bin: damaged: CRC is 0x");
    f.crc_flip = 1;
    assert_bad(&f, SERAC_E_INPUT, "net.bin: damaged: CRC is 0x");
}

static void test_a_missing_blob_is_named(void **state)
{
    (void)state;
    struct file f = good();
    assert_good(&f);
    drop_network(NULL);
    unlink(blob_path);
    assert_int_equal(load(config_path), SERAC_E_INPUT);
    assert_non_null(strstr(error.text, "net.bin: cannot be read"));
}

/* --- weights ------------------------------------------------------------- */

/* All values of a byte at all widths and kinds. */
static void test_weights_are_those_of_their_kind_and_width(void **state)
{
    (void)state;
    static const char *const kinds[] = {"signed", "unsigned", "bipolar"};
    for (int kind = 0; kind < 3; kind++)
        for (uint32_t bits = 1; bits <= 8; bits++)
            for (int byte = -128; byte < 128; byte++) {
                struct file f = good();
                int v = kind == 1 ? byte & 255 : byte;
                int codes = 1 << bits;
                bool ok = kind == 0   ? v >= -codes / 2 && v < codes / 2
                          : kind == 1 ? v < codes
                                      : v % 2 && v > -codes && v < codes;
                f.k = 1;
                f.bits = bits;
                f.kind = kinds[kind];
                f.weights[0] = (int8_t)byte;
                enum serac_status status = load_file(&f);
                if ((status == SERAC_OK) != ok)
                    fail_msg("%s, %u bits, %d: status %d: %s", f.kind, bits, v,
                             (int)status, error.text);
            }
}

static void test_weights_are_checked_to_the_last_one(void **state)
{
    (void)state;
    struct file f = good();
    f.bits = 2;
    f.weights[7] = 1;
    assert_good(&f);
    f.weights[7] = 2;
    assert_bad(&f, SERAC_E_INPUT,
               "weights: value 2 at 7: not a 2-bit weight of this kind");
}

static void test_weights_are_checked_against_their_stored_width(void **state)
{
    (void)state;
    struct file f = good();
    f.weights[0] = -8;
    f.extra = "weight_store_bits = 4;";
    assert_good(&f);
    assert_int_equal(network->layers[0].weight_bits, 8);
    assert_int_equal(network->layers[0].weight_store_bits, 4);
    f.weights[0] = -9;
    assert_bad(&f, SERAC_E_INPUT, "weights: value -9 at 0: not a 4-bit");
}

static void test_zero_points_of_unsigned_weights_arrive(void **state)
{
    (void)state;
    struct file f = good();
    f.kind = "unsigned";
    f.bits = 2;
    f.weights[2] = 3;
    assert_good(&f);
    assert_int_equal(network->layers[0].params[0].zero, 0);
    f.extra = "weight_zero_points = 2;";
    assert_good(&f);
    assert_int_equal(network->layers[0].params[0].zero, 3);
    f.extra = "weight_zero_points = 23;";
    assert_good(&f);
    f.extra = "weight_zero_points = 24;";
    assert_bad(&f, SERAC_E_INPUT,
               "weight_zero_points: 1 bytes at 24 are beyond the blob's 24");
}

/* --- parameters ---------------------------------------------------------- */

static void test_shifts_are_those_of_their_mode(void **state)
{
    (void)state;
    static const struct {
        const char *mode;
        int low, high;
    } modes[] = {{"double", -31, 30}, {"single", -31, 30}, {"floor", 0, 31}};
    for (int i = 0; i < 3; i++)
        for (int shift = -40; shift <= 40; shift++) {
            struct file f = good();
            f.mode = modes[i].mode;
            f.record[2] = shift;
            enum serac_status status = load_file(&f);
            bool ok = shift >= modes[i].low && shift <= modes[i].high;
            assert_int_equal(status, ok ? SERAC_OK : SERAC_E_INPUT);
        }
}

static void test_thresholds_ascend_or_are_equal(void **state)
{
    (void)state;
    struct file f = good();
    f.mode = "threshold";
    for (int t = 1; t < 16; t++)
        f.record[t] = t < 4 ? -3 : INT32_MAX;
    assert_good(&f);
    assert_int_equal(network->layers[0].params[0].bias, 5);
    assert_int_equal(network->layers[0].params[0].thresholds[2], -3);
    f.record[15] = INT32_MAX - 1;
    assert_bad(&f, SERAC_E_INPUT,
               "params: threshold 14 of record 0: less than the one before");
}

static void test_an_accumulator_may_reach_but_not_pass_32_bits(void **state)
{
    (void)state;
    struct file f = good();
    f.weights[0] = 127;             /* 127 * 255 at most */
    f.record[0] = INT32_MAX - 127 * 255;
    assert_good(&f);
    f.record[0]++;
    assert_bad(&f, SERAC_E_OVERFLOW,
               "net.cfg:3: layer l: channel 0: accumulator could reach 127 * "
               "255 + 2147451263: beyond 32 bits");
}

/* --- tensors ------------------------------------------------------------- */

static void test_a_zero_point_is_a_code_of_its_tensor(void **state)
{
    (void)state;
    struct file f = good();
    f.input = "bits = 4; signed = true; zero_point = -8;";
    assert_good(&f);
    assert_int_equal(network->input.zero_point, -8);
    f.input = "bits = 4; signed = true; zero_point = -9;";
    assert_bad(&f, SERAC_E_INPUT, "zero_point = -9: outside -8..7");
    f.input = "bits = 4; signed = false; zero_point = 15;";
    assert_good(&f);
    f.input = "bits = 4; signed = false; zero_point = 16;";
    assert_bad(&f, SERAC_E_INPUT, "zero_point = 16: outside 0..15");
    f.input = "bits = 4; signed = false; bipolar = true; zero_point = 1;";
    assert_bad(&f, SERAC_E_INPUT, "zero_point = 1: outside 0..0");
}

static void test_bipolar_and_signed_exclude_each_other(void **state)
{
    (void)state;
    struct file f = good();
    f.input = "bits = 2; signed = false; bipolar = true;";
    assert_good(&f);
    f.input = "bits = 2; signed = true; bipolar = true;";
    assert_bad(&f, SERAC_E_INPUT, "bipolar and signed exclude each other");
}

static void test_computed_activation_bits_are_at_least_the_stored(void **state)
{
    (void)state;
    struct file f = good();
    f.input = "bits = 4; signed = false;";
    assert_good(&f);
    assert_int_equal(network->layers[0].act_bits, 4);
    f.extra = "act_bits = 8;";
    assert_good(&f);
    assert_int_equal(network->layers[0].act_bits, 8);
    f.extra = "act_bits = 3;";
    assert_bad(&f, SERAC_E_INPUT, "act_bits = 3: outside 4..8");
}

/* --- data/operations.cfg, configs/networks ------------------------------- */

static void assert_weights(uint32_t layer, uint32_t count,
                           int (*value)(uint32_t))
{
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(network->layers[layer].weights[i], value(i));
}

static int conv1_weight(uint32_t i) { return (int)(5 * i % 16) - 8; }
static int conv2_weight(uint32_t i) { return (int)(i % 4); }
static int dw_weight(uint32_t i) { return i % 3 ? -1 : 1; }
static int fc_weight(uint32_t i) { return (int)(i % 4) - 2; }

static void test_operations_hold_what_the_file_says(void **state)
{
    (void)state;
    assert_int_equal(load(OPERATIONS), SERAC_OK);
    assert_int_equal(network->num_layers, 5);
    assert_true(network->float_accuracy < 0);
    assert_weights(0, 108, conv1_weight);
    assert_weights(1, 16, conv2_weight);
    assert_weights(3, 36, dw_weight);
    assert_weights(4, 48, fc_weight);
    for (uint32_t m = 0; m < 4; m++) {
        const struct serac_param *p = &network->layers[0].params[m];
        assert_true(p->bias == 16 * (int32_t)m && p->mult == 3 &&
                    p->shift == 12 && p->add == 2048);
        assert_int_equal(network->layers[1].params[m].zero, m % 2 ? 2 : 1);
    }
    assert_int_equal(network->layers[3].params[3].thresholds[2], 12);
    assert_true(network->layers[3].params[3].thresholds[3] == INT32_MAX);
}

static void test_operations_have_the_shapes_that_follow(void **state)
{
    (void)state;
    assert_int_equal(load(OPERATIONS), SERAC_OK);
    const struct serac_layer *l = network->layers;
    assert_true(l[0].op == SERAC_OP_CONV && l[2].op == SERAC_OP_ADD &&
                l[3].op == SERAC_OP_DEPTHWISE && l[4].op == SERAC_OP_CONV);
    assert_true(network->inputs[0][0] == -1 && network->inputs[0][1] == -2);
    assert_true(network->inputs[2][0] == 0 && network->inputs[2][1] == 1);
    assert_true(l[0].output.height == 4 && l[0].output.channels == 4);
    assert_true(l[3].output.height == 2 && l[3].output.width == 2);
    /* A GEMM is a convolution by a kernel as large as its input. */
    assert_true(l[4].kernel_h == 2 && l[4].kernel_w == 2);
    assert_true(l[4].output.height == 1 && l[4].output.channels == 3);
    assert_true(l[0].clamp_min == 0 && l[0].clamp_max == 15);
    /* (108 * 4 + 16 * 2 + 36 * 2 + 48 * 2) / 8 */
    assert_int_equal(serac_network_weight_bytes(network), 79);
}

static void test_networks_that_come_with_serac_load(void **state)
{
    (void)state;
    static const char *const names[] = {"fashion-w1", "fashion-w2",
                                        "fashion-w4", "fashion-w8",
                                        "fashion-mixed", "example"};
    for (int i = 0; i < 6; i++) {
        drop_network(NULL);
        enum serac_status status = load(names[i]);
        assert_string_equal(error.text, "");
        assert_int_equal(status, SERAC_OK);
        assert_string_equal(network->name, names[i]);
    }
}

int main(void)
{
#define TEST(test) cmocka_unit_test_teardown(test, drop_network)
    const struct CMUnitTest tests[] = {
        TEST(test_a_blob_one_byte_short_is_refused),
        TEST(test_a_blob_one_byte_long_is_refused),
        TEST(test_a_blob_with_another_crc_is_refused),
        TEST(test_a_missing_blob_is_named),
        TEST(test_weights_are_those_of_their_kind_and_width),
        TEST(test_weights_are_checked_to_the_last_one),
        TEST(test_weights_are_checked_against_their_stored_width),
        TEST(test_zero_points_of_unsigned_weights_arrive),
        TEST(test_shifts_are_those_of_their_mode),
        TEST(test_thresholds_ascend_or_are_equal),
        TEST(test_an_accumulator_may_reach_but_not_pass_32_bits),
        TEST(test_a_zero_point_is_a_code_of_its_tensor),
        TEST(test_bipolar_and_signed_exclude_each_other),
        TEST(test_computed_activation_bits_are_at_least_the_stored),
        TEST(test_operations_hold_what_the_file_says),
        TEST(test_operations_have_the_shapes_that_follow),
        TEST(test_networks_that_come_with_serac_load),
    };
    return cmocka_run_group_tests_name("network", tests, make_folder,
                                       remove_folder);
}
