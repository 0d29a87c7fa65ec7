/* serac_cmd_compile.c - serac compile: a network to a program image. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_infer.h"

static int write_c(FILE *to, const char *name, const uint8_t *image,
                   size_t bytes)
{
    fprintf(to, "/* Program image of %s, made by serac compile --c-array. */\n"
                "#include <stddef.h>\n#include <stdint.h>\n\n"
                "const size_t serac_program_bytes = %zu;\n"
                "const uint8_t serac_program[%zu] = {", name, bytes, bytes);
    for (size_t i = 0; i < bytes; i++)
        fprintf(to, "%s%u,", i % 16 ? "" : "\n    ", image[i]);
    return fprintf(to, "\n};\n") < 0;
}

/* Writes beside the target and renames: a failure leaves nothing behind. */
static int write_image(const char *path, const char *name, bool c_array,
                       const uint8_t *image, size_t bytes)
{
    char temporary[1100];
    snprintf(temporary, sizeof temporary, "%s.part", path);
    FILE *file = fopen(temporary, "wb");
    int bad = !file;
    if (file) {
        bad = c_array ? write_c(file, name, image, bytes)
                      : fwrite(image, 1, bytes, file) != bytes;
        bad |= fclose(file) != 0;
    }
    if (!bad)
        bad = rename(temporary, path);
    if (!bad)
        return SERAC_EXIT_DONE;
    fprintf(stderr, "serac: %s: %s\n", path, strerror(errno));
    if (file)
        remove(temporary);
    return SERAC_EXIT_INPUT;
}

int serac_cmd_compile(int argc, char **argv)
{
    const char *name, *out = NULL, *design = NULL, *memory = NULL, *c = NULL;
    const struct serac_option options[] = {
        {"out", "PROG", "the image (required)", &out},
        {"design", "D", "name in configs/designs or path (serial)", &design},
        {"memory", "M", "memory that the mapping is made for (default)",
         &memory},
        {"c-array", NULL, "C source instead of a binary image", &c},
        {NULL, NULL, NULL, NULL}};
    const struct serac_usage usage = {
        "compile", "NET --out PROG [options]",
        "Maps a network to a design and writes the program image that the "
        "driver loads\n(drivers/serac_image.h). -o is --out.",
        "  serac compile fashion-w2 -o fashion-w2.prog --design tiny\n"
        "  serac compile fashion-w1 --c-array -o program.c\n",
        options};
    struct serac_setting setting;
    struct serac_error error = {""};
    struct serac_network *network = NULL;
    struct serac_program *program = NULL;
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], "-o"))
            argv[i] = (char *)(uintptr_t)"--out";
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
    free(image);
    serac_program_destroy(program);
    serac_network_destroy(network);
    return code;
}
