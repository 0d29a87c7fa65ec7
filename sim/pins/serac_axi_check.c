/* serac_axi_check.c - AXI's rules at the pins of serac_top. */
#include "serac_axi_check.h"

#include <string.h>

#define PAGE 4096
#define EXOKAY 1

void serac_axi_check_init(struct serac_axi_check *check, uint32_t beat_bytes,
                          uint32_t outstanding)
{
    memset(check, 0, sizeof *check);
    check->beat_bytes = beat_bytes;
    check->outstanding = outstanding;
}

static void require(struct serac_axi_check *c, bool holds, const char *rule)
{
    if (!holds && !c->violation)
        c->violation = rule;
}

/* --- what waits does not change: A3.2.1 ---------------------------------------- */

#define WAITS(valid, ready) (c->valid && !c->ready)

static void check_held_masters(struct serac_axi_check *c,
                               const struct serac_rtl_out *out)
{
    if (WAITS(out.arvalid, in.arready))
        require(c, out->arvalid && out->araddr == c->out.araddr &&
                       out->arlen == c->out.arlen,
                "ARVALID fell, or its burst changed, before ARREADY (A3.2.1)");
    if (WAITS(out.awvalid, in.awready))
        require(c, out->awvalid && out->awaddr == c->out.awaddr &&
                       out->awlen == c->out.awlen,
                "AWVALID fell, or its burst changed, before AWREADY (A3.2.1)");
    if (WAITS(out.wvalid, in.wready))
        require(c, out->wvalid && out->wlast == c->out.wlast &&
                       out->wstrb == c->out.wstrb &&
                       !memcmp(out->wdata, c->out.wdata, c->beat_bytes),
                "WVALID fell, or its beat changed, before WREADY (A3.2.1)");
}

static void check_held_registers(struct serac_axi_check *c,
                                 const struct serac_rtl_in *in,
                                 const struct serac_rtl_out *out)
{
    if (WAITS(out.s_bvalid, in.s_bready))
        require(c, out->s_bvalid && out->s_bresp == c->out.s_bresp,
                "the registers' BVALID fell, or BRESP changed, before BREADY (A3.2.1)");
    if (WAITS(out.s_rvalid, in.s_rready))
        require(c, out->s_rvalid && out->s_rdata == c->out.s_rdata &&
                       out->s_rresp == c->out.s_rresp,
                "the registers' RVALID fell, or RDATA changed, before RREADY (A3.2.1)");
    if (WAITS(in.s_awvalid, out.s_awready))
        require(c, in->s_awvalid && in->s_awaddr == c->in.s_awaddr,
                "the host's AWVALID fell, or AWADDR changed, before AWREADY (A3.2.1)");
    if (WAITS(in.s_wvalid, out.s_wready))
        require(c, in->s_wvalid && in->s_wdata == c->in.s_wdata &&
                       in->s_wstrb == c->in.s_wstrb,
                "the host's WVALID fell, or WDATA changed, before WREADY (A3.2.1)");
    if (WAITS(in.s_arvalid, out.s_arready))
        require(c, in->s_arvalid && in->s_araddr == c->in.s_araddr,
                "the host's ARVALID fell, or ARADDR changed, before ARREADY (A3.2.1)");
}

/* Both ready always: rtl/serac_top.v. So R and B of the memory never wait. */
static void keep(struct serac_axi_check *c, const struct serac_rtl_in *in,
                 const struct serac_rtl_out *out)
{
    c->held = (out->arvalid && !in->arready) || (out->awvalid && !in->awready) ||
              (out->wvalid && !in->wready) || (out->s_bvalid && !in->s_bready) ||
              (out->s_rvalid && !in->s_rready) || (in->s_awvalid && !out->s_awready) ||
              (in->s_wvalid && !out->s_wready) || (in->s_arvalid && !out->s_arready);
    if (!c->held)
        return;
    c->in = *in;
    c->out = *out;
}

/* --- bursts ---------------------------------------------------------------------- */

/* A3.4.1: 1 to 256 beats by the width of the pin; full width, INCR: no pins. */
static void check_burst(struct serac_axi_check *c, uint64_t address, uint32_t beats)
{
    uint64_t last = address + (uint64_t)beats * c->beat_bytes - 1;
    require(c, address / PAGE == last / PAGE, "a burst crosses a 4 KiB boundary (A3.4.1)");
    require(c, address / 1024 == last / 1024, "a burst crosses a multiple of 1024 (Serac)");
    require(c, address % c->beat_bytes == 0, "a burst's address is not beat aligned (Serac)");
    c->transfers++;
}

/* Answers are looked at first: what is asked in this cycle is answered later. */
static void check_reads(struct serac_axi_check *c, const struct serac_rtl_in *in,
                        const struct serac_rtl_out *out)
{
    if (in->rvalid) {
        require(c, c->read_count, "RVALID without a read (A3.3.1)");
        require(c, in->rresp != EXOKAY, "RRESP is EXOKAY, and none was exclusive (A3.4.4)");
        bool last = c->read_moved + 1u == c->reads[c->read_head];
        require(c, in->rlast == last, "RLAST is not on the burst's last beat (A3.2.2, A3.4.1)");
        c->read_moved = last ? 0 : c->read_moved + 1;
        c->read_head = (c->read_head + last) % SERAC_AXI_CHECK_OPEN;
        c->read_count -= last;
        c->transfers++;
    }
    if (!out->arvalid || !in->arready)
        return;
    check_burst(c, out->araddr, out->arlen + 1u);
    require(c, c->read_count < c->outstanding, "more reads are open than `outstanding` (Serac)");
    c->reads[(c->read_head + c->read_count++) % SERAC_AXI_CHECK_OPEN] =
        (uint16_t)(out->arlen + 1u);
}

/* One ID on each channel: answers in the order of the requests (A5.3). */
static void check_responses(struct serac_axi_check *c, const struct serac_rtl_in *in)
{
    if (!in->bvalid)
        return;
    require(c, c->write_ended, "BVALID without a write that has ended (A3.3.1)");
    require(c, in->bresp != EXOKAY, "BRESP is EXOKAY, and none was exclusive (A3.4.4)");
    c->write_head = (c->write_head + 1) % SERAC_AXI_CHECK_OPEN;
    c->write_count--;
    c->write_ended--;
    c->transfers++;
}

static void check_writes(struct serac_axi_check *c, const struct serac_rtl_in *in,
                         const struct serac_rtl_out *out)
{
    if (out->wvalid) {
        uint32_t at = (c->write_head + c->write_ended) % SERAC_AXI_CHECK_OPEN;
        require(c, c->write_ended < c->write_count, "WVALID before its AW was accepted (Serac)");
        bool last = c->write_moved + 1u == c->writes[at];
        require(c, out->wlast == last, "WLAST is not on the burst's last beat (A3.2.2, A3.4.1)");
        require(c, c->beat_bytes == 64 || out->wstrb >> c->beat_bytes == 0,
                "WSTRB beyond the bus (A3.4.3)");
        if (in->wready) {
            c->write_moved = last ? 0 : c->write_moved + 1;
            c->write_ended += last;
            c->transfers++;
        }
    }
    if (!out->awvalid || !in->awready)
        return;
    check_burst(c, out->awaddr, out->awlen + 1u);
    require(c, c->write_count < SERAC_AXI_CHECK_OPEN, "more than 32 writes are open (Serac)");
    c->writes[(c->write_head + c->write_count++) % SERAC_AXI_CHECK_OPEN] =
        (uint16_t)(out->awlen + 1u);
}

/* --- the registers: AXI4-Lite, B1.1 ------------------------------------------------ */

static void check_registers(struct serac_axi_check *c, const struct serac_rtl_in *in,
                            const struct serac_rtl_out *out)
{
    if (out->s_bvalid) {
        require(c, c->lite_aw && c->lite_w,
                "the registers' BVALID without address and data (A3.3.1)");
        require(c, out->s_bresp == 0, "the registers' BRESP is not OKAY (Serac)");
        c->lite_aw -= in->s_bready;
        c->lite_w -= in->s_bready;
        c->transfers += in->s_bready;
    }
    if (out->s_rvalid) {
        require(c, c->lite_ar, "the registers' RVALID without a read (A3.3.1)");
        require(c, out->s_rresp == 0, "the registers' RRESP is not OKAY (Serac)");
        c->lite_ar -= in->s_rready;
        c->transfers += in->s_rready;
    }
    c->lite_aw += in->s_awvalid && out->s_awready;
    c->lite_w += in->s_wvalid && out->s_wready;
    c->lite_ar += in->s_arvalid && out->s_arready;
}

/* A run is over: no channel hangs. */
static void check_end(struct serac_axi_check *c, const struct serac_rtl_out *out)
{
    require(c, !out->arvalid && !out->awvalid && !out->wvalid,
            "a master asks while no program runs (Serac)");
    require(c, !c->read_count && !c->write_count, "a burst is open behind the run's end (Serac)");
}

/* --- interface ----------------------------------------------------------------------- */

void serac_axi_check_cycle(struct serac_axi_check *c, const struct serac_rtl_in *in,
                           const struct serac_rtl_out *out)
{
    if (c->violation)
        return;
    if (c->held) {
        check_held_masters(c, out);
        check_held_registers(c, in, out);
    }
    require(c, out->rready && out->bready, "RREADY or BREADY is low (Serac)");
    if (in->rvalid || (out->arvalid && in->arready))
        check_reads(c, in, out);
    check_responses(c, in);
    if (out->wvalid || out->awvalid)
        check_writes(c, in, out);
    if (out->s_bvalid || out->s_rvalid || in->s_awvalid || in->s_wvalid || in->s_arvalid)
        check_registers(c, in, out);
    if (!out->busy || out->done)
        check_end(c, out);
    keep(c, in, out);
}

void serac_axi_check_reset(struct serac_axi_check *c, const struct serac_rtl_out *out)
{
    require(c, !out->arvalid && !out->awvalid && !out->wvalid && !out->s_bvalid &&
                   !out->s_rvalid, "VALID is high in reset (A3.1.2)");
    const char *violation = c->violation;
    uint64_t transfers = c->transfers;
    serac_axi_check_init(c, c->beat_bytes, c->outstanding);
    c->violation = violation;
    c->transfers = transfers;
}
