/* netlist_internal.h - the modules of a netlist, as the files of its reader share them. */
#ifndef NETLIST_INTERNAL_H
#define NETLIST_INTERNAL_H

#include <cjson/cJSON.h>

#include "netlist.h"

#define OPEN UINT32_MAX

/* A connection's bits: numbers within the module, 0 and 1 the constants (yosys
 * itself counts nets from 2). */
struct bits {
    uint32_t *bit;
    uint32_t count;
};

struct port {
    const char *name;
    struct bits bits;
};

struct cell {
    const char *name;
    uint32_t kind;               /* in netlist.cells, or OPEN */
    struct module *module;       /* of an instance of a module */
    struct port *ports;          /* a module's; a leaf's one per Liberty pin */
    uint32_t num_ports;
};

struct netname {
    const char *name;
    struct bits bits;
    int offset;
    bool upto;
};

struct module {
    const char *name;
    const cJSON *json;
    bool parsed, busy;
    uint32_t num_bits;           /* one more than the highest */
    struct port *ports;
    struct cell *cells;
    struct netname *names;
    uint32_t num_ports, num_cells, num_names;
};

struct loader {
    struct netlist *n;
    const struct netlist_setup *setup;
    struct liberty_error *error;
    struct module *modules;
    uint32_t num_modules;
    uint32_t room_nets, room_instances, room_pins, room_texts;
};

/* --- netlist_parse.c ------------------------------------------------------ */

/* "path: what: detail"; always false. */
bool netlist_fail(struct loader *l, const char *what, const char *detail);
/* The module `setup->top`, parsed with all that it instantiates; NULL, with the reason in
 * `error`. */
const struct module *netlist_parse(struct loader *l, const cJSON *root);
void netlist_modules_free(struct loader *l);

#endif
