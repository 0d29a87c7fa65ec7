/* serac_uio.c - registers by mmap, interrupts by poll, memory by u-dma-buf. */
#include "serac_uio.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "serac_regs.h"

#define PAGE 4096u
#define REGISTER_BYTES (SERAC_REG_COUNTERS + 8u * SERAC_COUNTERS)

/* Orders buffer accesses against register accesses, as the device sees them. */
static void barrier(void)
{
#ifdef __aarch64__
    __asm__ volatile("dsb sy" ::: "memory");
#else
    __sync_synchronize();
#endif
}

static enum serac_status status_of_errno(void)
{
    return errno == ENOENT || errno == ENODEV || errno == ENXIO ||
                   errno == ENOTDIR
               ? SERAC_E_NOT_FOUND
               : SERAC_E_IO;
}

/* --- registers and interrupt --------------------------------------------- */

static enum serac_status uio_read32(void *ctx, uint32_t offset,
                                    uint32_t *value)
{
    struct serac_uio *uio = ctx;
    if (offset % 4 != 0 || offset > uio->map_bytes - 4)
        return SERAC_E_INPUT;
    *value = uio->registers[offset / 4];
    barrier();
    return SERAC_OK;
}

static enum serac_status uio_write32(void *ctx, uint32_t offset,
                                     uint32_t value)
{
    struct serac_uio *uio = ctx;
    if (offset % 4 != 0 || offset > uio->map_bytes - 4)
        return SERAC_E_INPUT;
    barrier();
    uio->registers[offset / 4] = value;
    return SERAC_OK;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The kernel masks the interrupt when it comes. By now the driver has cleared
 * it in the device: a level-triggered one does not fire again for nothing. */
static enum serac_status enable_interrupt(const struct serac_uio *uio)
{
    uint32_t one = 1;
    if (!uio->reenable || write(uio->irq_fd, &one, sizeof one) == sizeof one)
        return SERAC_OK;
    return errno == ENOSYS ? SERAC_OK : SERAC_E_IO;   /* it has no mask */
}

static enum serac_status uio_wait_irq(void *ctx, uint32_t milliseconds)
{
    struct serac_uio *uio = ctx;
    enum serac_status status = enable_interrupt(uio);
    if (status != SERAC_OK)
        return status;
    int64_t end = now_ms() + milliseconds;
    for (;;) {
        int64_t left = end - now_ms();
        struct pollfd fd = {.fd = uio->irq_fd, .events = POLLIN};
        int ready = poll(&fd, 1, left < 0         ? 0
                                 : left > INT_MAX ? INT_MAX
                                                  : (int)left);
        uint32_t count;
        if (ready > 0 && (fd.revents & POLLIN) &&
            read(uio->irq_fd, &count, sizeof count) == sizeof count)
            return SERAC_OK;
        if (ready > 0 || (ready < 0 && errno != EINTR))
            return SERAC_E_IO;
        if (now_ms() >= end)
            return SERAC_E_TIMEOUT;
    }
}

/* --- device memory ------------------------------------------------------- */

static enum serac_status uio_alloc(void *ctx, size_t bytes,
                                   struct serac_buffer *buffer)
{
    struct serac_uio *uio = ctx;
    unsigned i = 0;
    size_t at = 0;
    if (uio->num_buffers == SERAC_UIO_BUFFERS || bytes > uio->dma_bytes)
        return SERAC_E_NOMEM;
    /* The first gap that is large enough; buffers are sorted by offset. */
    for (;; i++) {
        size_t end = i < uio->num_buffers ? uio->buffers[i].offset
                                          : uio->dma_bytes;
        if (at <= end && bytes <= end - at)
            break;
        if (i == uio->num_buffers)
            return SERAC_E_NOMEM;
        size_t used = uio->buffers[i].bytes ? uio->buffers[i].bytes : 1;
        at = uio->buffers[i].offset + (used + PAGE - 1) / PAGE * PAGE;
    }
    memmove(&uio->buffers[i + 1], &uio->buffers[i],
            (uio->num_buffers - i) * sizeof uio->buffers[0]);
    uio->buffers[i].offset = at;
    uio->buffers[i].bytes = bytes;
    uio->num_buffers++;
    *buffer = (struct serac_buffer){uio->dma + at, uio->dma_bus + at, bytes};
    return SERAC_OK;
}

static void uio_free(void *ctx, struct serac_buffer *buffer)
{
    struct serac_uio *uio = ctx;
    for (unsigned i = 0; i < uio->num_buffers; i++) {
        if (uio->dma_bus + uio->buffers[i].offset != buffer->bus)
            continue;
        uio->num_buffers--;
        memmove(&uio->buffers[i], &uio->buffers[i + 1],
                (uio->num_buffers - i) * sizeof uio->buffers[0]);
        return;
    }
}

/* Opens <dma_sysfs>/name; -1 and errno if that fails. */
static int open_attribute(const char *directory, const char *name, int flags)
{
    char path[SERAC_UIO_PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return open(path, flags | O_CLOEXEC);
}

static enum serac_status read_attribute(const char *directory,
                                        const char *name, uint64_t *value)
{
    char text[64], *end;
    int fd = open_attribute(directory, name, O_RDONLY);
    if (fd < 0)
        return status_of_errno();
    ssize_t count = read(fd, text, sizeof text - 1);
    close(fd);
    if (count <= 0)
        return SERAC_E_IO;
    text[count] = '\0';
    errno = 0;
    *value = strtoull(text, &end, 0);   /* phys_addr has 0x, size has not */
    bool good = end != text && !errno && text[0] != '-' &&
                strspn(end, " \n") == strlen(end);
    return good ? SERAC_OK : SERAC_E_IO;
}

static enum serac_status write_attribute(const struct serac_uio *uio,
                                         const char *name, uint64_t value)
{
    char text[32];
    int fd = open_attribute(uio->dma_sysfs, name, O_WRONLY | O_TRUNC);
    if (fd < 0)
        return status_of_errno();
    int count = snprintf(text, sizeof text, "%llu\n",
                         (unsigned long long)value);
    ssize_t written = write(fd, text, (size_t)count);
    return close(fd) == 0 && written == count ? SERAC_OK : SERAC_E_IO;
}

/* u-dma-buf takes the range from two attributes, then works when told. */
static enum serac_status sync_range(const struct serac_uio *uio,
                                    const struct serac_buffer *buffer,
                                    size_t offset, size_t bytes,
                                    const char *command)
{
    if (!uio->has_sync || bytes == 0)
        return SERAC_OK;
    barrier();
    uint64_t start = buffer->bus - uio->dma_bus + offset;
    enum serac_status status = write_attribute(uio, "sync_offset", start);
    if (status == SERAC_OK)
        status = write_attribute(uio, "sync_size", bytes);
    if (status == SERAC_OK)
        status = write_attribute(uio, command, 1);
    barrier();
    return status;
}

static enum serac_status uio_sync_to_device(void *ctx,
                                            const struct serac_buffer *buffer,
                                            size_t offset, size_t bytes)
{
    return sync_range(ctx, buffer, offset, bytes, "sync_for_device");
}

static enum serac_status uio_sync_to_host(void *ctx,
                                          const struct serac_buffer *buffer,
                                          size_t offset, size_t bytes)
{
    return sync_range(ctx, buffer, offset, bytes, "sync_for_cpu");
}

/* --- open and close ------------------------------------------------------ */

/* Maps the first `bytes` of `path`. If `kept` is not NULL the file stays open
 * there. */
static enum serac_status map_file(const char *path, int flags, size_t bytes,
                                  void **mapped, int *kept)
{
    struct stat about;
    int fd = open(path, O_RDWR | O_CLOEXEC | flags);
    if (fd < 0)
        return status_of_errno();
    enum serac_status status = SERAC_OK;
    /* Behind the end of an ordinary file an access would kill the process. */
    if (fstat(fd, &about) != 0 ||
        (S_ISREG(about.st_mode) && (uint64_t)about.st_size < bytes))
        status = SERAC_E_IO;
    if (status == SERAC_OK) {
        *mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (*mapped == MAP_FAILED)
            status = SERAC_E_IO;
    }
    if (kept && status == SERAC_OK)
        *kept = fd;
    else
        close(fd);
    return status;
}

static enum serac_status open_registers(struct serac_uio *uio,
                                        const struct serac_uio_config *config,
                                        const char **what)
{
    void *mapped;
    bool own = !config->interrupt;
    *what = config->uio;
    enum serac_status status =
        map_file(config->uio, O_SYNC, config->map_bytes, &mapped,
                 own ? &uio->irq_fd : NULL);
    if (status != SERAC_OK)
        return status;
    uio->registers = mapped;
    uio->map_bytes = config->map_bytes;
    uio->reenable = own;
    if (own)
        return SERAC_OK;
    /* Non-blocking: a FIFO opens at once, writer or not. */
    *what = config->interrupt;
    uio->irq_fd = open(config->interrupt, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    return uio->irq_fd < 0 ? status_of_errno() : SERAC_OK;
}

static enum serac_status open_memory(struct serac_uio *uio,
                                     const struct serac_uio_config *config,
                                     const char **what)
{
    uint64_t size;
    void *mapped;
    *what = config->dma_sysfs;
    enum serac_status status =
        read_attribute(config->dma_sysfs, "phys_addr", &uio->dma_bus);
    if (status == SERAC_OK)
        status = read_attribute(config->dma_sysfs, "size", &size);
    if (status != SERAC_OK)
        return status;
    if (uio->dma_bus % PAGE != 0 || size == 0 || size > SIZE_MAX / 2)
        return SERAC_E_IO;
    strcpy(uio->dma_sysfs, config->dma_sysfs);
    int fd = open_attribute(config->dma_sysfs, "sync_for_device", O_WRONLY);
    uio->has_sync = fd >= 0;
    if (fd >= 0)
        close(fd);
    else if (errno != ENOENT)
        return SERAC_E_IO;
    /* Somebody may have left it at one direction; 0 is both. */
    if (uio->has_sync)
        status = write_attribute(uio, "sync_direction", 0);
    if (status != SERAC_OK && status != SERAC_E_NOT_FOUND)
        return status;
    /* Without a way to sync, memory must not be cached: O_SYNC. */
    *what = config->dma;
    status = map_file(config->dma, uio->has_sync ? 0 : O_SYNC, (size_t)size,
                      &mapped, NULL);
    if (status != SERAC_OK)
        return status;
    uio->dma = mapped;
    uio->dma_bytes = (size_t)size;
    return SERAC_OK;
}

enum serac_status serac_uio_open(struct serac_uio *uio,
                                 const struct serac_uio_config *config,
                                 const char **what)
{
    const char *ignored;
    if (config->map_bytes < REGISTER_BYTES ||
        strlen(config->dma_sysfs) >= SERAC_UIO_PATH_MAX)
        return SERAC_E_INPUT;
    *uio = (struct serac_uio){.irq_fd = -1};
    uio->io = (struct serac_io){
        .read32 = uio_read32, .write32 = uio_write32,
        .alloc = uio_alloc, .free = uio_free,
        .sync_to_device = uio_sync_to_device,
        .sync_to_host = uio_sync_to_host,
        .wait_irq = uio_wait_irq, .ctx = uio};
    enum serac_status status =
        open_registers(uio, config, what ? what : &ignored);
    if (status == SERAC_OK)
        status = open_memory(uio, config, what ? what : &ignored);
    if (status != SERAC_OK)
        serac_uio_close(uio);
    return status;
}

void serac_uio_close(struct serac_uio *uio)
{
    if (uio->registers)
        munmap((void *)(uintptr_t)uio->registers, uio->map_bytes);
    if (uio->dma)
        munmap(uio->dma, uio->dma_bytes);
    if (uio->irq_fd >= 0)
        close(uio->irq_fd);
    *uio = (struct serac_uio){.irq_fd = -1};
}
