/* fuzz_network.c - configs/networks: a file, a NUL, its blob. The blob's size and CRC in the file are made right, else
 * nothing behind them would ever be reached. What is read is compiled for `tiny`, if it is
 * small. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "fuzz.h"
#include "serac_config.h"
#include "serac_infer.h"
#include "serac_program.h"

#define SMALL 200000u                /* multiply-accumulates that may run */

/* `key = ...;` with another value; false if the key is not there. */
static void put(char *text, size_t room, const char *key, const char *value)
{
    char *at = strstr(text, key), rest[8192];
    size_t length = at ? strcspn(at, ";") : 0;
    if (!at || strlen(at) >= sizeof rest)
        return;
    snprintf(rest, sizeof rest, "%s", at + length);
    snprintf(at, room - (size_t)(at - text), "%s = %s%s", key, value, rest);
}

static void use(const struct serac_network *network)
{
    struct serac_design design;
    struct serac_memory_config memory;
    struct serac_program *program = NULL;
    struct serac_error error = {""};
    uint64_t macs = 0;
    for (uint32_t i = 0; i < network->num_layers; i++) {
        uint64_t one = serac_layer_macs(&network->layers[i]);
        macs = one > SMALL ? UINT32_MAX : macs + one;
    }
    if (macs > SMALL)
        return;
    if (serac_design_load("configs/designs/tiny.cfg", &design, &error) != SERAC_OK ||
        serac_memory_load("configs/memory/default.cfg", &memory, &error) != SERAC_OK)
        abort();
    if (fuzz_good(serac_program_build(network, &design, &memory, &program, &error), &error))
        serac_program_destroy(program);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    char text[8192], value[40];
    const uint8_t *end = count ? memchr(bytes, 0, count) : NULL;
    size_t length = end ? (size_t)(end - bytes) : count, blob = end ? count - length - 1 : 0;
    struct serac_error error = {""};
    struct serac_network *network;
    if (length > sizeof text / 2)
        return 0;
    memcpy(text, bytes, length);
    text[length] = '\0';
    fuzz_file("net.bin", end ? end + 1 : NULL, blob);
    put(text, sizeof text, "blob", "\"net.bin\"");
    snprintf(value, sizeof value, "%zu", blob);
    put(text, sizeof text, "blob_bytes", value);
    snprintf(value, sizeof value, "\"0x%08lx\"", crc32(0, end ? end + 1 : NULL, (unsigned)blob));
    put(text, sizeof text, "blob_crc32", value);
    if (fuzz_good(serac_network_load(fuzz_file("net.cfg", text, strlen(text)), &network, &error), &error)) {
        use(network);
        serac_network_destroy(network);
    }
    return 0;
}
