/* test_import.c - layer tables of other tools become workloads; damaged ones are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "serac_import.h"

static struct serac_error error;
static struct serac_import import;

static enum serac_status csv(const char *text)
{
    memset(&error, 0, sizeof error);
    import = (struct serac_import){.path = "dir/t.csv", .error = &error};
    return serac_import_csv(&import, text);
}

static enum serac_status yaml(const char *text)
{
    char *copy = strdup(text);
    memset(&error, 0, sizeof error);
    import = (struct serac_import){.path = "dir/t.yaml", .error = &error};
    enum serac_status status = serac_import_yaml(&import, copy);
    free(copy);
    return status;
}

static void good(enum serac_status status, uint32_t layers)
{
    if (status != SERAC_OK)
        fail_msg("%s", error.text);
    assert_int_equal(import.num_layers, layers);
}

static void bad(enum serac_status status, const char *text)
{
    assert_int_equal(status, SERAC_E_INPUT);
    if (!strstr(error.text, text))
        fail_msg("'%s' is not in '%s'", text, error.text);
    serac_import_free(&import);
}

/* "op h w c f, kernel stride dilation pad, m n k, count" of a layer. */
static void is(uint32_t i, const char *name, const char *expected)
{
    const struct serac_import_layer *l = import.layers + i;
    char text[256];
    snprintf(text, sizeof text, "%u %ux%ux%u %u, %ux%u %ux%u %ux%u %u.%u.%u.%u, %ux%ux%u%s, %u", l->op,
             l->height, l->width, l->channels, l->filters, l->kernel[0], l->kernel[1], l->stride[0],
             l->stride[1], l->dilation[0], l->dilation[1], l->pad[0], l->pad[1], l->pad[2], l->pad[3], l->m,
             l->n, l->k, l->run_time ? "r" : "", l->count);
    assert_string_equal(l->name, name);
    assert_string_equal(text, expected);
}

#define HEAD "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,"

static const char convolutions[] = HEAD ",,Eh,\r\n,,,,,,,,,\r\n"
    "Conv1 ,224 , 224,7,7,3,64,2,,,110,\r\n\r\n"
    "Conv1,56,56,3,3,64,1,1,\n"
    "one,56,28,1,1,64,128,2\n"
    "DP9,14,14,3,3,32,1,2,";

static void test_convolutions_of_scale_sim(void **state)
{
    (void)state;
    good(csv(convolutions), 4);
    /* 224 - 7 is odd: the last window stands over the edge by one. */
    is(0, "Conv1", "0 224x224x3 64, 7x7 2x2 1x1 0.0.1.1, 1x1x1, 1");
    is(1, "Conv1.2", "1 56x56x64 1, 3x3 1x1 1x1 0.0.0.0, 1x1x1, 1");
    is(2, "one", "0 56x28x64 128, 1x1 2x2 1x1 0.0.0.0, 1x1x1, 1");
    is(3, "DP9", "1 14x14x32 1, 3x3 2x2 1x1 0.0.1.1, 1x1x1, 1");
    assert_string_equal(import.notes, "one: SCALE-Sim's last windows begin outside the input; left out.\n"
                                      "DP9: one filter, and its name: depthwise.\n"
                                      "Conv1.2: one filter, and the next layer takes 64 channels: depthwise.\n");
    serac_import_free(&import);
}

static void test_products_of_scale_sim(void **state)
{
    (void)state;
    good(csv("\xef\xbb\xbfLayer,M,N,K,\r\nQKT,1024,512,64,\r\n\r\n\"total\\, a\",\"1\",2,3\rencoder,,,,\n"
             "heads,128,128,64,12,\rsparse,1,2,3,2:4\nQKT,5,6,7"), 5);
    is(0, "QKT", "2 1x1x1 1, 1x1 1x1 1x1 0.0.0.0, 512x1024x64, 1");
    is(1, "total_,_a", "2 1x1x1 1, 1x1 1x1 1x1 0.0.0.0, 2x1x3, 1");
    is(2, "heads", "2 1x1x1 1, 1x1 1x1 1x1 0.0.0.0, 128x128x64, 12");
    is(4, "QKT.5", "2 1x1x1 1, 1x1 1x1 1x1 0.0.0.0, 6x5x7, 1");
    assert_non_null(strstr(import.notes, "only 'encoder': left out.\nheads: a batch of 12"));
    assert_non_null(strstr(import.notes, "sparse: sparsity 2:4 is left out, dense.\n"));
    serac_import_free(&import);
    /* Rows of a matrix, as a filter that spans them; a 1 x 1 filter is not depthwise. */
    good(csv(HEAD "\nRNN,672,2560,1,2560,1,4,1\nFC,1,1,1,1,64,1,1\nB,1,1,1,1,64,32,1\nlast_dw,9,9,3,3,8,1,1"), 4);
    is(0, "RNN", "2 1x1x1 1, 1x1 1x1 1x1 0.0.0.0, 4x672x2560, 1");
    is(1, "FC", "0 1x1x64 1, 1x1 1x1 1x1 0.0.0.0, 1x1x1, 1");
    is(3, "last_dw", "1 9x9x8 1, 3x3 1x1 1x1 0.0.0.0, 1x1x1, 1");
    serac_import_free(&import);
}

static void test_bad_tables_name_the_line(void **state)
{
    (void)state;
    bad(csv(""), "dir/t.csv: no header line");
    bad(csv(",,\n\n"), "dir/t.csv: no header line");
    bad(csv("a,b\n"), "dir/t.csv:1: the header has no column 'Layer name' or 'Layer'");
    bad(csv("Layer,M,N\n"), "dir/t.csv:1: the header has neither M, N, K nor 'ifmap height'");
    bad(csv(HEAD), "no layer");
    bad(csv(HEAD "\nA,1,1,1,1,1,1,\n"), "dir/t.csv:2: strides: '' is no number from 1 to 1048576");
    bad(csv(HEAD "\n\nA,1,1,1,1,-1,1,1\n"), "dir/t.csv:3: channels: '-1' is no number");
    bad(csv(HEAD "\nA,1,1,1,1,1x,1,1\n"), "channels: '1x' is no number");
    bad(csv(HEAD "\nA,1,1,1,1,99999999999999999999,1,1\n"), "is no number");
    bad(csv(HEAD "\nA,4,4,5,1,1,1,1\n"), "dir/t.csv:2: A: the filter is larger than the input");
    bad(csv(HEAD "\nA,400,4,300,1,1,1,1\n"), "A: filter height = 300, must be 1..255");
}

static const char zigzag[] =
    "- id: 0\n  name: conv1\n  operator_type: Conv\n"
    "  equation: O[b][g][k][oy][ox]+=W[g][k][c][fy][fx]*I[b][g][c][iy][ix]\n"
    "  dimension_relations: [ix=2*ox+1*fx, iy= 2*oy + fy]\n"
    "  loop_dims: [B,K,G,OX,OY,C,FX,FY]\n  loop_sizes: [1, 64, 1, 112, 112, 3, 7, 7]\n"
    "  operand_source: {I: 0, W: 0}\n  pr_loop_dims: [IX, IY]\n  pr_loop_sizes: [224, 224]\n"
    "  padding: [[3, 2], [3, 2]]\n"
    "- id: 1\n  equation: O[b][g][k][oy][ox]+=W[g][k][c][fy][fx]*I[b][g][c][iy][ix]\n"
    "  dimension_relations: [ix=1*ox+2*fx, iy=1*oy+1*fy]\n"
    "  loop_dims: [B,K,G,OX,OY,C,FX,FY]\n  loop_sizes: [1, 1, 32, 112, 56, 1, 3, 3]\n"
    "- id: 2\n  equation: O[b][g][k][oy][ox]+=W[g][k][c]*I[b][g][c][oy][ox]\n"
    "  loop_dims: [B,K,G,OX,OY,C]\n  loop_sizes: [2, 16, 4, 7, 7, 8]\n"
    "- id: 3\n  name: scores\n  equation: O[b][d][k]+=I[b][d][c]*W[b][c][k]\n"
    "  loop_dims: [B,D,C,K]\n  loop_sizes: [12, 128, 64, 100]\n  operand_source: {I: 2, W: 0}\n"
    "- id: 4\n  name: fc\n  equation: O[d][k] += I[d][c] * W [c][ k ]\n"
    "  loop_dims: [D,C,K,B]\n  loop_sizes: [128, 64, 100, 3]\n"
    "- id: 5\n  operator_type: Add\n  equation: O[b][g][oy][ox]=W[b][g][oy][ox]+I[b][g][oy][ox]\n"
    "  loop_dims: [B, G, OY, OX]\n  loop_sizes: [1, 64, 8, 4]\n"
    "- id: 6\n  operator_type: Pooling\n  equation: O[b][k][oy][ox]+=W[fy][fx]*I[b][k][iy][ix]\n"
    "  dimension_relations: [ix=2*ox+1*fx, iy=2*oy+1*fy]\n"
    "  loop_dims: [B, K, OY, OX, FY, FX]\n  loop_sizes: [1, 16, 4, 4, 3, 2]\n"
    "  pr_loop_dims: null\n  pr_loop_sizes: ~\n";

static void test_zigzag_workload(void **state)
{
    (void)state;
    good(yaml(zigzag), 7);
    is(0, "conv1", "0 224x224x3 64, 7x7 2x2 1x1 3.3.2.2, 1x1x1, 1");
    is(1, "layer_1", "1 58x116x32 1, 3x3 1x1 1x2 0.0.0.0, 1x1x1, 1");
    is(2, "layer_2", "0 7x7x8 16, 1x1 1x1 1x1 0.0.0.0, 1x1x1, 4");
    is(3, "scores", "2 1x1x1 1, 1x1 1x1 1x1 0.0.0.0, 100x128x64r, 12");
    is(4, "fc", "2 1x1x1 1, 1x1 1x1 1x1 0.0.0.0, 100x384x64, 1");
    is(5, "Add_5", "3 8x4x64 1, 1x1 1x1 1x1 0.0.0.0, 1x1x1, 1");
    is(6, "Pooling_6", "4 1x1x1 1, 1x1 1x1 1x1 0.0.0.0, 1x1x1, 1");
    assert_int_equal(import.layers[6].elements, 256);
    assert_int_equal(import.layers[6].operations, 256 * 6);
    assert_non_null(strstr(import.notes, "layer_2: of a batch of 2 one image.\nlayer_2: runs 4 times"));
    serac_import_free(&import);
}

static const char timeloop[] =
    "problem:\n  version: 0.4\n  shape: {name: CNN, dimensions: [C, M, R, S, N, P, Q]}\n"
    "  instance: {C: 3, M: 96, R: 11, S: 5, N: 2, P: 55, Q: 20, Wstride: 4, Hstride: 3,\n"
    "             densities: {Inputs: {distribution: fixed-structured}}}\n";

static void test_timeloop_problems(void **state)
{
    (void)state;
    good(yaml(timeloop), 1);
    is(0, "t", "0 62x227x3 96, 5x11 3x4 1x1 0.0.0.0, 1x1x1, 1");
    serac_import_free(&import);
    /* As newer files have it: another file's shape, other letters, defaults, a batch of points. */
    good(yaml("{{include_text('../base.yaml')}}\nproblem:\n  <<<: *base\n  instance: {C: 8, M: 4, P: 2, R: 3, HStride: 2}\n"), 1);
    is(0, "t", "0 1x4x8 4, 1x3 2x1 1x1 0.0.0.0, 1x1x1, 1");
    serac_import_free(&import);
    good(yaml("problem:\n  shape: {coefficients: [{name: Wstride, default: 4}, {name: Hdilation, default: 2}]}\n"
              "  instance: {C: 8, M: 4, P: 5, R: 3, S: 3, Hdilation: 1}\n"), 1);
    is(0, "t", "0 3x19x8 4, 3x3 1x4 1x1 0.0.0.0, 1x1x1, 1");
    serac_import_free(&import);
    good(yaml("problem: {instance: {C: 8, M: 4, N: 16, P: 2, Q: 3}}"), 1);
    is(0, "t", "2 1x1x1 1, 1x1 1x1 1x1 0.0.0.0, 4x96x8, 1");
    serac_import_free(&import);
    good(yaml("problem:\n  C: 8\n  K: 64\n  P: 4\n  Q: 5\n  R: 3\n  shape: cnn-layer\n"), 1);
    is(0, "t", "0 5x6x8 64, 1x3 1x1 1x1 0.0.0.0, 1x1x1, 1");
    serac_import_free(&import);
    good(yaml("problem: {instance: {C: 8, P: 4, Q: 4, R: 3, S: 3, Wdilation: 2}}"), 1);
    is(0, "t", "1 6x8x8 1, 3x3 1x1 1x2 0.0.0.0, 1x1x1, 1");
    serac_import_free(&import);
    good(yaml("problem: {instance: {M: 8, K: 4, N: 40}}"), 1);
    is(0, "t", "2 1x1x1 1, 1x1 1x1 1x1 0.0.0.0, 40x8x4, 1");
    serac_import_free(&import);
}

#define ZIGZAG(rest) "- id: 7\n  equation: O[b]+=W[g]*I[c]\n" rest

static void test_bad_yaml_names_the_line(void **state)
{
    (void)state;
    bad(yaml(""), "neither a map with problem (Timeloop) nor a list of layers (ZigZag)");
    bad(yaml("a: [1,"), "dir/t.yaml:2: did not find expected node content");
    bad(yaml("x: 1\n"), "neither a map");
    bad(yaml("problem: {C: 2, P: 3}\n---\nproblem: {C: 4, P: 3}\n"), "more than one document");
    bad(yaml("problem:\n  instance: [1]\n"), "dir/t.yaml:2: problem: instance: must be a map");
    bad(yaml("problem:\n  instance:\n    C: 0\n"), "dir/t.yaml:3: C: must be a number from 1 to 1048576");
    bad(yaml("problem:\n  instance:\n    C: 2\n    Z: 3\n"), "dir/t.yaml:4: Z: not a size of Timeloop's");
    bad(yaml("problem: {instance: {C: 1, K: 2, M: 3}}"), "K and M: output channels are given twice");
    bad(yaml("problem: {instance: {N: 4}}"), "neither C, P, Q, R, S nor M, N, K");
    bad(yaml("- 1\n"), "a layer must be a map");
    bad(yaml("- {name: \"a\\nb\"}\n"), "dir/t.yaml:1: a?b: equation: missing");
    bad(yaml("- name: a\n"), "dir/t.yaml:1: a: equation: missing");
    bad(yaml("- name: a\n  operator_type: Mul\n  equation: O[b][k]+=W[b][k][ox]*I[b][k]\n  loop_dims: [B, K]\n"
             "  loop_sizes: [2, 3]\n"), "a: operator Mul, O[b][k]+=W[b][k][ox]*I[b][k]: not supported");
    bad(yaml("- name: a\n  operator_type: Exp\n  equation: O[b]=I[b]\n  loop_dims: [B]\n  loop_sizes: [2]\n"),
        "a: operator Exp, O[b]=I[b]: not supported");
    bad(yaml("problem: {shape: {data_spaces: [{name: Inputs}, {name: Outputs}]}, instance: {C: 2, P: 3}}"),
        "a shape without weights is not supported");
    bad(yaml("- name: a\n  equation: O[k]+=W[k][c]*I[c]\n  loop_dims: [K]\n  loop_sizes: [2]\n"),
        "a: c is in the equation and not in loop_dims");
    bad(yaml("- name: a\n  equation: O[k]+=W[k][c]*I[c]\n  loop_dims: [K, C, K]\n  loop_sizes: [2, 2, 3]\n"),
        "K: given twice");
    bad(yaml("- name: a\n  equation: O[k][ox]+=W[k][fx]*I[ix]\n  loop_dims: [K, OX, FX]\n  loop_sizes: [2, 3, 3]\n"),
        "a: dimension_relations: must be a list such as");
    bad(yaml(ZIGZAG("")), "loop_sizes: must be a list as long as loop_dims");
    bad(yaml(ZIGZAG("  loop_dims: [C, K]\n  loop_sizes: [1]\n")), "must be a list as long as");
    bad(yaml(ZIGZAG("  loop_dims: [C, T]\n  loop_sizes: [1, 5]\n")), "dir/t.yaml:4: T: an unknown loop");
    bad(yaml(ZIGZAG("  loop_dims: [OX]\n  loop_sizes: [5]\n  dimension_relations: [ix=2+ox]\n")),
        "dir/t.yaml:5: dimension_relations: 'ix=2+ox' is not like ix=1*ox+1*fx");
    bad(yaml(ZIGZAG("  loop_dims: [OX]\n  loop_sizes: [5]\n  pr_loop_dims: [IX]\n  pr_loop_sizes: [5]\n"
                    "  padding: [1]\n")), "padding: must be a pair");
    bad(yaml(ZIGZAG("  loop_dims: [OX, FX]\n  loop_sizes: [5, 3]\n  pr_loop_dims: [IX]\n  dimension_relations: [ix=1*ox+1*fx]\n"
                    "  pr_loop_sizes: [20]\n")), "layer_7: 5 outputs of an input of 20 do not fit");
    bad(yaml(ZIGZAG("  loop_dims: [OX, FX]\n  loop_sizes: [5, 3]\n  pr_loop_dims: [IX]\n  dimension_relations: [ix=1*ox+1*fx]\n"
                    "  pr_loop_sizes: [3]\n")), "layer_7: the outputs reach behind the padded input");
}

/* What is written reads back as the same layers. */
static void test_the_written_workload_reads_back(void **state)
{
    char path[] = "/tmp/serac-import-XXXXXX";
    struct serac_workload *w = NULL;
    (void)state;
    good(yaml(zigzag), 7);
    int fd = mkstemp(path);
    FILE *to = fdopen(fd, "w");
    assert_non_null(to);
    serac_import_write(&import, "name", to);
    assert_int_equal(fclose(to), 0);
    if (serac_workload_load(path, &w, &error) != SERAC_OK)
        fail_msg("%s", error.text);
    unlink(path);
    assert_int_equal(w->num_layers, 7);
    /* 112 * 112 * 64 * 147, 56 * 112 * 32 * 9, 4 times 49 * 16 * 8, 12 times 100 * 128 * 64, 3 times. */
    assert_int_equal(serac_workload_macs(w), 118013952 + 1806336 + 25088 + 9830400 + 3 * 819200);
    assert_int_equal(serac_workload_host_operations(w), 256 * 6);
    assert_int_equal(w->layers[0].shape.output.height, 112);
    assert_int_equal(w->layers[2].count, 4);
    assert_true(w->layers[3].run_time);
    serac_workload_destroy(w);
    serac_import_free(&import);
}

static uint32_t next(uint32_t *x)
{
    *x = *x * 1664525u + 1013904223u;
    return *x >> 8;
}

/* Cut at every byte, then with bytes exchanged: an answer, and one line if it is no. */
static void damage(const char *text, enum serac_status (*read)(const char *))
{
    size_t length = strlen(text);
    uint32_t x = 1, refused = 0;
    char *copy = malloc(length + 1);
    for (size_t turn = 0; turn < length + 4000; turn++) {
        memcpy(copy, text, length + 1);
        if (turn < length)
            copy[turn] = '\0';
        for (uint32_t n = turn < length ? 0 : 1 + next(&x) % 4; n--;)
            copy[next(&x) % length] = (char)(1 + next(&x) % 255);
        enum serac_status status = read(copy);
        assert_true(status == SERAC_OK || status == SERAC_E_INPUT);
        if (status != SERAC_OK) {
            refused++;
            assert_non_null(strstr(error.text, "dir/t."));
            assert_null(strchr(error.text, '\n'));
        }
        serac_import_free(&import);
    }
    free(copy);
    assert_true(refused > length / 4);
}

static void test_damaged_files_are_refused_or_read(void **state)
{
    (void)state;
    damage(convolutions, csv);
    damage(zigzag, yaml);
    damage(timeloop, yaml);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_convolutions_of_scale_sim),
        cmocka_unit_test(test_products_of_scale_sim),
        cmocka_unit_test(test_bad_tables_name_the_line),
        cmocka_unit_test(test_zigzag_workload),
        cmocka_unit_test(test_timeloop_problems),
        cmocka_unit_test(test_bad_yaml_names_the_line),
        cmocka_unit_test(test_the_written_workload_reads_back),
        cmocka_unit_test(test_damaged_files_are_refused_or_read)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
