/* sram_cfg.c - reads memory tables. */
#include "sram_cfg.h"

#include <libconfig.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define TABLE_KEYS "words, area_um2, access_ns, read_pj, write_pj, leakage_nw, second_port"
#define TECH_KEYS  "flow, liberty, target_ns, package, luts, sram_area, sram_time, sram_energy, sram_leakage"

/* Opens a file and refuses keys that are not in `keys`. */
static bool open_file(config_t *cfg, const char *path, const char *keys)
{
    config_init(cfg);
    if (!config_read_file(cfg, path)) {
        int line = config_error_line(cfg);
        if (config_error_type(cfg) == CONFIG_ERR_FILE_IO)
            fprintf(stderr, "%s: cannot be read\n", path);
        else
            fprintf(stderr, "%s:%d: %s\n", path, line, config_error_text(cfg));
        config_destroy(cfg);
        return false;
    }
    const config_setting_t *root = config_root_setting(cfg);
    for (int i = 0; i < config_setting_length(root); i++) {
        const config_setting_t *key = config_setting_get_elem(root, (unsigned)i);
        const char *name = config_setting_name(key), *at = strstr(keys, name);
        size_t length = strlen(name);
        while (at && ((at > keys && at[-1] != ' ') || (at[length] && at[length] != ',')))
            at = strstr(at + 1, name);
        if (!at) {
            fprintf(stderr, "%s:%d: %s: unknown key, there are %s\n", path,
                    config_setting_source_line(key), name, keys);
            config_destroy(cfg);
            return false;
        }
    }
    return true;
}

/* A positive number, integer or not; false after a line on stderr. */
static bool number(const char *path, const config_setting_t *s, double *to)
{
    int type = config_setting_type(s);
    *to = type == CONFIG_TYPE_INT     ? config_setting_get_int(s)
          : type == CONFIG_TYPE_INT64 ? (double)config_setting_get_int64(s)
          : type == CONFIG_TYPE_FLOAT ? config_setting_get_float(s) : NAN;
    if (*to > 0 && isfinite(*to))
        return true;
    fprintf(stderr, "%s:%d: %s: must be a positive number\n", path,
            config_setting_source_line(s), config_setting_name(s) ? config_setting_name(s) : "list");
    return false;
}

/* A list times `scale`, as long as *points, which the first one sets. */
static bool list(const char *path, const config_t *cfg, const char *key, bool required,
                 double scale, double *to, uint32_t *points)
{
    const config_setting_t *s = config_lookup(cfg, key);
    for (int i = 0; i < SERAC_SRAM_POINTS; i++)
        to[i] = NAN;
    if (!s && !required)
        return true;
    if (!s) {
        fprintf(stderr, "%s: %s: missing, it is required\n", path, key);
        return false;
    }
    uint32_t count = config_setting_is_aggregate(s) ? (uint32_t)config_setting_length(s) : 0;
    if (!*points)
        *points = count;
    if (count != *points || count < 2 || count > SERAC_SRAM_POINTS) {
        fprintf(stderr, "%s:%d: %s: must be a list of 2 to %d numbers, as many as words\n", path,
                config_setting_source_line(s), key, SERAC_SRAM_POINTS);
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!number(path, config_setting_get_elem(s, i), to + i))
            return false;
        to[i] *= scale;
    }
    return true;
}

bool sram_cfg_read_scales(const char *tech, struct sram_scales *scales)
{
    config_t cfg;
    *scales = (struct sram_scales){1, 1, 1, 1};
    if (!strcmp(tech, "/dev/null"))
        return true;
    if (!open_file(&cfg, tech, TECH_KEYS))
        return false;
    const struct {
        const char *key;
        double *to;
    } keys[] = {{"sram_area", &scales->area}, {"sram_time", &scales->time},
                {"sram_energy", &scales->energy}, {"sram_leakage", &scales->leakage}};
    bool fine = true;
    scales->leakage = NAN;               /* unknown unless it is given */
    for (size_t i = 0; fine && i < sizeof keys / sizeof *keys; i++) {
        const config_setting_t *s = config_lookup(&cfg, keys[i].key);
        fine = !s || number(tech, s, keys[i].to);
    }
    config_destroy(&cfg);
    return fine;
}

bool sram_cfg_read(const char *sram, const char *tech, struct serac_sram_table *t)
{
    struct sram_scales scale;
    config_t cfg;
    if (!sram_cfg_read_scales(tech, &scale) || !open_file(&cfg, sram, TABLE_KEYS))
        return false;
    const config_setting_t *second = config_lookup(&cfg, "second_port");
    t->points = 0;
    bool fine = list(sram, &cfg, "words", true, 1, t->words, &t->points) &&
                list(sram, &cfg, "area_um2", true, scale.area, t->area_um2, &t->points) &&
                list(sram, &cfg, "access_ns", true, scale.time, t->access_ns, &t->points) &&
                list(sram, &cfg, "read_pj", false, scale.energy, t->read_pj, &t->points) &&
                list(sram, &cfg, "write_pj", false, scale.energy, t->write_pj, &t->points) &&
                list(sram, &cfg, "leakage_nw", false, scale.leakage, t->leakage_nw, &t->points);
    for (uint32_t i = 1; fine && i < t->points; i++)
        if (t->words[i] <= t->words[i - 1]) {
            fprintf(stderr, "%s: words: must ascend\n", sram);
            fine = false;
        }
    if (fine && !second)
        fprintf(stderr, "%s: second_port: missing, it is required\n", sram);
    fine = fine && second && number(sram, second, &t->second_port);
    config_destroy(&cfg);
    return fine;
}
