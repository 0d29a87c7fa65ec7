/* netlist.h - a mapped, hierarchical netlist, flattened for its energy.
 *
 * Read from the JSON that yosys writes. Names must agree with those in the
 * simulated Verilog: yosys renames hidden nets when it writes Verilog, so run
 * `rename -enumerate` before both write_json and write_verilog. */
#ifndef NETLIST_H
#define NETLIST_H

#include "energy_cell.h"

struct netlist_net {
    uint32_t parent;              /* union-find; itself if it stands for all */
    bool known;                   /* found in the activity */
    bool driven;                  /* by a cell of the netlist */
    uint32_t fanout;              /* input pins of cells */
    double toggles, high;
    double load;                  /* F: input pins, not wires */
};

struct netlist_instance {
    uint32_t cell;                /* in cells */
    uint32_t group;               /* set by the path's owner, see below */
    uint32_t first;               /* its pins in pin_nets, UINT32_MAX: open */
    uint32_t path, name;          /* in texts: of the module instance it is in, its own */
};

/* A port of the top module, bit 0 first. */
struct netlist_port {
    char *name;
    uint32_t *nets;
    uint32_t count;
};

struct netlist {
    struct netlist_port *ports;
    uint32_t num_ports;
    struct energy_cell *cells;    /* kinds in use */
    uint32_t num_cells;
    struct netlist_net *nets;     /* 0 and 1 are the constants */
    uint32_t num_nets;
    struct netlist_instance *instances;
    uint32_t num_instances;
    uint32_t *pin_nets;
    uint32_t num_pin_nets;
    char *texts;
    uint32_t num_texts;           /* bytes */
    uint32_t num_macros;
};

struct netlist_setup {
    struct liberty *const *libs;
    uint32_t num_libs;
    const char *path;             /* the JSON file */
    const char *top;
    /* Group of the instances directly inside the module instance at `path`
     * ("" is the top), whose modules are `depth` deep. */
    uint32_t (*group)(void *group_ctx, const char *path, uint32_t depth);
    void *group_ctx;
    /* Activity of the net `name` inside the instance at `path`; false if it
     * is not recorded. NULL: no net has one yet. */
    bool (*activity)(void *ctx, const char *path, const char *name,
                     double *toggles, double *high);
    void *ctx;
};

/* false, with the reason in `error`. */
bool netlist_load(struct netlist *n, const struct netlist_setup *setup,
                  struct liberty_error *error);
void netlist_free(struct netlist *n);
/* The net that stands for all that are connected to `net`. */
uint32_t netlist_root(const struct netlist *n, uint32_t net);
/* Path of an instance, cut to `room`. */
void netlist_name(const struct netlist *n, uint32_t instance, char *to, size_t room);

#endif
