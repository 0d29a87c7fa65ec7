/* serac_checks.c - DIR/cosim.csv: what lock step of model and RTL found. */
#include "serac_checks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "serac_cli.h"
#include "serac_sources.h"

#define FIELDS 10                      /* the last one is missing in older files */

#define OLD_HEAD "design,memory,network,seed,layers,cycles,bytes,largest_difference_cycles,result"
static const char head[] = OLD_HEAD ",version\n";

/* In the order of the head. */
static char *field(struct serac_check *c, int index, size_t *room)
{
    char *const fields[FIELDS] = {c->design, c->memory, c->network, c->seed, c->layers,
                                  c->cycles, c->bytes, c->difference, c->result,
                                  c->version};
    *room = index == FIELDS - 2 ? sizeof c->result : SERAC_CELL;
    return fields[index];
}

static enum serac_status say(struct serac_error *error, const char *path, unsigned line,
                             const char *what)
{
    if (error && line)
        snprintf(error->text, sizeof error->text, "%s:%u: %s", path, line, what);
    else if (error)
        snprintf(error->text, sizeof error->text, "%s: cannot be written: %s", path, what);
    return SERAC_E_INPUT;
}

static enum serac_status unreadable(struct serac_error *error, const char *path)
{
    if (error)
        snprintf(error->text, sizeof error->text, "%s: cannot be read: %s", path,
                 strerror(errno));
    return SERAC_E_INPUT;
}

/* Commas, quotes and line ends become blanks: nobody parses these texts. */
static void write_field(FILE *to, const char *text, char end)
{
    for (; *text; text++)
        fputc(strchr(",\"\r\n", *text) ? ' ' : *text, to);
    fputc(end, to);
}

enum serac_status serac_checks_folder(const char *dir, struct serac_error *error)
{
    if ((mkdir(dir, 0777) && errno != EEXIST) || access(dir, W_OK | X_OK))
        return say(error, dir, 0, strerror(errno));
    return SERAC_OK;
}

enum serac_status serac_checks_append(const char *dir, const struct serac_check *check,
                                      struct serac_error *error)
{
    char path[1200];
    struct serac_check copy = *check;
    snprintf(copy.version, sizeof copy.version, "%s %s", SERAC_VERSION, serac_sources);
    snprintf(path, sizeof path, "%.1000s/" SERAC_CHECKS_FILE, dir);
    FILE *file = fopen(path, "a");
    if (!file)
        return say(error, path, 0, strerror(errno));
    if (!fseek(file, 0, SEEK_END) && ftell(file) == 0)
        fputs(head, file);
    for (int i = 0; i < FIELDS; i++) {
        size_t room;
        write_field(file, field(&copy, i, &room), i + 1 < FIELDS ? ',' : '\n');
    }
    bool failed = ferror(file) != 0;
    return fclose(file) || failed ? say(error, path, 0, strerror(errno)) : SERAC_OK;
}

/* False: too few or too many fields, or one too long. */
static bool read_check(char *line, struct serac_check *c)
{
    memset(c, 0, sizeof *c);
    line[strcspn(line, "\r\n")] = 0;
    for (int i = 0; i < FIELDS; i++) {
        size_t room, length = strcspn(line, ",");
        char *to = field(c, i, &room);
        if (length >= room)
            return false;
        memcpy(to, line, length);
        to[length] = 0;
        if (!line[length])
            return i >= FIELDS - 2;
        line += length + 1;
    }
    return false;
}

static enum serac_status keep(struct serac_checks *all, const struct serac_check *c)
{
    size_t at = 0;
    while (at < all->count && (strcmp(all->check[at].design, c->design) ||
                               strcmp(all->check[at].memory, c->memory) ||
                               strcmp(all->check[at].network, c->network) ||
                               strcmp(all->check[at].seed, c->seed)))
        at++;
    if (at == all->count) {
        struct serac_check *more = realloc(all->check, (at + 1) * sizeof *more);
        if (!more)
            return SERAC_E_NOMEM;
        all->check = more;
        all->count++;
    }
    all->check[at] = *c;
    return SERAC_OK;
}

enum serac_status serac_checks_read(const char *dir, struct serac_checks *checks,
                                    struct serac_error *error)
{
    char path[1200], line[1024];
    unsigned number = 0;
    snprintf(path, sizeof path, "%.1000s/" SERAC_CHECKS_FILE, dir);
    FILE *file = fopen(path, "r");
    enum serac_status status = SERAC_OK;
    if (!file)
        return errno == ENOENT ? SERAC_OK : unreadable(error, path);
    while (status == SERAC_OK && fgets(line, sizeof line, file)) {
        struct serac_check check;
        if (number++ == 0)
            status = strcmp(line, head) && strcmp(line, OLD_HEAD "\n")
                         ? say(error, path, 1, "not a file of serac cosim --out") : SERAC_OK;
        else if (!read_check(line, &check))
            status = say(error, path, number, "not a line of serac cosim --out");
        else
            status = keep(checks, &check);
    }
    if (status == SERAC_OK && ferror(file))
        status = unreadable(error, path);
    fclose(file);
    return status;
}
