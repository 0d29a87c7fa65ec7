/* serac_fast_compute.c - products and results, shared among threads. */
#include <pthread.h>
#include <string.h>

#include "serac_fast_job.h"

#define THREAD_PRODUCTS 10000000u       /* for which a thread is worth starting */

static void pack_pixel(const struct serac_fast_share *share, uint32_t pixel, int32_t *values)
{
    const struct serac_fast_job *job = share->job;
    serac_fast_post_pack(job->insn, job->design->lanes, values,
                         job->out + (size_t)pixel * job->insn->store.pixel_bytes);
}

/* All that a pixel needs is known after one product. */
static bool at_once(const struct serac_fast_layer *layer)
{
    return layer->phases == 1 && layer->num_parts == 1;
}

static void compute_part(const struct serac_fast_share *share, const struct serac_fast_part *part, uint32_t from,
                         uint32_t count, uint32_t phase)
{
    const struct serac_fast_job *job = share->job;
    size_t stride = serac_gemm_stride(part->channels), row = serac_gemm_stride(job->insn->exec.channels);
    const void *packed = serac_fast_windows(share, part, from, count, phase);
    serac_gemm_run(part->gemm, share->planes, packed, share->sums, count, share->dots);
    serac_fast_post_values(&part->posts[phase], share->dots, stride, share->sums, count);
    for (uint32_t i = 0; i < count; i++) {
        int32_t *held = share->held + i * row + part->channel, *values = share->dots + i * stride;
        if (phase)
            serac_fast_post_combine(job->insn, part->channels, values, held);
        else if (!at_once(job->layer))
            memcpy(held, values, part->channels * sizeof *held);
        else
            pack_pixel(share, from + i, values);
    }
}

static void *compute_share(void *ctx)
{
    const struct serac_fast_share *share = ctx;
    const struct serac_fast_job *job = share->job;
    size_t row = serac_gemm_stride(job->insn->exec.channels);
    for (uint32_t from = share->first; from < share->end; from += SERAC_FAST_CHUNK) {
        uint32_t count = share->end - from < SERAC_FAST_CHUNK ? share->end - from : SERAC_FAST_CHUNK;
        for (uint32_t i = 0; i < job->layer->num_parts; i++)
            for (uint32_t phase = 0; phase < job->layer->phases; phase++)
                compute_part(share, &job->layer->parts[i], from, count, phase);
        for (uint32_t i = 0; i < count && !at_once(job->layer); i++)
            pack_pixel(share, from + i, share->held + i * row);
    }
    return NULL;
}

static bool make_room(struct serac_fast_share *share)
{
    const struct serac_fast_layer *layer = share->job->layer;
    size_t planes = 0, packed = 0, row = serac_gemm_stride(layer->insn.exec.channels) * sizeof(int32_t);
    for (uint32_t i = 0; i < layer->num_parts; i++) {
        const struct serac_fast_part *part = &layer->parts[i];
        size_t k = (size_t)layer->taps * part->lanes, bytes = serac_gemm_plane_bytes((uint32_t)(k ? k : 8));
        size_t more = serac_gemm_room(part->gemm, SERAC_FAST_CHUNK);
        planes = bytes > planes ? bytes : planes;
        packed = more > packed ? more : packed;
    }
    share->planes = serac_fast_room(&share->planes_room, SERAC_FAST_CHUNK * layer->insn.exec.act_store * planes);
    share->packed = serac_fast_room(&share->packed_room, packed + 64);
    share->sums = serac_fast_room(&share->sums_room, SERAC_FAST_CHUNK * sizeof *share->sums);
    share->dots = serac_fast_room(&share->dots_room, SERAC_FAST_CHUNK * row);
    share->held = serac_fast_room(&share->held_room, SERAC_FAST_CHUNK * row);
    return share->planes && share->packed && share->sums && share->dots && share->held;
}

enum serac_status serac_fast_compute(const struct serac_fast_job *job, struct serac_fast *fast)
{
    const struct serac_insn_exec *e = &job->insn->exec;
    struct serac_fast_share *shares = fast->shares;
    uint32_t threads = fast->threads;
    pthread_t ids[SERAC_FAST_THREADS];
    bool started[SERAC_FAST_THREADS] = {false}, fits = true;
    double products = (double)e->pixels * e->channels * job->layer->taps * job->layer->parts[0].lanes;
    while (threads > 1 && products < (double)threads * THREAD_PRODUCTS)
        threads--;
    for (uint32_t i = 0; i < threads; i++) {
        shares[i].job = job;
        shares[i].first = (uint32_t)((uint64_t)e->pixels * i / threads);
        shares[i].end = (uint32_t)((uint64_t)e->pixels * (i + 1) / threads);
        fits &= make_room(&shares[i]);
    }
    for (uint32_t i = 1; fits && i < threads; i++)
        started[i] = !pthread_create(&ids[i], NULL, compute_share, &shares[i]);
    for (uint32_t i = 0; fits && i < threads; i++)
        if (!started[i])
            compute_share(&shares[i]);
    for (uint32_t i = 0; i < threads; i++)
        if (started[i])
            pthread_join(ids[i], NULL);
    return fits ? SERAC_OK : SERAC_E_NOMEM;
}
