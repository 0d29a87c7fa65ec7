/* serac_device.h - the devices that the driver can be given here.
 *
 * `model` is the cycle model behind emulated registers, `rtl` the Verilated RTL,
 * `systemc` and `systemc-rtl` the platform of sim/systemc with either body. All have an arena of memory of their
 * own from which serac_io.alloc takes. */
#ifndef SERAC_DEVICE_H
#define SERAC_DEVICE_H

#include "serac_host_memory.h"
#include "serac_io.h"
#include "serac_memory.h"
#include "serac_run.h"

struct serac_recording;                  /* serac_recording.h: what --trace asks for */

struct serac_device {
    struct serac_io io;                  /* for the driver */
    struct serac_host_memory arena;
    uint64_t arena_used;
    struct serac_design design;
    struct serac_memory_config memory;
    struct serac_recording *recording;   /* borrowed; NULL: nothing is recorded */
    uint32_t threads;                    /* that compute a layer (model); 1, and may be set before a run */
    /* The last run's shares per block; num_blocks 0 if this device has none. */
    struct serac_run run;
    /* Runs `work` where the device can be used; NULL: anywhere. */
    void (*enter)(struct serac_device *device, void (*work)(void *ctx),
                  void *ctx);
    void (*close)(struct serac_device *device);
    void *own;                           /* the device's own state */
};

typedef enum serac_status serac_device_open_fn(struct serac_device *device,
                                               struct serac_error *error);
serac_device_open_fn serac_device_open_model;
serac_device_open_fn serac_device_open_rtl;
serac_device_open_fn serac_device_open_systemc;
serac_device_open_fn serac_device_open_systemc_rtl;

/* `backend` is a name above; SERAC_E_INPUT if it is none. `arena_bytes` is what
 * the program and its tensors need. `recording`: NULL, or where the model and the RTL tell
 * what they do; SystemC does not. */
enum serac_status serac_device_open(const char *backend,
                                    const struct serac_design *design,
                                    const struct serac_memory_config *memory,
                                    uint64_t arena_bytes,
                                    struct serac_recording *recording,
                                    struct serac_device **device,
                                    struct serac_error *error);
/* Runs `work`, which may use the device through the driver, to its end. Once per
 * device. */
void serac_device_enter(struct serac_device *device, void (*work)(void *ctx),
                        void *ctx);
void serac_device_close(struct serac_device *device);

#endif
