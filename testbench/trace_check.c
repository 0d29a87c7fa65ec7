/* trace_check.c - trace_check FILE [ROWS.json]: checks a timeline, and its sums against
 * the rows of serac infer --json. */
#include "trace_check.h"

int main(int argc, char **argv)
{
    static struct trace_check c;
    char *text = argc > 1 ? trace_read(argv[1]) : NULL;
    char *rows = argc > 2 ? trace_read(argv[2]) : NULL;
    if (!text || (argc > 2 && !rows)) {
        fprintf(stderr, "trace_check: usage: trace_check FILE [ROWS.json]\n");
        return 2;
    }
    bool good = trace_check(&c, text, rows);
    if (good)
        printf("%s: %llu events, %llu slices, %zu flows, all as documented\n",
               argv[1], (unsigned long long)c.events,
               (unsigned long long)c.slices, c.num_flows / 2);
    else
        fprintf(stderr, "trace_check: %s: %s\n", argv[1], c.why);
    free(text);
    free(rows);
    return good ? 0 : 1;
}
