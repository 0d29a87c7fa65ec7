/* figure_blocks.c - the source of a block diagram: nodes and wires of a module, as lines of JSON.
 *
 * usage: figure_blocks NETLIST.json RTLDIR < FIGURE.json > SOURCE.json
 *
 * FIGURE is one entry of scripts/figures/figures.json. Its keys `module`, `omit`, `pins` and `focus`
 * choose what is drawn (blocks.h); what is not in `focus` stands for itself at the edge, without wires to its like.
 * The other keys are for the drawing and go through as they are. A node's text is the first line of its Verilog file. */
#include "blocks.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_MAX 32

static char *read_all(FILE *file, const char *name)
{
    size_t room = 1 << 16, length = 0;
    char *text = malloc(room);
    for (size_t n; text && (n = fread(text + length, 1, room - length - 1, file)) > 0;)
        if ((length += n) + 1 == room)
            text = realloc(text, room *= 2);
    if (!text || ferror(file))
        blocks_die("%s: cannot be read", name);
    text[length] = 0;
    return text;
}

static cJSON *parse(FILE *file, const char *name)
{
    char *text = file ? read_all(file, name) : NULL;
    cJSON *json = text ? cJSON_Parse(text) : NULL;
    if (!json)
        blocks_die("%s: %s", name, file ? "is no JSON" : "cannot be opened");
    free(text);
    return json;
}

static void strings(const cJSON *array, const char *list[LIST_MAX + 1])
{
    const cJSON *item;
    uint32_t n = 0;
    cJSON_ArrayForEach(item, array) {
        if (!cJSON_IsString(item) || n == LIST_MAX)
            blocks_die("figure: a list has no text, or more than %d entries", LIST_MAX);
        list[n++] = item->valuestring;
    }
    list[n] = NULL;
}

/* Behind "// serac_x.v - " in the first line of the module's file, up to a full stop. */
static void head_text(const char *dir, const char *module, char *text, int room)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s.v", dir, module);
    FILE *file = fopen(path, "r");
    if (!file || !fgets(text, room, file))
        blocks_die("%s: cannot be read", path);
    fclose(file);
    char *start = strstr(text, " - ");
    if (!start)
        blocks_die("%s: no text in its first line", path);
    memmove(text, start + 3, strlen(start + 3) + 1);
    text[strcspn(text, ".\n")] = 0;
}

static void add_node(cJSON *list, const struct blocks_node *node, bool outside, const char *dir)
{
    static const char *const kinds[] = {"instance", "register", "pins"};
    cJSON *out = cJSON_CreateObject();
    char text[256];
    cJSON_AddStringToObject(out, "name", node->name);
    cJSON_AddStringToObject(out, "kind", outside ? "outside" : kinds[node->kind]);
    if (node->module) {
        head_text(dir, node->module, text, sizeof text);
        cJSON_AddStringToObject(out, "module", node->module);
        cJSON_AddStringToObject(out, "text", text);
    }
    if (node->count > 1)
        cJSON_AddNumberToObject(out, "count", node->count);
    if (node->bits) {
        text[0] = 0;
        for (uint32_t i = 0; blocks_ops[i].cell; i++)
            if (node->ops >> i & 1)
                snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", *text ? " " : "", blocks_ops[i].sign);
        cJSON_AddNumberToObject(out, "bits", node->bits);
        cJSON_AddStringToObject(out, "ops", text);
    }
    cJSON_AddItemToArray(list, out);
}

/* One entry for each signal and the port that sees it, with its bits. */
static void add_wires(cJSON *list, const struct blocks *b, const bool *outside)
{
    for (uint32_t i = 0, end; i < b->num_wires; i = end) {
        const struct blocks_wire *w = &b->wires[i];
        for (end = i + 1; end < b->num_wires; end++) {
            const struct blocks_wire *v = &b->wires[end];
            if (v->from != w->from || v->to != w->to || v->control != w->control || strcmp(v->signal, w->signal) ||
                strcmp(v->port, w->port))
                break;
        }
        if (outside[w->from] && outside[w->to])
            continue;
        cJSON *out = cJSON_CreateObject();
        cJSON_AddStringToObject(out, "from", b->nodes[w->from].name);
        cJSON_AddStringToObject(out, "to", b->nodes[w->to].name);
        cJSON_AddStringToObject(out, "signal", w->signal);
        cJSON_AddStringToObject(out, "port", w->port);
        cJSON_AddNumberToObject(out, "bits", end - i);
        if (w->control)
            cJSON_AddBoolToObject(out, "control", true);
        cJSON_AddItemToArray(list, out);
    }
}

static void print_list(const char *name, const cJSON *list)
{
    const cJSON *item;
    printf("\"%s\": [", name);
    cJSON_ArrayForEach(item, list) {
        char *text = cJSON_PrintUnformatted(item);
        printf("%s\n  %s", item == list->child ? "" : ",", text);
        free(text);
    }
    printf("\n]");
}

int main(int argc, char **argv)
{
    if (argc != 3)
        blocks_die("usage: figure_blocks NETLIST.json RTLDIR < FIGURE.json");
    cJSON *figure = parse(stdin, "figure");
    cJSON *netlist = parse(fopen(argv[1], "r"), argv[1]);
    const cJSON *module = cJSON_GetObjectItem(figure, "module"), *pins = cJSON_GetObjectItem(figure, "pins"), *group;
    if (!cJSON_IsString(module))
        blocks_die("figure: module: missing");

    const char *omit[LIST_MAX + 1], *focus[LIST_MAX + 1], *patterns[LIST_MAX][LIST_MAX + 1];
    struct blocks_pins groups[LIST_MAX + 1] = {{0}};
    uint32_t num_groups = 0;
    strings(cJSON_GetObjectItem(figure, "omit"), omit);
    strings(cJSON_GetObjectItem(figure, "focus"), focus);
    cJSON_ArrayForEach(group, pins) {
        strings(group, patterns[num_groups]);
        groups[num_groups] = (struct blocks_pins){group->string, patterns[num_groups]};
        num_groups++;
    }

    struct blocks b;
    blocks_build(&b, netlist, &(struct blocks_setup){module->valuestring, omit, groups});
    bool *outside = calloc(b.num_nodes + 1, sizeof *outside), *used = calloc(b.num_nodes + 1, sizeof *used);
    cJSON *nodes = cJSON_CreateArray(), *wires = cJSON_CreateArray();
    if (!outside || !used)
        blocks_die("out of memory");
    for (uint32_t i = 0; i < b.num_nodes; i++)
        outside[i] = focus[0] && !blocks_matches(b.nodes[i].name, focus);
    for (uint32_t i = 0; i < b.num_wires; i++)
        if (!outside[b.wires[i].from] || !outside[b.wires[i].to])
            used[b.wires[i].from] = used[b.wires[i].to] = true;
    for (uint32_t i = 0; i < b.num_nodes; i++)
        if (used[i])
            add_node(nodes, &b.nodes[i], outside[i], argv[2]);
    add_wires(wires, &b, outside);
    char *keys = cJSON_PrintUnformatted(figure);
    printf("{\"figure\": %s,\n", keys);
    print_list("nodes", nodes);
    printf(",\n");
    print_list("wires", wires);
    printf("}\n");
    return fflush(stdout) == 0 ? 0 : 3;
}
