/* serac_cmd_compile.c - serac compile: a network to a program image. */
#include <stdio.h>
#include <stdlib.h>

#include "serac_cli.h"
#include "serac_host.h"
#include "serac_image_make.h"

/* The image as C source; NULL without memory. */
static char *c_source(const char *name, const uint8_t *image, size_t image_bytes,
                      size_t *bytes)
{
    char *text = NULL;
    FILE *to = open_memstream(&text, bytes);
    if (!to)
        return NULL;
    fprintf(to, "/* Program image of %s, made by serac compile --c-array. */\n"
                "#include <stddef.h>\n#include <stdint.h>\n\n"
                "const size_t serac_program_bytes = %zu;\n"
                "const uint8_t serac_program[%zu] = {", name, image_bytes,
            image_bytes);
    for (size_t i = 0; i < image_bytes; i++)
        fprintf(to, "%s%u,", i % 16 ? "" : "\n    ", image[i]);
    fprintf(to, "\n};\n");
    if (fclose(to) == 0)
        return text;
    free(text);
    return NULL;
}

/* `source`: as C. */
static int write_image(const char *path, const char *name, bool source,
                       const uint8_t *image, size_t bytes)
{
    size_t text_bytes = 0;
    char *text = source ? c_source(name, image, bytes, &text_bytes) : NULL;
    if (source && !text)
        return serac_cli_fail(SERAC_E_NOMEM, NULL);
    int code = text ? serac_cli_write(path, text, text_bytes)
                    : serac_cli_write(path, image, bytes);
    free(text);
    return code;
}

/* What has to happen in which order, if the host has a part in it. */
static void print_steps(const struct serac_program *p, const struct serac_network *n)
{
    for (uint32_t i = 0; p->num_steps > 1 && i < p->num_steps; i++) {
        const struct serac_program_step *step = &p->steps[i];
        const struct serac_program_layer *l = &p->layers[step->first];
        if (!step->host) {
            printf("%u. serac_drv_submit_at(block %u), %s to %s\n", (unsigned)i + 1, (unsigned)l->block, l->name,
                   p->layers[step->first + step->count - 1].name);
            continue;
        }
        const struct serac_layer *layer = &n->layers[step->first];
        struct serac_program_places at;
        serac_program_places(p, n, step->first, &at);
        printf("%u. the host: %s, %s, from %llu", (unsigned)i + 1, l->name,
               layer->run_time ? "weights of its second operand" : serac_host_name(layer->host),
               (unsigned long long)at.in);
        if (at.in2_bytes)
            printf(" and %llu", (unsigned long long)at.in2);
        printf(" to %llu\n", (unsigned long long)at.out);
    }
}

int serac_cmd_compile(int argc, char **argv)
{
    const char *name, *out = NULL, *design = NULL, *memory = NULL, *c = NULL;
    const struct serac_option options[] = {
        {"out", "PROG", "or -o: the image (required)", &out},
        {"design", "D", "name in configs/designs or path (serial)", &design},
        {"memory", "M", "memory that the mapping is made for (default)",
         &memory},
        {"c-array", NULL, "C source instead of a binary image", &c},
        {NULL, NULL, NULL, NULL}};
    const struct serac_usage usage = {
        "compile", "NET --out PROG [options]",
        "Maps a network to a design and writes the program image that the "
        "driver loads\n(drivers/serac_image.h).",
        "  serac compile fashion-w2 -o fashion-w2.prog --design tiny\n"
        "  serac compile fashion-w1 --c-array -o program.c\n",
        options};
    struct serac_setting setting;
    struct serac_error error = {""};
    struct serac_network *network = NULL;
    struct serac_program *program = NULL;
    int code = serac_cli_parse(&usage, argc, argv, &name, 1);
    if (code < 0 && !out) {
        fprintf(stderr, "serac compile: --out is missing; see serac compile "
                        "--help\n");
        code = SERAC_EXIT_INPUT;
    }
    if (code < 0)
        code = serac_cli_setting(design, memory, NULL, &setting);
    if (code >= 0)
        return code;
    enum serac_status status = serac_network_load(name, &network, &error);
    if (status == SERAC_OK)
        status = serac_program_build(network, &setting.design, &setting.memory,
                                     &program, &error);
    size_t bytes = 0;
    uint8_t *image = program ? serac_image_make(program, &bytes) : NULL;
    if (status == SERAC_OK && !image)
        status = SERAC_E_NOMEM;
    code = status == SERAC_OK
               ? write_image(out, name, c != NULL, image, bytes)
               : serac_cli_fail(status, &error);
    if (code == SERAC_EXIT_DONE)
        printf("%s: %u layers for design %s, %zu bytes, needs %llu bytes of "
               "memory\n", out, program->num_layers, setting.design.name,
               bytes, (unsigned long long)program->memory_bytes);
    if (code == SERAC_EXIT_DONE)
        print_steps(program, network);
    free(image);
    serac_program_destroy(program);
    serac_network_destroy(network);
    return code;
}
