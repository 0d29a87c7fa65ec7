/* serac_icarus_vpi.c - the pins of serac_top in Icarus Verilog, at two pipes.
 *
 * $serac_receive(command) waits for a command and drives the inputs that come with it;
 * $serac_send tells the outputs, $serac_counters the counters. An output that is unknown,
 * x or z, where the machine promises a value, ends the simulation. */
#include <vpi_user.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "serac_icarus.h"
#include "serac_pins.h"

#define WORDS (512 / 32)

static vpiHandle inputs[SERAC_PINS_IN], outputs[SERAC_PINS_OUT], all_counters;

static void stop(const char *what, const char *which)
{
    fprintf(stderr, "serac: Icarus Verilog: %s%s\n", which, what);
    exit(1);
}

static vpiHandle find(const char *port)
{
    char path[64];
    snprintf(path, sizeof path, "serac_icarus.%s", port);
    vpiHandle handle = vpi_handle_by_name(path, NULL);
    if (!handle)
        stop(" is no pin", port);
    return handle;
}

static PLI_INT32 at_start(struct t_cb_data *unused)
{
    (void)unused;
    for (size_t i = 0; i < SERAC_PINS_IN; i++)
        inputs[i] = find(serac_pins_in[i].port);
    for (size_t i = 0; i < SERAC_PINS_OUT; i++)
        outputs[i] = find(serac_pins_out[i].port);
    all_counters = find("counters_o");
    return 0;
}

/* serac is gone: so are we. */
static void take(void *bytes, size_t count)
{
    for (char *at = bytes; count;) {
        ssize_t done = read(SERAC_ICARUS_FROM, at, count);
        if (done <= 0)
            exit(0);
        at += done;
        count -= (size_t)done;
    }
}

static void give(const void *bytes, size_t count)
{
    for (const char *at = bytes; count;) {
        ssize_t done = write(SERAC_ICARUS_TO, at, count);
        if (done <= 0)
            exit(0);
        at += done;
        count -= (size_t)done;
    }
}

static void drive(const struct serac_rtl_in *in)
{
    for (size_t i = 0; i < SERAC_PINS_IN; i++) {
        const struct serac_pin *pin = serac_pins_in + i;
        struct t_vpi_vecval words[WORDS];
        struct t_vpi_value value = {.format = vpiVectorVal, .value.vector = words};
        memset(words, 0, sizeof words);
        for (size_t byte = 0; byte < pin->size; byte++)
            words[byte / 4].aval |=
                (PLI_INT32)((uint32_t)((const uint8_t *)in)[pin->offset + byte] << 8 * (byte % 4));
        vpi_put_value(inputs[i], &value, NULL, vpiNoDelay);
    }
}

/* The bits of a pin as bytes; `unknown` has those that are x or z. */
static void sample(vpiHandle pin, size_t size, uint8_t *to, uint8_t *unknown)
{
    struct t_vpi_value value = {.format = vpiVectorVal};
    vpi_get_value(pin, &value);
    size_t bytes = ((size_t)vpi_get(vpiSize, pin) + 7) / 8;
    for (size_t i = 0; i < bytes && i < size; i++) {
        const struct t_vpi_vecval *word = value.value.vector + i / 4;
        unknown[i] = (uint8_t)((uint32_t)word->bval >> 8 * (i % 4));
        to[i] = (uint8_t)((uint32_t)word->aval >> 8 * (i % 4));
    }
}

/* Payload is promised with its valid, and bytes to be written with their strobe. */
static int promised(const struct serac_pin *pin, const struct serac_rtl_out *out, size_t byte)
{
    const char *port = pin->port;
    if (!strcmp(port, "m_araddr_o") || !strcmp(port, "m_arlen_o"))
        return out->arvalid;
    if (!strcmp(port, "m_awaddr_o") || !strcmp(port, "m_awlen_o"))
        return out->awvalid;
    if (!strcmp(port, "m_wlast_o") || !strcmp(port, "m_wstrb_o"))
        return out->wvalid;
    if (!strcmp(port, "m_wdata_o"))
        return out->wvalid && out->wstrb >> byte & 1;
    if (!strcmp(port, "s_rdata_o"))
        return out->s_rvalid;
    return 1;
}

static PLI_INT32 receive(PLI_BYTE8 *unused)
{
    (void)unused;
    uint8_t command;
    struct serac_rtl_in in;
    take(&command, 1);
    if (command == SERAC_ICARUS_SETTLE) {
        take(&in, sizeof in);
        drive(&in);
    }
    vpiHandle call = vpi_handle(vpiSysTfCall, NULL);
    vpiHandle arguments = vpi_iterate(vpiArgument, call);
    struct t_vpi_value value = {.format = vpiIntVal, .value.integer = command};
    vpi_put_value(vpi_scan(arguments), &value, NULL, vpiNoDelay);
    vpi_free_object(arguments);
    return 0;
}

static PLI_INT32 tell(PLI_BYTE8 *unused)
{
    (void)unused;
    static int reset_was;            /* nothing is promised before the first reset */
    uint8_t unknown[SERAC_PINS_OUT][64];
    uint8_t reset, reset_unknown;
    struct serac_rtl_out out;
    memset(&out, 0, sizeof out);
    memset(unknown, 0, sizeof unknown);
    for (size_t i = 0; i < SERAC_PINS_OUT; i++)
        sample(outputs[i], serac_pins_out[i].size, (uint8_t *)&out + serac_pins_out[i].offset,
               unknown[i]);
    sample(find("rst_ni"), 1, &reset, &reset_unknown);
    reset_was |= !reset;
    for (size_t i = 0; reset_was && i < SERAC_PINS_OUT; i++)
        for (size_t byte = 0; byte < serac_pins_out[i].size; byte++)
            if (unknown[i][byte] && promised(serac_pins_out + i, &out, byte))
                stop(" is unknown", serac_pins_out[i].port);
    give(&out, sizeof out);
    return 0;
}

static PLI_INT32 counters(PLI_BYTE8 *unused)
{
    (void)unused;
    uint64_t values[SERAC_COUNTERS], unknown[SERAC_COUNTERS] = {0};
    sample(all_counters, sizeof values, (uint8_t *)values, (uint8_t *)unknown);
    for (size_t i = 0; i < SERAC_COUNTERS; i++)
        if (unknown[i])
            stop(" is unknown", "a counter");
    give(values, sizeof values);
    return 0;
}

static void start(void)
{
    struct t_vpi_systf_data tasks[] = {
        {.type = vpiSysTask, .tfname = "$serac_receive", .calltf = receive},
        {.type = vpiSysTask, .tfname = "$serac_send", .calltf = tell},
        {.type = vpiSysTask, .tfname = "$serac_counters", .calltf = counters}};
    struct t_cb_data begin = {.reason = cbStartOfSimulation, .cb_rtn = at_start};
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++)
        vpi_register_systf(tasks + i);
    vpi_register_cb(&begin);
}

void (*vlog_startup_routines[])(void) = {start, NULL};
