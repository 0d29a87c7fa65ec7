/* serac_cosim_tracing.c - the timelines of model and RTL, recorded, compared and written. */
#include "serac_cosim_tracing.h"

#include <stdio.h>

#include "serac_cli.h"

enum serac_status serac_cosim_tracing_begin(struct serac_cosim_tracing *t, const struct serac_trace_about *about,
                                            struct serac_error *error)
{
    return serac_recording_begin(&t->recording, t->path, t->cycles, true, true, about, error);
}

int serac_cosim_tracing_end(struct serac_cosim_tracing *t, int code)
{
    struct serac_error error = {""};
    enum serac_status status = code == SERAC_EXIT_DONE ? SERAC_OK : SERAC_E_MISMATCH;
    uint64_t events = 0;
    if (!t->path)
        return code;
    if (status == SERAC_OK && t->recording.trace)
        status = serac_trace_compare(t->recording.trace, &events, &error);
    bool timeline = t->recording.trace != NULL;
    if (status == SERAC_OK && timeline && !events) {
        snprintf(error.text, sizeof error.text, "%s: a program that is broken on purpose has no timeline", t->path);
        status = SERAC_E_INPUT;
    }
    status = serac_recording_end(&t->recording, status, &error);
    if (code != SERAC_EXIT_DONE)
        return code;
    if (status == SERAC_OK && timeline)
        printf("timelines of model and RTL: %llu events each, no difference\n", (unsigned long long)events);
    return status == SERAC_OK ? SERAC_EXIT_DONE : serac_cli_fail(status, &error);
}
