/* figure_wave.c - the source of a timing diagram: values of signals in a waveform, cycle by cycle.
 *
 * usage: figure_wave WAVE.vcd < FIGURE.json > SOURCE.json
 *
 * FIGURE is one entry of scripts/figures/figures.json: `windows` are stretches of cycles, each
 * {"signal", "rise", "from", "cycles"}: it begins `from` cycles after the signal, below the scope TOP, became high for the
 * `rise`-th time after the window before (from the start, for the first). `signals` are [label, path] and groups
 * [label, ...] of these. A cycle's value is that which the clock edge at its end sees; of a signal [label, path, format, "unknown"],
 * which has no reset, it is x until the first change of the run. The other keys are for the drawing.
 * An unknown signal, or one that does not rise: exit code 2 and one line. */
#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PERIOD = 1000, SIGNALS_MAX = 48, WINDOWS_MAX = 4, CYCLES_MAX = 200000, LINE = 8192 };

/* Its values, from the first cycle of the file on. */
struct signal {
    const char *path;
    char id[8];
    uint64_t now, *values;
    bool unknown;                 /* x until it changes first: a register without reset */
};

struct wave {
    struct signal signals[SIGNALS_MAX];
    uint32_t num_signals, cycles;
};

static _Noreturn void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("figure_wave: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(2);
}

static struct signal *signal_of(struct wave *w, const char *path)
{
    for (uint32_t i = 0; i < w->num_signals; i++)
        if (!strcmp(w->signals[i].path, path))
            return &w->signals[i];
    if (w->num_signals == SIGNALS_MAX)
        die("more than %d signals", SIGNALS_MAX);
    struct signal *s = &w->signals[w->num_signals++];
    *s = (struct signal){.path = path, .values = calloc(CYCLES_MAX, sizeof *s->values)};
    if (!s->values)
        die("out of memory");
    return s;
}

/* Every path that the figure's `signals`, a tree of lists, name. */
static void collect(struct wave *w, const cJSON *list)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, list) {
        if (!cJSON_IsArray(item))
            continue;
        const cJSON *second = cJSON_GetArrayItem(item, 1);
        if (cJSON_IsString(second))
            signal_of(w, second->valuestring)->unknown = cJSON_GetArraySize(item) > 3;
        else
            collect(w, item);
    }
}

/* --- the dump ------------------------------------------------------------- */

static void declare(struct wave *w, char *line, char *scope, size_t room)
{
    char kind[16], id[8], name[256];
    if (sscanf(line, " $scope %*s %255s", name) == 1) {
        size_t length = strlen(scope);
        snprintf(scope + length, room - length, "%s%s", length ? "." : "", name);
    } else if (strstr(line, "$upscope")) {
        char *dot = strrchr(scope, '.');
        *(dot ? dot : scope) = 0;
    } else if (sscanf(line, " $var %15s %*d %7s %255s", kind, id, name) == 3) {
        char path[1024];
        const char *below = strchr(scope, '.');
        snprintf(path, sizeof path, "%s%s%s", below ? below + 1 : "", below ? "." : "", name);
        for (uint32_t i = 0; i < w->num_signals; i++)
            if (!strcmp(w->signals[i].path, path))
                memcpy(w->signals[i].id, id, sizeof id);
    }
}

static void change(struct wave *w, const char *line)
{
    uint64_t value = 0;
    const char *id = line + 1;
    if (line[0] == 'b') {
        for (; *id == '0' || *id == '1'; id++)
            value = value << 1 | (*id == '1');
        id += *id == ' ';
    } else {
        value = line[0] == '1';
    }
    for (uint32_t i = 0; i < w->num_signals; i++)
        if (!strcmp(w->signals[i].id, id))
            w->signals[i].now = value;
}

/* Cycles that have ended by `time` keep the values of now. */
static void advance(struct wave *w, uint64_t time)
{
    for (; w->cycles < CYCLES_MAX && (w->cycles + 1) * (uint64_t)PERIOD <= time; w->cycles++)
        for (uint32_t i = 0; i < w->num_signals; i++)
            w->signals[i].values[w->cycles] = w->signals[i].now;
}

static void read_wave(struct wave *w, const char *path)
{
    static char line[LINE], scope[1024];
    FILE *file = fopen(path, "r");
    bool values = false;
    if (!file)
        die("%s: cannot be opened", path);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        if (!values) {
            declare(w, line, scope, sizeof scope);
            values = strstr(line, "$enddefinitions") != NULL;
        } else if (line[0] == '#') {
            advance(w, strtoull(line + 1, NULL, 10));
        } else if (line[0]) {
            change(w, line);
        }
    }
    fclose(file);
    for (uint32_t i = 0; i < w->num_signals; i++)
        if (!w->signals[i].id[0])
            die("%s: no signal %s", path, w->signals[i].path);
}

/* --- windows --------------------------------------------------------------- */

static int number(const cJSON *window, const char *key)
{
    const cJSON *item = cJSON_GetObjectItem(window, key);
    if (!cJSON_IsNumber(item))
        die("a window has no number %s", key);
    return item->valueint;
}

/* The window's first cycle; looks for its signal from `after` on. */
static uint32_t begin(struct wave *w, const cJSON *window, uint32_t after)
{
    const cJSON *name = cJSON_GetObjectItem(window, "signal");
    if (!cJSON_IsString(name))
        die("a window has no signal");
    const struct signal *s = signal_of(w, name->valuestring);
    int left = number(window, "rise");
    for (uint32_t i = after ? after : 1; i < w->cycles; i++)
        if (s->values[i] && !s->values[i - 1] && --left == 0) {
            int64_t first = (int64_t)i + number(window, "from");
            if (first < 0 || first + number(window, "cycles") > w->cycles)
                die("%s: the window is not inside the run", s->path);
            return (uint32_t)first;
        }
    die("%s does not rise so often", s->path);
}

static void print_values(const struct signal *s, const uint32_t *first, const uint32_t *count, uint32_t windows)
{
    uint32_t known = 0;
    while (s->unknown && known < CYCLES_MAX && s->values[known] == s->values[0])
        known++;
    for (uint32_t j = 0; j < windows; j++)
        for (uint32_t c = first[j]; c < first[j] + count[j]; c++)
            if (c < known)
                printf("%s\"x\"", j || c > first[j] ? "," : "");
            else
                printf("%s\"%llx\"", j || c > first[j] ? "," : "", (unsigned long long)s->values[c]);
}

static void print_source(struct wave *w, const cJSON *figure)
{
    uint32_t first[WINDOWS_MAX], count[WINDOWS_MAX], windows = 0, after = 0;
    const cJSON *window;
    cJSON_ArrayForEach(window, cJSON_GetObjectItem(figure, "windows")) {
        if (windows == WINDOWS_MAX)
            die("more than %d windows", WINDOWS_MAX);
        first[windows] = begin(w, window, after);
        count[windows] = (uint32_t)number(window, "cycles");
        after = first[windows] + count[windows];
        windows++;
    }
    if (!windows)
        die("no windows");
    char *keys = cJSON_PrintUnformatted(figure);
    printf("{\"figure\": %s,\n\"windows\": [", keys);
    for (uint32_t i = 0; i < windows; i++)
        printf("%s[%u, %u]", i ? ", " : "", (unsigned)first[i], (unsigned)count[i]);
    printf("],\n\"values\": {");
    for (uint32_t i = 0; i < w->num_signals; i++) {
        printf("%s\n  \"%s\": [", i ? "," : "", w->signals[i].path);
        print_values(&w->signals[i], first, count, windows);
        printf("]");
    }
    printf("\n}}\n");
}

int main(int argc, char **argv)
{
    static char text[1 << 16];
    static struct wave wave;
    if (argc != 2)
        die("usage: figure_wave WAVE.vcd < FIGURE.json");
    size_t length = fread(text, 1, sizeof text - 1, stdin);
    text[length] = 0;
    cJSON *figure = cJSON_Parse(text);
    if (!figure)
        die("the figure is no JSON");
    const cJSON *window;
    cJSON_ArrayForEach(window, cJSON_GetObjectItem(figure, "windows"))
        if (cJSON_IsString(cJSON_GetObjectItem(window, "signal")))
            signal_of(&wave, cJSON_GetObjectItem(window, "signal")->valuestring);
    collect(&wave, cJSON_GetObjectItem(figure, "signals"));
    read_wave(&wave, argv[1]);
    print_source(&wave, figure);
    cJSON_Delete(figure);
    return fflush(stdout) == 0 ? 0 : 3;
}
