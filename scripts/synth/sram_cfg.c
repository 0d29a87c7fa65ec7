/* sram_cfg.c - reads memory tables. */
#include "sram_cfg.h"

#include <libconfig.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static bool open_file(config_t *cfg, const char *path)
{
    config_init(cfg);
    if (config_read_file(cfg, path))
        return true;
    fprintf(stderr, "%s:%d: %s\n", path, config_error_line(cfg), config_error_text(cfg));
    config_destroy(cfg);
    return false;
}

static int read_list(const config_t *cfg, const char *key, double scale, double *to)
{
    const config_setting_t *list = config_lookup(cfg, key);
    int count = list && config_setting_is_aggregate(list) ? config_setting_length(list) : 0;
    for (int i = 0; i < SERAC_SRAM_POINTS; i++)
        to[i] = i < count ? scale * config_setting_get_float_elem(list, i) : NAN;
    return count;
}

double sram_cfg_scale(const char *tech, const char *key)
{
    config_t cfg;
    double scale = 1;
    if (!strcmp(tech, "/dev/null") || !open_file(&cfg, tech))
        return 1;
    if (!config_lookup_float(&cfg, key, &scale) && !strcmp(key, "sram_leakage"))
        scale = NAN;
    config_destroy(&cfg);
    return scale;
}

bool sram_cfg_read(const char *sram, const char *tech, struct serac_sram_table *t)
{
    config_t cfg;
    if (!open_file(&cfg, sram))
        return false;
    double energy = sram_cfg_scale(tech, "sram_energy");
    int words = read_list(&cfg, "words", 1, t->words);
    int area = read_list(&cfg, "area_um2", sram_cfg_scale(tech, "sram_area"), t->area_um2);
    int access = read_list(&cfg, "access_ns", sram_cfg_scale(tech, "sram_time"), t->access_ns);
    read_list(&cfg, "read_pj", energy, t->read_pj);
    read_list(&cfg, "write_pj", energy, t->write_pj);
    read_list(&cfg, "leakage_nw", sram_cfg_scale(tech, "sram_leakage"), t->leakage_nw);
    bool whole = config_lookup_float(&cfg, "second_port", &t->second_port);
    config_destroy(&cfg);
    whole = whole && words >= 2 && words <= SERAC_SRAM_POINTS && area == words && access == words;
    for (int i = 1; whole && i < words; i++)
        whole = t->words[i] > t->words[i - 1];
    if (!whole)
        fprintf(stderr, "%s: words (ascending), area_um2, access_ns and second_port: lists of "
                        "2 to %d numbers of equal length, and a number\n", sram, SERAC_SRAM_POINTS);
    t->points = (uint32_t)words;
    return whole;
}
