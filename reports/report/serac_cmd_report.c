/* serac_cmd_report.c - serac report: words, tables and pictures on results. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "serac_db.h"
#include "serac_infer.h"
#include "serac_report_load.h"

enum format { HTML, MD, CSV, JSON, SCALESIM, FORMATS };
static const char *const formats[FORMATS] = {"html", "md", "csv", "json", "scalesim"};

struct options {
    const char *path, *out;            /* what is read; the folder that is written */
    bool wanted[FORMATS];
    uint64_t point;                    /* from 1; 0: not given */
};

/* --- files ------------------------------------------------------------------------- */

typedef enum serac_status write_fn(FILE *to, const struct serac_report *report,
                                   const struct options *o, int which,
                                   struct serac_error *error);

static enum serac_status write_html(FILE *to, const struct serac_report *r,
                                    const struct options *o, int which,
                                    struct serac_error *error)
{
    (void)o, (void)which, (void)error;
    return serac_report_html(to, r);
}

static enum serac_status write_markdown(FILE *to, const struct serac_report *r,
                                        const struct options *o, int which,
                                        struct serac_error *error)
{
    (void)o, (void)which, (void)error;
    return serac_report_markdown(to, r);
}

static enum serac_status write_rows(FILE *to, const struct serac_report *r,
                                    const struct options *o, int which,
                                    struct serac_error *error)
{
    (void)r;
    return serac_report_export(to, o->path, which == JSON, error);
}

static enum serac_status write_scalesim(FILE *to, const struct serac_report *r,
                                        const struct options *o, int which,
                                        struct serac_error *error)
{
    (void)error;
    serac_report_scalesim(to, (enum serac_scalesim)which, r,
                          o->point ? (size_t)o->point - 1 : 0);
    return SERAC_OK;
}

/* One file, whole or not at all. */
static int write_file(const struct serac_report *r, const struct options *o,
                      const char *name, write_fn *fn, int which)
{
    char path[1200], *text = NULL;
    size_t bytes;
    struct serac_error error = {""};
    FILE *to = open_memstream(&text, &bytes);
    if (!to)
        return serac_cli_fail(SERAC_E_NOMEM, NULL);
    enum serac_status status = fn(to, r, o, which, &error);
    if (fclose(to) && status == SERAC_OK)
        status = SERAC_E_NOMEM;
    snprintf(path, sizeof path, "%.1000s/%s", o->out, name);
    int code = status == SERAC_OK ? serac_cli_write(path, text, bytes)
                                  : serac_cli_fail(status, &error);
    if (code == SERAC_EXIT_DONE)
        printf("written: %s\n", path);
    free(text);
    return code;
}

static int write_report(const struct serac_report *r, const struct options *o)
{
    static const struct {
        const char *name;
        write_fn *fn;
    } files[SCALESIM] = {{"report.html", write_html}, {"report.md", write_markdown},
                         {"report.csv", write_rows}, {"report.json", write_rows}};
    int code = SERAC_EXIT_DONE;
    for (int f = 0; code == SERAC_EXIT_DONE && f < SCALESIM; f++)
        if (o->wanted[f])
            code = write_file(r, o, files[f].name, files[f].fn, f);
    for (int f = 0; code == SERAC_EXIT_DONE && o->wanted[SCALESIM] &&
                    f < SERAC_SCALESIM_FILES; f++)
        code = write_file(r, o, serac_scalesim_name((enum serac_scalesim)f),
                          write_scalesim, f);
    if (code == SERAC_EXIT_DONE && o->wanted[HTML] && !serac_report_has_charts())
        fprintf(stderr, "serac report: without charts: this program was built without "
                        "libjs-chart.js, which scripts/setup.sh installs\n");
    return code;
}

/* --- the terminal ------------------------------------------------------------------- */

/* What was measured, and how surely; nothing of rows without accuracy. */
static void print_accuracy(const struct serac_row *totals, size_t count)
{
    double least = 0, most = 0, widest = 0;
    for (size_t i = 0; i < count; i++) {
        double low, high, n = serac_row_get(&totals[i], SERAC_COLUMN_images);
        double right = n * serac_row_get(&totals[i], SERAC_COLUMN_accuracy);
        if (!(right >= 0 && n >= 1))           /* NAN if a cell is empty */
            continue;
        serac_wilson((uint64_t)(right + 0.5), (uint64_t)n, &low, &high);
        widest = high - low > widest ? high - low : widest;
        least = !most || n < least ? n : least;
        most = n > most ? n : most;
    }
    if (!most)
        return;
    printf("accuracy on n = %.0f", least);
    if (most > least)
        printf(" to %.0f", most);
    printf(" images, 95 %% intervals at most %.4f wide\n", widest);
}

static void print_technologies(const struct serac_row *totals, size_t count)
{
    printf("area and energy: technology ");
    for (size_t i = 0; i < count; i++) {
        const char *name = totals[i].cells[SERAC_COLUMN_technology];
        size_t before = 0;
        while (before < i &&
               strcmp(totals[before].cells[SERAC_COLUMN_technology], name))
            before++;
        if (before == i)
            printf("%s%s", i ? ", " : "", name);
    }
    printf("\n\n");
}

/* The totals on the terminal, accuracies with their 95 % interval. */
static void print_totals(const struct serac_report *r)
{
    static const enum serac_column shown[] = {
        SERAC_COLUMN_design, SERAC_COLUMN_network, SERAC_COLUMN_weight_bits,
        SERAC_COLUMN_accuracy, SERAC_COLUMN_cycles, SERAC_COLUMN_time_us,
        SERAC_COLUMN_gops, SERAC_COLUMN_energy_uj, SERAC_COLUMN_area_um2,
        SERAC_COLUMN_gops_mm2, SERAC_COLUMN_tops_w,
        SERAC_COLUMN_weight_bytes};
    if (!r->num_totals)
        return;
    if (r->num_totals <= SERAC_REPORT_WHOLE)
        serac_result_table(stdout, r->totals, r->num_totals, shown,
                           sizeof shown / sizeof *shown);
    else
        printf("%zu points\n", r->num_totals);
    putchar('\n');
    print_accuracy(r->totals, r->num_totals);
    print_technologies(r->totals, r->num_totals);
}

/* --- the command -------------------------------------------------------------------- */

/* "html,csv"; NULL: html,md. */
static bool parse_formats(const char *list, struct options *o)
{
    o->wanted[HTML] = o->wanted[MD] = !list;
    for (bool more = list != NULL; more;) {
        size_t length = strcspn(list, ","), f = 0;
        while (f < FORMATS && (strlen(formats[f]) != length ||
                               strncmp(formats[f], list, length)))
            f++;
        if (f == FORMATS) {
            fprintf(stderr, "serac report: --format %.*s: must be html, md, csv, json or "
                            "scalesim, or several with commas\n", (int)length, list);
            return false;
        }
        o->wanted[f] = true;
        more = list[length] == ',';
        list += length + 1;
    }
    return true;
}

/* The folder of a file, or the folder itself. */
static void default_out(const char *path, char *out, size_t room)
{
    struct stat s;
    snprintf(out, room, "%s", path);
    if (stat(path, &s) || S_ISDIR(s.st_mode))
        return;
    char *slash = strrchr(out, '/');
    if (slash)
        *slash = 0;
    else
        snprintf(out, room, ".");
}

static int report(struct options *o)
{
    struct serac_report r;
    struct serac_error error = {""};
    enum serac_status status = serac_report_load(o->path, (size_t)o->point, &r, &error);
    if (status != SERAC_OK)
        return serac_cli_fail(status, &error);
    int code = SERAC_EXIT_DONE;
    if (o->wanted[SCALESIM] && !o->point && r.num_totals != 1) {
        fprintf(stderr, "serac report: --format scalesim is of one point of %zu: give "
                        "--point, its number in the report\n", r.num_totals);
        code = SERAC_EXIT_INPUT;
    } else if (mkdir(o->out, 0777) && errno != EEXIST) {
        fprintf(stderr, "serac: %s: cannot be written: %s\n", o->out, strerror(errno));
        code = SERAC_EXIT_INPUT;
    } else {
        char pending[160];
        print_totals(&r);
        serac_say_pending(&r, pending, sizeof pending);
        if (*pending)
            fprintf(stderr, "serac report: %s: %s\n", o->path, pending);
        code = write_report(&r, o);
    }
    serac_report_free(&r);
    return code;
}

int serac_cmd_report(int argc, char **argv)
{
    const char *format = NULL, *point = NULL;
    char out[1100];
    struct options o = {.out = NULL};
    const struct serac_option options[] = {
        {"format", "LIST", "html, md, csv, json, scalesim, or several with commas (html,md)",
         &format},
        {"point", "N", "with scalesim: which point, by its number in the report", &point},
        {"out", "OUT", "or -o: folder of the files (that of the results)", &o.out},
        {NULL, NULL, NULL, NULL}};
    const struct serac_usage usage = {
        "report", "DIR|FILE.csv [options]",
        "Writes a report on the results in DIR/" SERAC_DB_FILE ", which serac sweep or serac "
        "tune filled, or\non a CSV of serac infer or export: report.html (one file, opens in "
        "any browser), report.md,\nreport.csv, report.json, and the three files of SCALE-Sim. "
        "What serac cosim --out DIR found is\nin it.",
        "  serac report build/fashion\n"
        "  serac infer fashion-w2 --csv > run.csv && serac report run.csv --out build/run\n"
        "  serac report build/fashion --format scalesim --point 3 --out build/scalesim\n",
        options};
    int code = serac_cli_parse(&usage, argc, argv, &o.path, 1);
    if (code >= 0)
        return code;
    if (!parse_formats(format, &o) ||
        (point && !serac_cli_number("--point", point, 1, 1u << 30, &o.point)))
        return SERAC_EXIT_INPUT;
    if (point && !o.wanted[SCALESIM]) {
        fprintf(stderr, "serac report: --point goes with --format scalesim\n");
        return SERAC_EXIT_INPUT;
    }
    if (!o.out) {
        default_out(o.path, out, sizeof out);
        o.out = out;
    }
    return report(&o);
}
