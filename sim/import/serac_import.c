/* serac_import.c - the list of imported layers, and the workload that is written from it. */
#include "serac_import.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "serac_network.h"

enum serac_status serac_import_fail(struct serac_import *import, uint32_t line, const char *format, ...)
{
    va_list list;
    char text[400];
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    for (char *at = text; *at; at++)                 /* names come from the file */
        if (*at < ' ' || *at > '~')
            *at = '?';
    if (import->error && line)
        snprintf(import->error->text, sizeof import->error->text, "%s:%u: %s", import->path,
                 (unsigned)line, text);
    else if (import->error)
        snprintf(import->error->text, sizeof import->error->text, "%s: %s", import->path, text);
    return SERAC_E_INPUT;
}

void serac_import_note(struct serac_import *import, const char *format, ...)
{
    va_list list;
    char text[400];
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    size_t had = import->notes ? strlen(import->notes) : 0;
    char *notes = realloc(import->notes, had + strlen(text) + 2);
    if (!notes)
        return;
    sprintf(notes + had, "%s\n", text);
    import->notes = notes;
}

static bool taken(const struct serac_import *import, const char *name)
{
    if (!*name || !strcmp(name, "total"))
        return true;
    for (uint32_t i = 0; i + 1 < import->num_layers; i++)
        if (!strcmp(import->layers[i].name, name))
            return true;
    return false;
}

/* Printable, unique: "conv", and as the seventh layer "conv.7". */
static void name_layer(const struct serac_import *import, struct serac_import_layer *layer,
                       const char *name)
{
    char plain[SERAC_NAME_MAX - 8];
    size_t length = 0;
    for (; *name && length + 1 < sizeof plain; name++) {
        unsigned char c = (unsigned char)*name;
        plain[length++] = c <= ' ' || c > '~' || c == '"' || c == '\\' ? '_' : (char)c;
    }
    plain[length] = '\0';
    snprintf(layer->name, sizeof layer->name, "%s", plain);
    for (unsigned n = import->num_layers; taken(import, layer->name); n++)
        snprintf(layer->name, sizeof layer->name, "%s.%u", *plain ? plain : "layer", n);
}

struct serac_import_layer *serac_import_add(struct serac_import *import, const char *name)
{
    if (import->num_layers == SERAC_LAYERS_MAX) {
        serac_import_fail(import, 0, "more than %u layers", SERAC_LAYERS_MAX);
        return NULL;
    }
    if (import->num_layers == import->room) {
        uint32_t room = import->room ? 2 * import->room : 64;
        struct serac_import_layer *more = realloc(import->layers, room * sizeof *more);
        if (!more) {
            serac_import_fail(import, 0, "out of memory");
            return NULL;
        }
        import->layers = more;
        import->room = room;
    }
    struct serac_import_layer *layer = import->layers + import->num_layers++;
    *layer = (struct serac_import_layer){
        .op = SERAC_WORKLOAD_CONV, .count = 1, .height = 1, .width = 1, .channels = 1,
        .filters = 1, .kernel = {1, 1}, .stride = {1, 1}, .dilation = {1, 1},
        .m = 1, .n = 1, .k = 1};
    name_layer(import, layer, name);
    return layer;
}

enum serac_status serac_import_check(struct serac_import *import, const struct serac_import_layer *l,
                                     uint32_t line)
{
    const struct {
        const char *what;
        uint32_t value, low, high;
    } ranges[] = {
        {"height", l->height, 1, 32767}, {"width", l->width, 1, 32767},
        {"channels", l->channels, 1, 1048576}, {"filters", l->filters, 1, 1048576},
        {"filter height", l->kernel[0], 1, 255}, {"filter width", l->kernel[1], 1, 255},
        {"stride", l->stride[0], 1, 255}, {"stride", l->stride[1], 1, 255},
        {"dilation", l->dilation[0], 1, 255}, {"dilation", l->dilation[1], 1, 255},
        {"padding", l->pad[0], 0, 255}, {"padding", l->pad[1], 0, 255},
        {"padding", l->pad[2], 0, 255}, {"padding", l->pad[3], 0, 255},
        {"rows of weights", l->m, 1, 1048576}, {"vectors", l->n, 1, 1048576},
        {"depth", l->k, 1, 1048576}, {"repetitions", l->count, 1, 100000}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (ranges[i].value < ranges[i].low || ranges[i].value > ranges[i].high)
            return serac_import_fail(import, line, "%s: %s = %u, must be %u..%u", l->name,
                                     ranges[i].what, (unsigned)ranges[i].value,
                                     (unsigned)ranges[i].low, (unsigned)ranges[i].high);
    for (int d = 0; d < 2; d++) {
        uint64_t in = (uint64_t)(d ? l->width : l->height) + l->pad[d] + l->pad[d + 2];
        if ((uint64_t)(l->kernel[d] - 1) * l->dilation[d] + 1 > in)
            return serac_import_fail(import, line, "%s: the filter is larger than the input", l->name);
        if (l->pad[d] >= l->kernel[d] && l->pad[d])
            return serac_import_fail(import, line, "%s: padding must be less than the filter", l->name);
        if (l->pad[d + 2] >= l->kernel[d] && l->pad[d + 2])
            return serac_import_fail(import, line, "%s: the outputs reach behind the padded input", l->name);
    }
    return SERAC_OK;
}

void serac_import_free(struct serac_import *import)
{
    free(import->layers);
    free(import->notes);
    import->layers = NULL;
    import->notes = NULL;
    import->num_layers = import->room = 0;
}

/* --- writing ---------------------------------------------------------- */

static void pair(FILE *to, const char *key, const uint32_t value[2])
{
    if (value[0] != 1 || value[1] != 1)
        fprintf(to, " %s = [%u, %u];", key, (unsigned)value[0], (unsigned)value[1]);
}

static void write_layer(const struct serac_import_layer *l, FILE *to)
{
    static const char *const ops[] = {"conv", "depthwise", "gemm", "add", "host"};
    fprintf(to, "  { name = \"%s\"; op = \"%s\";", l->name, ops[l->op]);
    if (l->op == SERAC_WORKLOAD_GEMM) {
        fprintf(to, " m = %u; n = %u; k = %u;%s", (unsigned)l->m, (unsigned)l->n, (unsigned)l->k,
                l->run_time ? " run_time = true;" : "");
    } else if (l->op == SERAC_WORKLOAD_HOST) {
        fprintf(to, " what = \"pooling\"; operations = %lluL; elements = %lluL;",
                (unsigned long long)l->operations, (unsigned long long)l->elements);
    } else {
        fprintf(to, " input = [%u, %u, %u];", (unsigned)l->height, (unsigned)l->width,
                (unsigned)l->channels);
        if (l->op == SERAC_WORKLOAD_CONV)
            fprintf(to, " out_channels = %u;", (unsigned)l->filters);
        pair(to, "kernel", l->kernel);
        pair(to, "stride", l->stride);
        pair(to, "dilation", l->dilation);
        if (l->pad[0] || l->pad[1] || l->pad[2] || l->pad[3])
            fprintf(to, " pad = [%u, %u, %u, %u];", (unsigned)l->pad[0], (unsigned)l->pad[1],
                    (unsigned)l->pad[2], (unsigned)l->pad[3]);
    }
    if (l->count != 1)
        fprintf(to, " count = %u;", (unsigned)l->count);
    fprintf(to, " }");
}

void serac_import_write(const struct serac_import *import, const char *name, FILE *to)
{
    const char *slash = strrchr(import->path, '/');
    fprintf(to, "# %s.cfg - written by serac import; keys: configs/README.md.\n", name);
    for (const char *at = import->notes; at && *at;) {
        size_t length = strcspn(at, "\n");
        fprintf(to, "# %.*s\n", (int)length, at);
        at += length + (at[length] == '\n');
    }
    fprintf(to, "\nname = \"%s\";\nsource = \"", name);
    for (const char *at = slash ? slash + 1 : import->path; *at; at++)
        fputc(*at < ' ' || *at > '~' || *at == '"' || *at == '\\' ? '_' : *at, to);
    fprintf(to, ", %s\";\n\nlayers = (\n", import->source);
    for (uint32_t i = 0; i < import->num_layers; i++) {
        write_layer(import->layers + i, to);
        fprintf(to, "%s\n", i + 1 < import->num_layers ? "," : "");
    }
    fprintf(to, ");\n");
}
