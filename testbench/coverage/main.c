/* main.c - cover OPTION...: coverage of everything on one page.
 *
 *   --dat FILE...      Verilator's counts           --gcov FILE      gcov's JSON documents
 *   --blocks FILE      what lock step compared      --waivers FILE   what is left out
 *   --page FILE        writes the page              --missing KIND   lists points that are not met
 * Exit code 0; 1 if something that was measured is below its goal or a waiver is wrong; 2 bad input. */
#include "cover.h"

#include <glob.h>
#include <string.h>

static int print_totals(const struct cover *c)
{
    bool below = false;
    printf("| what | points | met | %% | goal | excluded |\n|---|--:|--:|--:|--:|--:|\n");
    for (int k = 0; k < COVER_KINDS; k++) {
        struct cover_sum s = cover_total(c, (enum cover_kind)k);
        if (s.points + s.waived == 0) {
            printf("| %s | not measured | | | %g | |\n", cover_titles[k], cover_goals[k]);
            continue;
        }
        below |= cover_percent(&s) < cover_goals[k];
        printf("| %s | %zu | %zu | %.2f | ", cover_titles[k], s.points, s.met, cover_percent(&s));
        printf(cover_goals[k] > 0 ? "%g" : "-", cover_goals[k]);
        printf(" | %zu |\n", s.waived);
    }
    return below;
}

static bool is_kind(const char *key)
{
    for (int k = 0; k < COVER_KINDS; k++)
        if (strcmp(cover_keys[k], key) == 0)
            return true;
    fprintf(stderr, "cover: %s: not one of line, toggle, bin, c, branch\n", key);
    return false;
}

static void print_missing(const struct cover *c, const char *key)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct cover_point *p = c->points[i];
        if (!p->hits && !p->reason && strcmp(cover_keys[p->kind], key) == 0)
            printf("%s:%u: %s\n", p->file, p->line, p->name);
    }
}

/* A module that no simulation has built has no point to miss: it gets one. */
static void add_missing_modules(struct cover *c)
{
    glob_t found;
    if (glob("rtl/*.v", 0, NULL, &found))
        return;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        bool built = false;
        for (size_t n = 0; n < c->count && !built; n++)
            built = c->points[n]->kind <= COVER_RTL_TOGGLE && !strcmp(c->points[n]->file, found.gl_pathv[i]);
        if (!built)
            cover_hit(c, COVER_RTL_LINE, found.gl_pathv[i], 1, 0, "file: no simulation has points of it", 0);
    }
    globfree(&found);
}

int main(int argc, char **argv)
{
    struct cover c = {0};
    const char *page = NULL, *missing = NULL, *option = "";
    bool good = true, rtl = false;
    for (int i = 1; i < argc && good; i++) {
        if (argv[i][0] == '-') {
            option = argv[i];
            continue;
        }
        if (!strcmp(option, "--dat"))
            rtl = good = cover_read_dat(&c, argv[i]);
        else if (!strcmp(option, "--gcov"))
            good = cover_read_gcov(&c, argv[i]);
        else if (!strcmp(option, "--blocks"))
            good = cover_read_blocks(&c, argv[i]);
        else if (!strcmp(option, "--waivers"))
            good = cover_read_waivers(&c, argv[i]);
        else if (!strcmp(option, "--page"))
            page = argv[i];
        else if (!strcmp(option, "--missing"))
            good = is_kind(missing = argv[i]);
        else
            good = false;
        if (!good && strcmp(option, "--missing"))
            fprintf(stderr, "cover: %s %s: not an option of cover.h's readers, or not such a file\n", option, argv[i]);
    }
    if (!good || !c.count)
        return 2;
    if (rtl)
        add_missing_modules(&c);
    cover_apply_waivers(&c, stdout);
    cover_sort(&c);
    if (missing)
        print_missing(&c, missing);
    bool below = print_totals(&c);
    if (page && !cover_write_page(&c, page)) {
        fprintf(stderr, "cover: %s: cannot be written\n", page);
        return 3;
    }
    return below || c.wrong;
}
