/* test_insn.c - blocks of a program: bits in memory, round trips, legality.
 *
 * Where a field lies is read from configs/regs.cfg here once more, past the
 * generator and its header, so a mistake of either shows. */
#include <libconfig.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "serac_insn.h"
#include "serac_rng.h"

struct field {
    const char *section, *name;
    uint32_t word, lsb, width;      /* word within the section */
    size_t offset;                  /* of its uint32_t in struct serac_insn */
};

static const struct field fields[] = {
#define FIELD(section, name, word, lsb, width)                                \
    {#section, #name, word, lsb, width, offsetof(struct serac_insn,           \
                                                 section.name)},
    SERAC_INSN_FIELD_LIST(FIELD)
#undef FIELD
};
#define FIELDS (sizeof fields / sizeof *fields)

/* First bit of each field in the block, by configs/regs.cfg. */
static uint32_t first_bit[FIELDS];

static struct serac_rng rng = {1};

static uint32_t largest(uint32_t width)
{
    return (uint32_t)((UINT64_C(1) << width) - 1);
}

static uint32_t *value_of(struct serac_insn *insn, size_t field)
{
    return (uint32_t *)((char *)insn + fields[field].offset);
}

static void put_bits(uint8_t *block, uint32_t at, uint32_t width,
                     uint32_t value)
{
    for (uint32_t i = 0; i < width; i++, at++) {
        block[at / 8] &= (uint8_t)~(1u << at % 8);
        block[at / 8] |= (uint8_t)((value >> i & 1) << at % 8);
    }
}

static struct serac_insn legal_insn(void)
{
    struct serac_insn insn;
    memset(&insn, 0, sizeof insn);
    insn.fetch.magic = SERAC_INSN_MAGIC;
    insn.fetch.wgt_halves = insn.fetch.act_halves = 1;
    insn.fetch.groups = insn.fetch.n_tiles = insn.fetch.out_width = 1;
    insn.fetch.run = insn.fetch.run_last = insn.exec.gather = 1;
    return insn;
}

/* --- against configs/regs.cfg -------------------------------------------- */

static uint32_t config_number(config_setting_t *group, const char *name)
{
    config_setting_t *setting = config_setting_get_member(group, name);
    assert_non_null(setting);
    return (uint32_t)config_setting_get_int(setting);
}

static const char *config_name(config_setting_t *group)
{
    const char *name = NULL;
    assert_int_equal(config_setting_lookup_string(group, "name", &name),
                     CONFIG_TRUE);
    return name;
}

static void compare_section(config_setting_t *section, uint32_t number,
                            uint32_t words, size_t *next)
{
    config_setting_t *list = config_setting_get_member(section, "fields");
    assert_non_null(list);
    for (int i = 0; i < config_setting_length(list); i++, ++*next) {
        config_setting_t *f = config_setting_get_elem(list, (unsigned)i);
        assert_true(*next < FIELDS);
        const struct field *have = &fields[*next];
        assert_string_equal(have->section, config_name(section));
        assert_string_equal(have->name, config_name(f));
        assert_int_equal(have->word, config_number(f, "word"));
        assert_int_equal(have->lsb, config_number(f, "lsb"));
        assert_int_equal(have->width, config_number(f, "width"));
        first_bit[*next] = 32 * (number * words + config_number(f, "word")) +
                           config_number(f, "lsb");
    }
}

/* Also fills first_bit for the tests below. */
static int read_config(void **state)
{
    (void)state;
    config_t config;
    config_init(&config);
    if (!config_read_file(&config, SERAC_ROOT "/configs/regs.cfg")) {
        print_error("regs.cfg:%d: %s\n", config_error_line(&config),
                    config_error_text(&config));
        return -1;
    }
    config_setting_t *insn = config_lookup(&config, "instruction");
    config_setting_t *sections = config_lookup(&config, "instruction.sections");
    assert_non_null(sections);
    uint32_t words = config_number(insn, "section_words");
    size_t next = 0;
    for (int i = 0; i < config_setting_length(sections); i++)
        compare_section(config_setting_get_elem(sections, (unsigned)i),
                        (uint32_t)i, words, &next);
    assert_int_equal(next, FIELDS);
    assert_int_equal(config_number(insn, "magic"), SERAC_INSN_MAGIC);
    assert_int_equal(config_number(insn, "block_bytes"),
                     SERAC_INSN_BLOCK_BYTES);
    assert_int_equal(config_number(insn, "block_stride"),
                     SERAC_INSN_BLOCK_STRIDE);
    assert_int_equal(4 * words * (uint32_t)config_setting_length(sections),
                     SERAC_INSN_BLOCK_BYTES);
    config_destroy(&config);
    return 0;
}

/* --- encode and decode --------------------------------------------------- */

static void test_encode_puts_every_field_at_its_maximum_into_its_bits(
    void **state)
{
    (void)state;
    for (size_t i = 0; i < FIELDS; i++) {
        struct serac_insn insn;
        uint8_t block[SERAC_INSN_BLOCK_BYTES];
        uint8_t expected[SERAC_INSN_BLOCK_BYTES] = {0};
        memset(&insn, 0, sizeof insn);
        *value_of(&insn, i) = largest(fields[i].width);
        put_bits(expected, first_bit[i], fields[i].width, UINT32_MAX);
        memset(block, 0xa5, sizeof block);
        serac_insn_encode(&insn, block);
        assert_memory_equal(block, expected, sizeof block);
    }
}

static void test_decode_takes_every_field_from_its_bits_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < FIELDS; i++) {
        struct serac_insn insn;
        uint8_t block[SERAC_INSN_BLOCK_BYTES];
        memset(block, 0xff, sizeof block);
        put_bits(block, first_bit[i], fields[i].width, 0);
        memset(&insn, 0xa5, sizeof insn);
        serac_insn_decode(block, &insn);
        for (size_t j = 0; j < FIELDS; j++)
            assert_int_equal(*value_of(&insn, j),
                             i == j ? 0 : largest(fields[j].width));
    }
}

static void test_random_blocks_survive_a_round_trip(void **state)
{
    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct serac_insn insn, back;
        uint8_t block[SERAC_INSN_BLOCK_BYTES];
        uint8_t expected[SERAC_INSN_BLOCK_BYTES] = {0};
        for (size_t i = 0; i < FIELDS; i++) {
            uint32_t value = (uint32_t)serac_rng_next(&rng) & largest(fields[i].width);
            *value_of(&insn, i) = value;
            put_bits(expected, first_bit[i], fields[i].width, value);
        }
        serac_insn_encode(&insn, block);
        assert_memory_equal(block, expected, sizeof block);
        memset(&back, 0xa5, sizeof back);
        serac_insn_decode(block, &back);
        for (size_t i = 0; i < FIELDS; i++)
            assert_int_equal(*value_of(&back, i), *value_of(&insn, i));
    }
}

static void test_decode_ignores_bits_of_no_field(void **state)
{
    (void)state;
    uint8_t used[SERAC_INSN_BLOCK_BYTES] = {0};
    for (size_t i = 0; i < FIELDS; i++)
        put_bits(used, first_bit[i], fields[i].width, UINT32_MAX);
    for (int round = 0; round < 1000; round++) {
        struct serac_insn insn;
        uint8_t noise[SERAC_INSN_BLOCK_BYTES], again[SERAC_INSN_BLOCK_BYTES];
        for (size_t i = 0; i < sizeof noise; i++)
            noise[i] = (uint8_t)serac_rng_next(&rng);
        serac_insn_decode(noise, &insn);
        serac_insn_encode(&insn, again);
        for (size_t i = 0; i < sizeof noise; i++)
            assert_int_equal(again[i], noise[i] & used[i]);
    }
}

static bool encode_aborts(const struct serac_insn *insn)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        uint8_t block[SERAC_INSN_BLOCK_BYTES];
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        signal(SIGABRT, SIG_DFL);
        fclose(stderr);
        serac_insn_encode(insn, block);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void test_encode_aborts_on_the_first_value_too_wide(void **state)
{
    (void)state;
    struct serac_insn insn = legal_insn();
    assert_false(encode_aborts(&insn));
    for (size_t i = 0; i < FIELDS; i++) {
        if (fields[i].width == 32)
            continue;
        insn = legal_insn();
        *value_of(&insn, i) = largest(fields[i].width) + 1;
        assert_true(encode_aborts(&insn));
    }
}

/* --- what the machine refuses -------------------------------------------- */

struct range {
    size_t offset;
    const char *name;
    uint32_t min, max;              /* legal, both included */
};

#define RANGE(section, name, min, max)                                        \
    {offsetof(struct serac_insn, section.name), #section "." #name, min, max}

static const struct range ranges[] = {
    RANGE(fetch, magic, SERAC_INSN_MAGIC, SERAC_INSN_MAGIC),
    RANGE(fetch, groups, 1, UINT32_MAX),
    RANGE(fetch, n_tiles, 1, UINT32_MAX),
    RANGE(fetch, run, 1, UINT32_MAX),
    RANGE(fetch, run_last, 1, UINT32_MAX),
    RANGE(fetch, out_width, 1, UINT32_MAX),
    RANGE(fetch, wgt_halves, 1, 2),
    RANGE(fetch, act_halves, 1, 2),
    RANGE(exec, gather, 1, 0xffff),
    RANGE(exec, mode, 0, 4),
};
#define RANGES (sizeof ranges / sizeof *ranges)

static enum serac_status check_with(const struct range *range, uint32_t value)
{
    struct serac_insn insn = legal_insn();
    *(uint32_t *)((char *)&insn + range->offset) = value;
    return serac_insn_check(&insn);
}

static void test_check_accepts_every_field_at_both_ends_of_its_range(
    void **state)
{
    (void)state;
    for (size_t i = 0; i < RANGES; i++) {
        assert_int_equal(check_with(&ranges[i], ranges[i].min), SERAC_OK);
        assert_int_equal(check_with(&ranges[i], ranges[i].max), SERAC_OK);
    }
}

static void test_check_refuses_every_field_one_beyond_its_range(void **state)
{
    (void)state;
    for (size_t i = 0; i < RANGES; i++) {
        if (ranges[i].min > 0)
            assert_int_equal(check_with(&ranges[i], ranges[i].min - 1),
                             SERAC_E_BAD_INSTRUCTION);
        if (ranges[i].max < 0xffff)
            assert_int_equal(check_with(&ranges[i], ranges[i].max + 1),
                             SERAC_E_BAD_INSTRUCTION);
    }
}

static void test_check_refuses_all_other_codes_of_small_fields(void **state)
{
    (void)state;
    for (size_t i = 0; i < RANGES; i++) {
        const struct range *r = &ranges[i];
        if (strcmp(r->name, "fetch.magic") == 0) {
            for (uint32_t v = 0; v <= 0xffff; v++)
                assert_int_equal(check_with(r, v) == SERAC_OK, v == r->min);
        } else if (r->max <= 4) {
            for (uint32_t v = 0; v < 8; v++)
                assert_int_equal(check_with(r, v) == SERAC_OK,
                                 v >= r->min && v <= r->max);
        }
    }
}

static void test_check_looks_at_no_other_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < FIELDS; i++) {
        bool checked = false;
        for (size_t j = 0; j < RANGES; j++)
            checked |= ranges[j].offset == fields[i].offset;
        if (checked)
            continue;
        struct serac_insn insn = legal_insn();
        *value_of(&insn, i) = largest(fields[i].width);
        assert_int_equal(serac_insn_check(&insn), SERAC_OK);
        *value_of(&insn, i) = 0;
        assert_int_equal(serac_insn_check(&insn), SERAC_OK);
    }
}

static void test_check_refuses_a_block_of_zeros_or_ones(void **state)
{
    (void)state;
    for (int fill = 0; fill <= 0xff; fill += 0xff) {
        struct serac_insn insn;
        uint8_t block[SERAC_INSN_BLOCK_BYTES];
        memset(block, fill, sizeof block);
        serac_insn_decode(block, &insn);
        assert_int_equal(serac_insn_check(&insn), SERAC_E_BAD_INSTRUCTION);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_encode_puts_every_field_at_its_maximum_into_its_bits),
        cmocka_unit_test(test_decode_takes_every_field_from_its_bits_only),
        cmocka_unit_test(test_random_blocks_survive_a_round_trip),
        cmocka_unit_test(test_decode_ignores_bits_of_no_field),
        cmocka_unit_test(test_encode_aborts_on_the_first_value_too_wide),
        cmocka_unit_test(
            test_check_accepts_every_field_at_both_ends_of_its_range),
        cmocka_unit_test(test_check_refuses_every_field_one_beyond_its_range),
        cmocka_unit_test(test_check_refuses_all_other_codes_of_small_fields),
        cmocka_unit_test(test_check_looks_at_no_other_field),
        cmocka_unit_test(test_check_refuses_a_block_of_zeros_or_ones),
    };
    return cmocka_run_group_tests_name("insn", tests, read_config, NULL);
}
