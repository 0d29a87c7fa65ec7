/* serac_uio.h - the driver's table for Linux: UIO and u-dma-buf.
 *
 * Registers are map 0 of a UIO device (uio_pdrv_genirq, say), which also
 * delivers the interrupt; device memory is one u-dma-buf, of which buffers are
 * cut. Needs POSIX, nothing else. */
#ifndef SERAC_UIO_H
#define SERAC_UIO_H

#include <stdbool.h>

#include "serac_io.h"

#define SERAC_UIO_BUFFERS 16
#define SERAC_UIO_PATH_MAX 256

struct serac_uio_config {
    const char *uio;         /* "/dev/uio0" */
    size_t map_bytes;        /* of map 0; at least the register map */
    const char *dma;         /* "/dev/udmabuf0" */
    const char *dma_sysfs;   /* "/sys/class/u-dma-buf/udmabuf0": phys_addr,
                                size and, if there are any, sync_* */
    /* NULL, or another file that delivers 4 bytes per interrupt and is only
     * read, never written (a FIFO in tests). */
    const char *interrupt;
};

struct serac_uio {           /* private except io */
    struct serac_io io;      /* for serac_drv_open; ctx is this struct */
    int irq_fd;
    bool reenable;           /* the interrupt is enabled by a write */
    volatile uint32_t *registers;
    size_t map_bytes;
    uint8_t *dma;
    uint64_t dma_bus;
    size_t dma_bytes;
    bool has_sync;
    char dma_sysfs[SERAC_UIO_PATH_MAX];
    struct { size_t offset, bytes; } buffers[SERAC_UIO_BUFFERS];  /* sorted */
    unsigned num_buffers;
};

/* On failure nothing stays open. The struct must not move while it is open.
 *
 * SERAC_E_NOT_FOUND  a file or device does not exist; `*what`, unless `what`
 *                    is NULL, is its path in `config` (sysfs: the directory)
 * SERAC_E_INPUT      map_bytes is smaller than the register map, or dma_sysfs
 *                    is too long
 * SERAC_E_IO         it cannot be opened or mapped, or sysfs holds nonsense */
enum serac_status serac_uio_open(struct serac_uio *uio,
                                 const struct serac_uio_config *config,
                                 const char **what);
void serac_uio_close(struct serac_uio *uio);

#endif
