/* serac_import_yaml.h - what the readers of Timeloop and ZigZag share: the tree, and a layer from its
 * sizes. Functions that return a status have said why. */
#ifndef SERAC_IMPORT_YAML_H
#define SERAC_IMPORT_YAML_H

#include <yaml.h>

#include "serac_import.h"

struct serac_yaml {
    struct serac_import *import;
    yaml_document_t document;
};

/* Sizes by name, as either format writes them; 0: not given. */
enum serac_yaml_size {
    BATCH, HEADS, VECTORS, GROUPS, OUT_CHANNELS, IN_CHANNELS, OUT_H, OUT_W, FILTER_H, FILTER_W, IN_H, IN_W,
    STRIDE_H, STRIDE_W, DILATION_H, DILATION_W, SIZES
};

struct serac_yaml_sizes {
    uint32_t of[SIZES];
    uint32_t pad[4];                 /* given ones: top, left, bottom, right */
    bool padded;
};

uint32_t serac_yaml_line_of(const yaml_node_t *node);
/* NULL: no scalar, no map with this key, no such element. */
const char *serac_yaml_text_of(const yaml_node_t *node);
yaml_node_t *serac_yaml_node_at(struct serac_yaml *f, int id);
yaml_node_t *serac_yaml_child(struct serac_yaml *f, const yaml_node_t *map, const char *key);
yaml_node_t *serac_yaml_element(struct serac_yaml *f, const yaml_node_t *list, uint32_t i);
uint32_t serac_yaml_count_of(const yaml_node_t *list);
bool serac_yaml_is_list(const yaml_node_t *node);
/* A number in low..1048576. */
bool serac_yaml_whole(const char *text, uint32_t low, uint32_t *value);
enum serac_status serac_yaml_size_of(struct serac_yaml *f, const char *name, const yaml_node_t *node,
                                     uint32_t *value);

/* The layer `times` over, each with weights of its own. */
enum serac_status serac_yaml_repeat(struct serac_yaml *f, struct serac_import_layer *layer, uint64_t times,
                                    uint32_t line);
/* A convolution of these sizes; `depthwise`: no output channels were named. */
enum serac_status serac_yaml_convolution(struct serac_yaml *f, struct serac_import_layer *layer,
                                         struct serac_yaml_sizes *sizes, bool depthwise, uint32_t line);

/* serac_import_timeloop.c: the map below `problem`; serac_import_zigzag.c: the list of layers. */
enum serac_status serac_yaml_timeloop(struct serac_yaml *f, const yaml_node_t *problem);
enum serac_status serac_yaml_zigzag(struct serac_yaml *f, const yaml_node_t *list);

#endif
