/* test_dataset.c - idx files: read, found by prefix, refused when damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "serac_dataset.h"

#ifndef SERAC_ROOT
#define SERAC_ROOT "."
#endif

static char folder[] = SERAC_ROOT "/build/test-dataset-XXXXXX";
static char prefix[sizeof folder + 16];

static const uint8_t images[16 + 12] = {
    0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 2,
    1, 2, 3, 4, 5, 6, 250, 251, 252, 253, 254, 255};
static const uint8_t labels[8 + 2] = {0, 0, 8, 1, 0, 0, 0, 2, 7, 9};

static void write_bytes(const char *suffix, const uint8_t *bytes, size_t count)
{
    char path[1024];
    snprintf(path, sizeof path, "%s%s", prefix, suffix);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
}

static void write_gzip(const char *suffix, const uint8_t *bytes, size_t count)
{
    char path[1024];
    snprintf(path, sizeof path, "%s%s", prefix, suffix);
    gzFile file = gzopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, bytes, (unsigned)count), (int)count);
    assert_int_equal(gzclose(file), Z_OK);
}

static void delete(const char *suffix)
{
    char path[1024];
    snprintf(path, sizeof path, "%s%s", prefix, suffix);
    unlink(path);
}

static int clean(void **state)
{
    static const char *const suffixes[] = {
        "-images-idx3-ubyte", "-images-idx3-ubyte.gz", "-images.idx3-ubyte",
        "-labels-idx1-ubyte", "-labels-idx1-ubyte.gz", "-labels.idx1-ubyte", "-images-idx4-ubyte"};
    (void)state;
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        delete(suffixes[i]);
    return 0;
}

static void assert_sample(void)
{
    struct serac_dataset d;
    struct serac_error error = {""};
    if (serac_dataset_load(prefix, &d, &error) != SERAC_OK)
        fail_msg("%s", error.text);
    assert_int_equal(d.count, 2);
    assert_int_equal(d.height, 3);
    assert_int_equal(d.width, 2);
    assert_memory_equal(d.images, images + 16, 12);
    assert_memory_equal(d.labels, labels + 8, 2);
    serac_dataset_free(&d);
    assert_null(d.images);
    assert_null(d.labels);
}

/* Refused; the struct is as it was and the message has both words. */
static void assert_refused(const char *name, const char *which,
                           const char *word)
{
    struct serac_dataset d, before;
    struct serac_error error = {""};
    memset(&d, 0x5a, sizeof d);
    before = d;
    assert_int_equal(serac_dataset_load(name, &d, &error), SERAC_E_INPUT);
    assert_int_equal(serac_dataset_load(name, &d, NULL), SERAC_E_INPUT);
    assert_memory_equal(&d, &before, sizeof d);
    if (!strstr(error.text, which) || !strstr(error.text, word))
        fail_msg("'%s' has no '%s' or '%s'", error.text, which, word);
}

static void write_sample(void)
{
    write_bytes("-images-idx3-ubyte", images, sizeof images);
    write_bytes("-labels-idx1-ubyte", labels, sizeof labels);
}

/* --- what is found -------------------------------------------------------- */

static void test_shipped_set_has_500_labelled_images(void **state)
{
    struct serac_dataset d;
    unsigned seen = 0;
    (void)state;
    assert_int_equal(serac_dataset_load("fashion-mnist-500", &d, NULL),
                     SERAC_OK);
    assert_string_equal(d.name, "fashion-mnist-500");
    assert_int_equal(d.count, 500);
    assert_int_equal(d.height, 28);
    assert_int_equal(d.width, 28);
    for (int i = 0; i < 500; i++) {
        assert_true(d.labels[i] < 10);
        seen |= 1u << d.labels[i];
    }
    assert_int_equal(seen, 0x3ff);
    serac_dataset_free(&d);
}

/* The same bytes as two images of 1 x 3 with 2 channels, and what takes them. */
static void test_four_dimensions_have_channels(void **state)
{
    static const uint8_t head[20] = {0, 0, 8, 4, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 2};
    struct serac_tensor takes = {.height = 1, .width = 3, .channels = 2, .bits = 8};
    struct serac_dataset d;
    struct serac_error error = {""};
    uint8_t bytes[sizeof head + 12];
    int32_t codes[6];
    (void)state;
    memcpy(bytes, head, sizeof head);
    memcpy(bytes + sizeof head, images + 16, 12);
    write_bytes("-images-idx4-ubyte", bytes, sizeof bytes);
    write_bytes("-labels-idx1-ubyte", labels, sizeof labels);
    assert_int_equal(serac_dataset_load(prefix, &d, &error), SERAC_OK);
    assert_true(d.count == 2 && d.height == 1 && d.width == 3 && d.channels == 2);
    assert_int_equal(serac_dataset_fits(&d, &takes, &error), SERAC_OK);
    serac_dataset_codes(&d, &takes, 1, codes);
    for (int i = 0; i < 6; i++)
        assert_int_equal(codes[i], 250 + i);
    takes.bits = 4;
    assert_int_equal(serac_dataset_fits(&d, &takes, &error), SERAC_E_INPUT);
    assert_non_null(strstr(error.text, "byte 6 is 250: outside 0..15"));
    takes = (struct serac_tensor){.height = 1, .width = 2, .channels = 3, .bits = 8};
    assert_int_equal(serac_dataset_fits(&d, &takes, &error), SERAC_E_INPUT);
    assert_non_null(strstr(error.text, "images are 1x3x2, unsigned, the network takes 1x2x3, unsigned"));
    serac_dataset_free(&d);
}

static void test_plain_files_are_found_under_both_names(void **state)
{
    (void)state;
    write_sample();
    assert_sample();
    clean(NULL);
    write_bytes("-images.idx3-ubyte", images, sizeof images);
    write_bytes("-labels.idx1-ubyte", labels, sizeof labels);
    assert_sample();
}

static void test_gzip_files_are_read_and_come_first(void **state)
{
    (void)state;
    write_sample();
    write_bytes("-images-idx3-ubyte", (const uint8_t *)"no", 2);
    write_gzip("-images-idx3-ubyte.gz", images, sizeof images);
    assert_sample();
    delete("-labels-idx1-ubyte");
    write_gzip("-labels-idx1-ubyte.gz", labels, sizeof labels);
    assert_sample();
}

static void test_unknown_name_is_refused_with_those_there_are(void **state)
{
    (void)state;
    assert_refused("mnist", "mnist: no such", "fashion-mnist-500");
    assert_refused("", "no such", "fashion-mnist-500");
}

static void test_missing_file_is_refused(void **state)
{
    (void)state;
    assert_refused(prefix, "images", "cannot be read");
    write_bytes("-images-idx3-ubyte", images, sizeof images);
    assert_refused(prefix, "labels", "cannot be read");
}

/* --- what is damaged ------------------------------------------------------ */

static void test_wrong_magic_is_refused_in_each_byte(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        uint8_t bad[sizeof images], bad_labels[sizeof labels];
        write_sample();
        memcpy(bad, images, sizeof bad);
        bad[i] ^= 1;
        write_bytes("-images-idx3-ubyte", bad, sizeof bad);
        assert_refused(prefix, "images", "not an idx file of bytes");
        write_sample();
        memcpy(bad_labels, labels, sizeof bad_labels);
        bad_labels[i] ^= 2;
        write_bytes("-labels-idx1-ubyte", bad_labels, sizeof bad_labels);
        assert_refused(prefix, "labels", "not an idx file of bytes");
    }
}

static void test_file_cut_anywhere_is_refused(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof images; n++) {
        write_sample();
        write_bytes("-images-idx3-ubyte", images, n);
        assert_refused(prefix, "images",
                       n < 16 ? "not an idx file" : "truncated");
    }
    for (size_t n = 0; n < sizeof labels; n++) {
        write_sample();
        write_bytes("-labels-idx1-ubyte", labels, n);
        assert_refused(prefix, "labels",
                       n < 8 ? "not an idx file" : "truncated");
    }
}

static void test_gzip_file_that_is_cut_is_refused(void **state)
{
    uint8_t bytes[256];
    char path[1024];
    (void)state;
    write_sample();
    write_gzip("-images-idx3-ubyte.gz", images, sizeof images);
    snprintf(path, sizeof path, "%s-images-idx3-ubyte.gz", prefix);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t n = fread(bytes, 1, sizeof bytes, file);
    assert_int_equal(fclose(file), 0);
    write_bytes("-images-idx3-ubyte.gz", bytes, n / 2 + 6);
    assert_refused(prefix, "images", "");
}

/* All bytes are there, but not those that were packed: the checksum says so. */
static void test_gzip_file_with_wrong_bytes_is_refused(void **state)
{
    static uint8_t bytes[110000], big[16 + 100000];
    char path[1024];
    (void)state;
    write_sample();
    memcpy(big, images, 16);
    memcpy(big + 8, (const uint8_t[]){0, 0, 0, 50, 0, 0, 3, 232}, 8);
    snprintf(path, sizeof path, "%s-images-idx3-ubyte.gz", prefix);
    gzFile packed = gzopen(path, "wb0");   /* stored, not deflated */
    assert_non_null(packed);
    assert_int_equal(gzwrite(packed, big, sizeof big), sizeof big);
    assert_int_equal(gzclose(packed), Z_OK);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t n = fread(bytes, 1, sizeof bytes, file);
    assert_int_equal(fclose(file), 0);
    bytes[n - 9] ^= 1;                     /* the last pixel */
    write_bytes("-images-idx3-ubyte.gz", bytes, n);
    assert_refused(prefix, "images", "");
}

static void test_empty_dimension_and_huge_ones_are_refused(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        uint8_t bad[sizeof images];
        write_sample();
        memcpy(bad, images, sizeof bad);
        bad[4 + 4 * i + 3] = 0;
        write_bytes("-images-idx3-ubyte", bad, sizeof bad);
        assert_refused(prefix, "images", "empty");
        bad[4 + 4 * i] = 0xff;
        write_bytes("-images-idx3-ubyte", bad, sizeof bad);
        assert_refused(prefix, "images", "1 GiB");
    }
    uint8_t wraps[sizeof images];             /* 2^16 * 2^16 * 2 */
    memcpy(wraps, images, sizeof wraps);
    memcpy(wraps + 4, (const uint8_t[]){0, 1, 0, 0, 0, 1, 0, 0}, 8);
    write_bytes("-images-idx3-ubyte", wraps, sizeof wraps);
    assert_refused(prefix, "images", "1 GiB");
}

static void test_labels_must_be_as_many_as_the_images(void **state)
{
    uint8_t one[sizeof labels + 1] = {0};
    (void)state;
    write_sample();
    memcpy(one, labels, sizeof labels);
    one[7] = 1;
    write_bytes("-labels-idx1-ubyte", one, sizeof one);
    assert_refused(prefix, "labels", "another count");
    one[7] = 3;
    write_bytes("-labels-idx1-ubyte", one, sizeof one);
    assert_refused(prefix, "labels", "another count");
}

static int set_up(void **state)
{
    (void)state;
    (void)mkdir(SERAC_ROOT "/build", 0777);
    if (!mkdtemp(folder))
        return -1;
    snprintf(prefix, sizeof prefix, "%s/set", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return rmdir(folder);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, clean, clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_shipped_set_has_500_labelled_images),
        EACH(test_plain_files_are_found_under_both_names),
        EACH(test_four_dimensions_have_channels),
        EACH(test_gzip_files_are_read_and_come_first),
        EACH(test_unknown_name_is_refused_with_those_there_are),
        EACH(test_missing_file_is_refused),
        EACH(test_wrong_magic_is_refused_in_each_byte),
        EACH(test_file_cut_anywhere_is_refused),
        EACH(test_gzip_file_that_is_cut_is_refused),
        EACH(test_gzip_file_with_wrong_bytes_is_refused),
        EACH(test_empty_dimension_and_huge_ones_are_refused),
        EACH(test_labels_must_be_as_many_as_the_images),
    };
    return cmocka_run_group_tests_name("dataset", tests, set_up, tear_down);
}
