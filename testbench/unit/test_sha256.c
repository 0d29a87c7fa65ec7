/* test_sha256.c - FIPS 180-4's examples, and any cut of the input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "serac_sha256.h"

/* `text`, `times` over, in parts of `part` bytes. */
static void hex_of(const char *text, unsigned times, size_t part, char hex[65])
{
    struct serac_sha256 sha;
    uint8_t digest[SERAC_SHA256_BYTES];
    serac_sha256_init(&sha);
    while (times--)
        for (size_t at = 0, all = strlen(text); at < all; at += part)
            serac_sha256_add(&sha, text + at, all - at < part ? all - at : part);
    serac_sha256_end(&sha, digest);
    serac_sha256_hex(digest, 64, hex);
}

static void test_examples_of_the_standard(void **state)
{
    char hex[65];
    (void)state;
    hex_of("", 1, 1, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    hex_of("abc", 1, 3, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    hex_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1, 56, hex);
    assert_string_equal(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    hex_of("aaaaaaaaaa", 100000, 10, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void test_parts_do_not_matter(void **state)
{
    char text[200], whole[65], cut[65];
    (void)state;
    for (size_t length = 0; length < sizeof text; length++) {
        memset(text, 'x', length);
        text[length] = 0;
        hex_of(text, 1, sizeof text, whole);
        for (size_t part = 1; part <= 65; part += 16) {
            hex_of(text, 1, part, cut);
            assert_string_equal(whole, cut);
        }
    }
}

static void test_as_many_digits_as_wanted(void **state)
{
    uint8_t digest[SERAC_SHA256_BYTES] = {0x01, 0xab, 0xff};
    char text[9] = "........";
    (void)state;
    serac_sha256_hex(digest, 6, text);
    assert_string_equal(text, "01abff");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples_of_the_standard),
        cmocka_unit_test(test_parts_do_not_matter),
        cmocka_unit_test(test_as_many_digits_as_wanted),
    };
    return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
