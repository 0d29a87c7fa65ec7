/* page.c - the page: totals, files, what is missing, what is left out. */
#include "cover.h"

#include <stdlib.h>
#include <string.h>

static const char head[] =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Serac: coverage</title>\n"
    "<meta name=\"viewport\" content=\"width=device-width\"><style>\n"
    "body{font:15px/1.45 system-ui,sans-serif;max-width:1100px;margin:2em auto;padding:0 1em;color:#222;background:#fff}\n"
    "table{border-collapse:collapse;margin:.6em 0}td,th{padding:.15em .7em;text-align:right;border-bottom:1px solid #ddd}\n"
    "td:first-child,th:first-child,td.t{text-align:left}.low{color:#b00020;font-weight:600}\n"
    "pre{overflow-x:auto;font-size:12.5px;background:#f6f6f6;padding:.6em}summary{cursor:pointer}\n"
    "</style><h1>Coverage</h1>\n";

static void escape(FILE *to, const char *text)
{
    for (; *text; text++) {
        const char *as = *text == '<' ? "&lt;" : *text == '>' ? "&gt;" : *text == '&' ? "&amp;" : NULL;
        if (as)
            fputs(as, to);
        else
            fputc(*text, to);
    }
}

static void write_totals(const struct cover *c, FILE *to)
{
    fputs("<table><tr><th>what<th>points<th>met<th>%<th>goal<th>excluded</tr>\n", to);
    for (int k = 0; k < COVER_KINDS; k++) {
        struct cover_sum s = cover_total(c, (enum cover_kind)k);
        fprintf(to, "<tr><td>%s", cover_titles[k]);
        if (s.points + s.waived == 0) {
            fputs("<td colspan=5>not measured</tr>\n", to);
            continue;
        }
        bool low = cover_percent(&s) < cover_goals[k];
        fprintf(to, "<td>%zu<td>%zu<td%s>%.2f<td>", s.points, s.met, low ? " class=low" : "", cover_percent(&s));
        fprintf(to, cover_goals[k] > 0 ? "%g" : "", cover_goals[k]);
        fprintf(to, "<td>%zu</tr>\n", s.waived);
    }
    fputs("</table>\n", to);
}

/* Points `from`.. are of one file and kind; returns where the next begin. */
static size_t file_end(const struct cover *c, size_t from)
{
    const struct cover_point *p = c->points[from];
    size_t i = from;
    while (i < c->count && c->points[i]->kind == p->kind && strcmp(c->points[i]->file, p->file) == 0)
        i++;
    return i;
}

static void write_files(const struct cover *c, enum cover_kind kind, FILE *to)
{
    fprintf(to, "<h2>%s</h2><table><tr><th>file<th>points<th>met<th>%%<th>excluded</tr>\n", cover_titles[kind]);
    for (size_t i = 0, end; i < c->count; i = end) {
        struct cover_sum s = {0};
        end = file_end(c, i);
        if (c->points[i]->kind != kind)
            continue;
        for (size_t n = i; n < end; n++) {
            const struct cover_point *p = c->points[n];
            s.waived += p->reason != NULL;
            s.points += !p->reason;
            s.met += !p->reason && p->hits;
        }
        fprintf(to, "<tr><td>%s<td>%zu<td>%zu<td%s>%.2f<td>%zu</tr>\n", c->points[i]->file, s.points, s.met,
                s.met < s.points ? " class=low" : "", cover_percent(&s), s.waived);
    }
    fputs("</table>\n", to);
}

static void write_missing(const struct cover *c, enum cover_kind kind, FILE *to)
{
    struct cover_sum s = cover_total(c, kind);
    if (s.met == s.points)
        return;
    fprintf(to, "<details><summary>%zu not met</summary><pre>\n", s.points - s.met);
    for (size_t i = 0; i < c->count; i++) {
        const struct cover_point *p = c->points[i];
        if (p->kind != kind || p->hits || p->reason)
            continue;
        if (p->line)
            fprintf(to, "%s:%u: ", p->file, p->line);
        escape(to, p->name);
        fputc('\n', to);
    }
    fputs("</pre></details>\n", to);
}

static void write_bins(const struct cover *c, FILE *to)
{
    fputs("<details><summary>bins, and how many layers met each</summary><pre>\n", to);
    for (size_t i = 0; i < c->count; i++) {
        const struct cover_point *p = c->points[i];
        if (p->kind == COVER_BIN && !p->reason)
            fprintf(to, "%8llu  %s\n", (unsigned long long)p->hits, p->name);
    }
    fputs("</pre></details>\n", to);
}

static int by_reason(const void *a, const void *b)
{
    const struct cover_point *p = *(struct cover_point *const *)a, *q = *(struct cover_point *const *)b;
    int by = (p->kind > q->kind) - (p->kind < q->kind);
    return by ? by : strcmp(p->reason, q->reason);
}

static void write_excluded(const struct cover *c, FILE *to)
{
    struct cover_point **list = cover_room(NULL, (c->count + 1) * sizeof *list);
    size_t count = 0;
    for (size_t i = 0; i < c->count; i++)
        if (c->points[i]->reason)
            list[count++] = c->points[i];
    qsort(list, count, sizeof *list, by_reason);
    fputs("<h2>Excluded</h2><table><tr><th>what<th>points<th>reason</tr>\n", to);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i; end < count && by_reason(&list[i], &list[end]) == 0; end++) {}
        fprintf(to, "<tr><td>%s<td>%zu<td class=t>", cover_titles[list[i]->kind], end - i);
        escape(to, list[i]->reason);
        fputs("<details><summary>which</summary><pre>\n", to);
        for (size_t n = i; n < end; n++) {
            fprintf(to, "%s:%u: ", list[n]->file, list[n]->line);
            escape(to, list[n]->name);
            fputc('\n', to);
        }
        fputs("</pre></details></tr>\n", to);
    }
    fputs("</table>\n", to);
    free(list);
}

bool cover_write_page(const struct cover *c, const char *path)
{
    FILE *to = fopen(path, "w");
    if (!to)
        return false;
    fputs(head, to);
    write_totals(c, to);
    fputs("<p>A point of RTL is a branch or block of an always block, by source line, over all instances and "
          "parameters; a toggle is a bit of a signal, both ways in one simulation. A functional bin counts "
          "layers that model and RTL ran alike in every cycle. How it is measured: testbench/README.md.</p>\n", to);
    for (int k = 0; k < COVER_KINDS; k++) {
        struct cover_sum s = cover_total(c, (enum cover_kind)k);
        if (s.points + s.waived == 0)
            continue;
        write_files(c, (enum cover_kind)k, to);
        write_missing(c, (enum cover_kind)k, to);
        if (k == COVER_BIN)
            write_bins(c, to);
    }
    write_excluded(c, to);
    bool good = !ferror(to);
    return fclose(to) == 0 && good;
}
