/* serac_polls.c - a host that uses the registers while a program runs. */
#include "serac_polls.h"

#define ID 0x53455241u

void serac_polls_init(struct serac_polls *polls, uint64_t seed)
{
    *polls = (struct serac_polls){.rng = {seed}};
}

/* True once in `of` calls. */
static bool once_in(struct serac_polls *p, unsigned of)
{
    return serac_rng_next(&p->rng) % of == 0;
}

bool serac_polls_open(const struct serac_polls *p)
{
    return p->aw || p->w || p->b || p->ar || p->r;
}

/* A write goes to the identification, which ignores it; AW and W begin at once or W
 * later. Reads are of the identification and of the status. */
void serac_polls_drive(struct serac_polls *p, struct serac_rtl_in *in)
{
    bool quiet = p->closing || serac_polls_open(p);
    if (!quiet && once_in(p, 16)) {
        p->aw = p->w = p->b = true;
        in->s_awaddr = SERAC_REG_ID;
        in->s_wdata = (uint32_t)p->rng.state;
        in->s_wstrb = 15;
    } else if (!quiet && once_in(p, 8)) {
        p->ar = p->r = true;
        in->s_araddr = once_in(p, 2) ? SERAC_REG_STATUS : SERAC_REG_ID;
    }
    in->s_awvalid = p->aw && (in->s_awvalid || once_in(p, 3));
    in->s_wvalid = p->w && (in->s_wvalid || once_in(p, 3));
    in->s_arvalid = p->ar;
    in->s_bready = once_in(p, 3);
    in->s_rready = once_in(p, 3);
}

void serac_polls_take(struct serac_polls *p, const struct serac_rtl_in *in,
                      const struct serac_rtl_out *out)
{
    p->aw &= !(in->s_awvalid && out->s_awready);
    p->w &= !(in->s_wvalid && out->s_wready);
    p->ar &= !(in->s_arvalid && out->s_arready);
    if (out->s_bvalid && in->s_bready) {
        p->b = false;
        p->answers++;
    }
    if (!out->s_rvalid || !in->s_rready)
        return;
    p->r = false;
    p->answers++;
    if (in->s_araddr == SERAC_REG_ID && out->s_rdata != ID)
        p->wrong = "the identification changed during a run";
    if (in->s_araddr == SERAC_REG_STATUS &&
        (out->s_rdata & ~SERAC_REG_STATUS_IRQ_MASK) != SERAC_REG_STATUS_BUSY_MASK)
        p->wrong = "the status during a run is not busy, with at most an interrupt of before";
}
