/* serac_pins.h - the ports of serac_top, and where struct serac_rtl_in and _out have them. */
#ifndef SERAC_PINS_H
#define SERAC_PINS_H

#include <stddef.h>

#include "serac_rtl.h"

struct serac_pin {
    const char *port;
    size_t offset, size;             /* bytes in the struct */
};

#define SERAC_PIN_IN(port, field) \
    {port, offsetof(struct serac_rtl_in, field), sizeof(((struct serac_rtl_in *)0)->field)}
#define SERAC_PIN_OUT(port, field) \
    {port, offsetof(struct serac_rtl_out, field), sizeof(((struct serac_rtl_out *)0)->field)}

static const struct serac_pin serac_pins_in[] = {
    SERAC_PIN_IN("s_awvalid_i", s_awvalid), SERAC_PIN_IN("s_awaddr_i", s_awaddr),
    SERAC_PIN_IN("s_wvalid_i", s_wvalid), SERAC_PIN_IN("s_wdata_i", s_wdata),
    SERAC_PIN_IN("s_wstrb_i", s_wstrb), SERAC_PIN_IN("s_bready_i", s_bready),
    SERAC_PIN_IN("s_arvalid_i", s_arvalid), SERAC_PIN_IN("s_araddr_i", s_araddr),
    SERAC_PIN_IN("s_rready_i", s_rready), SERAC_PIN_IN("m_arready_i", arready),
    SERAC_PIN_IN("m_rvalid_i", rvalid), SERAC_PIN_IN("m_rresp_i", rresp),
    SERAC_PIN_IN("m_rlast_i", rlast), SERAC_PIN_IN("m_awready_i", awready),
    SERAC_PIN_IN("m_wready_i", wready), SERAC_PIN_IN("m_bvalid_i", bvalid),
    SERAC_PIN_IN("m_bresp_i", bresp), SERAC_PIN_IN("m_rdata_i", rdata)};

static const struct serac_pin serac_pins_out[] = {
    SERAC_PIN_OUT("irq_o", irq), SERAC_PIN_OUT("s_awready_o", s_awready),
    SERAC_PIN_OUT("s_wready_o", s_wready), SERAC_PIN_OUT("s_bvalid_o", s_bvalid),
    SERAC_PIN_OUT("s_bresp_o", s_bresp), SERAC_PIN_OUT("s_arready_o", s_arready),
    SERAC_PIN_OUT("s_rvalid_o", s_rvalid), SERAC_PIN_OUT("s_rresp_o", s_rresp),
    SERAC_PIN_OUT("s_rdata_o", s_rdata), SERAC_PIN_OUT("m_arvalid_o", arvalid),
    SERAC_PIN_OUT("m_arlen_o", arlen), SERAC_PIN_OUT("m_araddr_o", araddr),
    SERAC_PIN_OUT("m_rready_o", rready), SERAC_PIN_OUT("m_bready_o", bready),
    SERAC_PIN_OUT("m_awvalid_o", awvalid), SERAC_PIN_OUT("m_awlen_o", awlen),
    SERAC_PIN_OUT("m_awaddr_o", awaddr), SERAC_PIN_OUT("m_wvalid_o", wvalid),
    SERAC_PIN_OUT("m_wlast_o", wlast), SERAC_PIN_OUT("m_wstrb_o", wstrb),
    SERAC_PIN_OUT("busy_o", busy), SERAC_PIN_OUT("done_o", done),
    SERAC_PIN_OUT("stage_state_o", stage_state), SERAC_PIN_OUT("m_wdata_o", wdata)};

#define SERAC_PINS_IN (sizeof serac_pins_in / sizeof *serac_pins_in)
#define SERAC_PINS_OUT (sizeof serac_pins_out / sizeof *serac_pins_out)

#endif
