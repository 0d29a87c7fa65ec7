/* Timelines: what the writer makes of a run, and that trace_check.h sees each kind of
 * mistake. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <sys/resource.h>
#include <unistd.h>

#include "serac_recording.h"
#include "serac_trace.h"
#include "serac_trace_side.h"
#include "trace_check.h"

static char folder[] = "/tmp/serac-trace-XXXXXX", path[64], beside[80];
static struct serac_trace *trace;
static struct serac_error error;
static const struct serac_design design = {.name = "tiny", .queue_depth = 2};
static const struct serac_trace_about about = {
    .design = "tiny", .network = "a \"net\"", .seed = 7, .clock_mhz = NAN};
static const struct serac_trace_layer layers[] = {{"one", "conv"},
                                                  {"t\\wo", "gemm"}};

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/t.json", folder);
    snprintf(beside, sizeof beside, "%s.part", path);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);   /* fails if anything was left in it */
}

static int open_trace(void **state)
{
    (void)state;
    error.text[0] = '\0';
    return serac_trace_begin(path, &about, &trace, &error) != SERAC_OK;
}

static int remove_file(void **state)
{
    (void)state;
    (void)remove(path);
    return 0;
}

/* --- a small run: two layers of two tiles and one ------------------------------------- */

static void hear_execute(const struct serac_observer *o)
{
    void *c = o->ctx;
    o->execute(c, 0, SERAC_STATE_IDLE, SERAC_CAUSE_FILL_DRAIN, 0, 10);
    o->execute(c, 0, SERAC_STATE_RUN, SERAC_CAUSE_FILL_DRAIN, 10, 15);
    o->execute(c, 0, SERAC_STATE_WAIT_RECEIVE, SERAC_CAUSE_FILL_DRAIN, 15, 30);
    o->execute(c, 0, SERAC_STATE_RUN, SERAC_CAUSE_ARRAY_BUSY, 30, 39);
    o->execute(c, 0, SERAC_STATE_RUN, SERAC_CAUSE_ARRAY_BUSY, 39, 40);
    o->tile(c, 39);
    o->execute(c, 0, SERAC_STATE_RUN, SERAC_CAUSE_ARRAY_BUSY, 40, 50);
    o->tile(c, 49);
    o->execute(c, 1, SERAC_STATE_WAIT_RECEIVE, SERAC_CAUSE_STALL_FETCH, 50, 60);
    o->execute(c, 1, SERAC_STATE_RUN, SERAC_CAUSE_ARRAY_BUSY, 60, 65);
    o->tile(c, 64);
    o->execute(c, 1, SERAC_STATE_IDLE, SERAC_CAUSE_FILL_DRAIN, 65, 80);
}

static void hear_post(const struct serac_observer *o)
{
    o->stage(o->ctx, SERAC_STAGE_POST, 0, SERAC_STATE_RUN, SERAC_TASK_TILE, 40, 55);
    o->stage(o->ctx, SERAC_STAGE_POST, 0, SERAC_STATE_RUN, SERAC_TASK_TILE, 50, 60);
    o->stage(o->ctx, SERAC_STAGE_POST, 1, SERAC_STATE_RUN, SERAC_TASK_TILE, 65, 79);
}

static void hear_fetch(const struct serac_observer *o)
{
    void *c = o->ctx;
    o->stage(c, SERAC_STAGE_FETCH, 0, SERAC_STATE_RUN, SERAC_TASK_PROGRAM, 0, 2);
    o->stage(c, SERAC_STAGE_FETCH, 0, SERAC_STATE_RUN, SERAC_TASK_WEIGHTS, 2, 5);
    o->stage(c, SERAC_STAGE_FETCH, 0, SERAC_STATE_WAIT_MEMORY,
             SERAC_TASK_WEIGHTS, 5, 9);
    o->stage(c, SERAC_STAGE_FETCH, 1, SERAC_STATE_WAIT_RECEIVE,
             SERAC_TASK_NONE, 9, 20);
    o->stage(c, SERAC_STAGE_FETCH, 1, SERAC_STATE_WAIT_SPACE,
             SERAC_TASK_WEIGHTS, 20, 52);
    o->stage(c, SERAC_STAGE_FETCH, 1, SERAC_STATE_RUN, SERAC_TASK_WEIGHTS, 52, 55);
}

static void hear_memory(const struct serac_observer *o)
{
    struct serac_observed_burst b = {
        .channel = SERAC_READ, .data = SERAC_DATA_WEIGHTS, .block = 0,
        .beats = 4, .address = 4096, .request = 3, .handshake = 4,
        .first_beat = 20, .last_beat = 23, .response = 23};
    o->burst(o->ctx, &b);
    b.request = b.handshake = 7;
    b.first_beat = 24;
    b.last_beat = 27;
    o->burst(o->ctx, &b);
}

/* Two halves are there from the start; the third load waits for one. */
static void hear_tokens(const struct serac_observer *o, uint64_t late)
{
    void *c = o->ctx;
    o->token(c, SERAC_TOKEN_WEIGHTS_LOADED, false, 28, 1);
    o->token(c, SERAC_TOKEN_WEIGHTS_LOADED, true, 29, 1);
    o->token(c, SERAC_TOKEN_WEIGHTS_FREE, true, 3, 2);
    o->token(c, SERAC_TOKEN_WEIGHTS_FREE, false, 51, 1);
    o->token(c, SERAC_TOKEN_WEIGHTS_FREE, true, 52 + late, 1);
}

static void hear_all(struct serac_trace_side *side, uint64_t late)
{
    const struct serac_observer *o = serac_trace_observer(side);
    serac_trace_begin_run(side, &design, layers, 2);
    hear_execute(o);
    hear_post(o);
    hear_fetch(o);
    hear_memory(o);
    hear_tokens(o, late);
    serac_trace_end_run(side);
}

/* The text of a trace with the small run, once or twice. */
static char *written(int runs)
{
    struct serac_trace_side *side = serac_trace_add_side(trace, "model");
    assert_non_null(side);
    for (int i = 0; i < runs; i++)
        hear_all(side, 0);
    assert_int_equal(serac_trace_end(trace, true, &error), SERAC_OK);
    return trace_read(path);
}

static void assert_good(const char *text)
{
    static struct trace_check check;
    (void)trace_check(&check, text, NULL);
    assert_string_equal(check.why, "");
    assert_true(check.slices > 0 && check.num_flows > 0);
}

/* --- the writer --------------------------------------------------------------------------- */

static void test_a_run_becomes_a_trace_as_documented(void **state)
{
    (void)state;
    char *text = written(1);
    assert_good(text);
    /* Neighbours of one kind are one slice, tiles are apart. */
    assert_non_null(strstr(text, "\"ts\":30,\"dur\":10,\"name\":\"one tile\""));
    assert_non_null(strstr(text, "\"ts\":40,\"dur\":10,\"name\":\"one tile\""));
    assert_non_null(strstr(text, "\"ts\":50,\"dur\":10,\"name\":\"stall_fetch\""));
    assert_non_null(strstr(text, "\"ts\":0,\"dur\":50,\"name\":\"one\""));
    assert_non_null(strstr(text, "\"array_busy_cycles\":20"));
    assert_non_null(strstr(text, "\"network\":\"a \\\"net\\\"\""));
    assert_non_null(strstr(text, "\"name\":\"t\\\\wo drain\""));
    free(text);
}

static void assert_string_of(const char *text, const char *expected)
{
    char got[200] = "";
    FILE *file = fmemopen(got, sizeof got, "w");
    assert_non_null(file);
    serac_trace_string(file, text);
    fclose(file);
    assert_string_equal(got, expected);
}

/* First and last of each length pass, what lies beyond is replaced byte by byte. */
static void test_bytes_that_are_no_utf8_are_replaced(void **state)
{
    (void)state;
    assert_string_of("a\x7f\n\"", "\"a\x7f\\u000a\\\"\"");
    assert_string_of("\xc2\x80\xdf\xbf", "\"\xc2\x80\xdf\xbf\"");
    assert_string_of("\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf",
                     "\"\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\"");
    assert_string_of("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", "\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"");
    assert_string_of("\x80z\xff", "\"\\ufffdz\\ufffd\"");
    assert_string_of("\xc1\xbf", "\"\\ufffd\\ufffd\"");                  /* overlong */
    assert_string_of("\xe0\x9f\xbf", "\"\\ufffd\\ufffd\\ufffd\"");
    assert_string_of("\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"");       /* a surrogate */
    assert_string_of("\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
    assert_string_of("\xc3", "\"\\ufffd\"");                              /* cut off */
    assert_string_of("\xf0\x90\x80", "\"\\ufffd\\ufffd\\ufffd\"");
}

static void test_a_drain_ends_where_the_next_one_begins(void **state)
{
    (void)state;
    char *text = written(1);
    assert_non_null(strstr(text, "\"ts\":40,\"dur\":10,\"name\":\"one drain\""));
    assert_non_null(strstr(text, "\"ts\":50,\"dur\":10,\"name\":\"one drain\""));
    free(text);
}

static void test_a_token_that_was_there_from_the_start_has_no_arrow(void **state)
{
    (void)state;
    char *text = written(1);
    const char *first = strstr(text, "\"name\":\"weights free\"");
    assert_non_null(first);
    assert_non_null(strstr(text, "\"ts\":51.5,\"name\":\"weights free\""));
    assert_non_null(strstr(text, "\"ts\":52.5,\"name\":\"weights free\""));
    assert_null(strstr(text, "\"ts\":3.5"));
    free(text);
}

static void test_a_second_run_begins_where_the_first_one_ended(void **state)
{
    (void)state;
    char *text = written(2);
    assert_good(text);
    assert_non_null(strstr(text, "\"ts\":80,\"dur\":50,\"name\":\"one\""));
    free(text);
}

static void test_sides_are_equal_whatever_the_order_of_their_stages(void **state)
{
    (void)state;
    struct serac_trace_side *a = serac_trace_add_side(trace, "model");
    struct serac_trace_side *b = serac_trace_add_side(trace, "RTL");
    const struct serac_observer *o = serac_trace_observer(b);
    uint64_t events = 0;
    assert_null(serac_trace_add_side(trace, "third"));
    hear_all(a, 0);
    serac_trace_begin_run(b, &design, layers, 2);
    hear_tokens(o, 0);
    hear_memory(o);
    hear_fetch(o);
    hear_post(o);
    hear_execute(o);
    serac_trace_end_run(b);
    assert_int_equal(serac_trace_compare(trace, &events, &error), SERAC_OK);
    assert_true(events > 20);
    assert_int_equal(serac_trace_end(trace, true, &error), SERAC_OK);
    char *text = trace_read(path);
    assert_good(text);
    free(text);
}

static void test_sides_differ_when_a_token_is_taken_a_cycle_later(void **state)
{
    (void)state;
    uint64_t events;
    hear_all(serac_trace_add_side(trace, "model"), 0);
    hear_all(serac_trace_add_side(trace, "RTL"), 1);
    assert_int_equal(serac_trace_compare(trace, &events, &error),
                     SERAC_E_MISMATCH);
    assert_non_null(strstr(error.text, "timelines differ: counters"));
    assert_int_equal(serac_trace_end(trace, false, &error), SERAC_OK);
}

static void test_sides_differ_when_one_stops_earlier(void **state)
{
    (void)state;
    uint64_t events;
    hear_all(serac_trace_add_side(trace, "model"), 0);
    struct serac_trace_side *b = serac_trace_add_side(trace, "RTL");
    serac_trace_begin_run(b, &design, layers, 2);
    serac_trace_end_run(b);
    assert_int_equal(serac_trace_compare(trace, &events, &error),
                     SERAC_E_MISMATCH);
    assert_non_null(strstr(error.text, "RTL none"));
    assert_int_equal(serac_trace_end(trace, false, &error), SERAC_OK);
}

/* --- files ----------------------------------------------------------------------------------- */

static void test_a_dropped_trace_leaves_nothing(void **state)
{
    (void)state;
    hear_all(serac_trace_add_side(trace, "model"), 0);
    assert_int_equal(serac_trace_end(trace, false, &error), SERAC_OK);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_not_equal(access(beside, F_OK), 0);
}

/* A limit on the size of files stands for a full disk. */
static void test_a_full_disk_leaves_the_old_file(void **state)
{
    (void)state;
    FILE *old = fopen(path, "w");
    fputs("old", old);
    fclose(old);
    struct rlimit limit, few = {2000, 2000};
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    few.rlim_max = limit.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    hear_all(serac_trace_add_side(trace, "model"), 0);
    setrlimit(RLIMIT_FSIZE, &few);
    enum serac_status status = serac_trace_end(trace, true, &error);
    setrlimit(RLIMIT_FSIZE, &limit);
    assert_int_equal(status, SERAC_E_INPUT);
    assert_non_null(strstr(error.text, "t.json: cannot be written: File too large"));
    char *text = trace_read(path);
    assert_string_equal(text, "old");
    free(text);
    assert_int_not_equal(access(beside, F_OK), 0);
}

/* Two sides of many equal runs; the disk is full until here or during the comparison. */
static void assert_full_disk_is_no_comparison(int runs, bool later)
{
    struct rlimit limit, few;
    uint64_t events = 7;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    few = (struct rlimit){64, limit.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    struct serac_trace_side *sides[] = {serac_trace_add_side(trace, "model"), serac_trace_add_side(trace, "RTL")};
    if (!later)
        setrlimit(RLIMIT_FSIZE, &few);
    for (int i = 0; i < 2 * runs; i++)
        hear_all(sides[i % 2], 0);
    setrlimit(RLIMIT_FSIZE, later ? &few : &limit);
    enum serac_status status = serac_trace_compare(trace, &events, &error);
    setrlimit(RLIMIT_FSIZE, &limit);
    assert_int_equal(serac_trace_end(trace, false, NULL), SERAC_OK);
    assert_int_equal(status, SERAC_E_INPUT);
    assert_int_equal(events, 0);
    assert_non_null(strstr(error.text, later ? "t.json: cannot be written: File too large"
                                             : "t.json: cannot be written: "));
}

static void test_events_lost_to_a_full_disk_are_not_compared(void **state)
{
    (void)state;
    assert_full_disk_is_no_comparison(200, false);
}

static void test_events_that_still_wait_are_written_before_they_are_compared(void **state)
{
    (void)state;
    assert_full_disk_is_no_comparison(1, true);
}

static void test_a_file_below_a_file_is_refused(void **state)
{
    (void)state;
    struct serac_trace *none = NULL;
    assert_int_equal(serac_trace_begin("Makefile/t.json", &about, &none, &error),
                     SERAC_E_INPUT);
    assert_non_null(strstr(error.text, "Makefile/t.json: cannot be written"));
    assert_int_equal(serac_trace_begin("/dev/null", &about, &none, &error),
                     SERAC_E_INPUT);
    assert_null(none);
}

static enum serac_status record(const char *name, const char *window, bool rtl)
{
    struct serac_recording r;
    char file[128];
    snprintf(file, sizeof file, "%s/%s", folder, name);
    error.text[0] = '\0';
    enum serac_status status =
        serac_recording_begin(&r, file, window, true, rtl, &about, &error);
    (void)serac_recording_end(&r, SERAC_E_IO, NULL);
    return status;
}

static void test_a_waveform_needs_the_rtl_and_a_window_in_order(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "5", "5-", "-5", "5-5", "6-5", "a-b",
                                      "1-2x", " 1-2", "1-99999999999999999999"};
    assert_int_equal(record("w.vcd", NULL, false), SERAC_E_INPUT);
    assert_non_null(strstr(error.text, "w.vcd: is a waveform"));
    assert_int_equal(record("w.fst", NULL, true), SERAC_OK);
    assert_int_equal(record("w.vcd", "5-6", true), SERAC_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(record("w.vcd", bad[i], true), SERAC_E_INPUT);
        assert_non_null(strstr(error.text, "must be FROM-TO"));
    }
    assert_int_equal(record("t.json", "5-6", true), SERAC_E_INPUT);
    assert_non_null(strstr(error.text, "goes with a waveform"));
}

/* --- the check sees what it is for ------------------------------------------------------------- */

static const struct {
    const char *from, *to, *why;
} mistakes[] = {
    {"\"displayTimeUnit\":\"ns\"", "\"displayTimeUnit\":\"us\"", "displayTimeUnit"},
    {"\"version\":", "\"versoin\":", "otherData lacks"},
    {"\"ph\":\"X\"", "\"ph\":\"Y\"", "no event of a known phase"},
    {"\"ts\":40,\"dur\":10,", "\"dur\":10,", "no ts"},
    {"\"ts\":40,\"dur\":10,", "\"ts\":40,", "no dur"},
    {"\"ts\":40,\"dur\":10,", "\"ts\":\"40\",\"dur\":10,", "ts is of the wrong type"},
    {"\"ts\":40,\"dur\":10,", "\"ts\":-4,\"dur\":10,", "ts is of the wrong type"},
    {"\"ts\":40,\"dur\":10,", "\"ts\":40,\"dur\":0,", "a slice of no length"},
    {"\"ts\":40,\"dur\":10,", "\"ts\":40,\"dur\":11,", "slices overlap"},
    {"\"ts\":30,\"dur\":10,", "\"ts\":30,\"dur\":9,", "execute has a hole"},
    {"\"cat\":\"stall\",", "\"kat\":\"stall\",", "X has no field kat"},
    {"\"name\":\"one tile\"", "\"name\":\"\"", "name is of the wrong type or empty"},
    {"\"cause\":\"stall_fetch\"", "\"cause\":\"stall\"", "has no cause"},
    {"\"cause\":\"stall_fetch\"", "\"cause\":\"stall_store\"", "stall_fetch_cycles sums"},
    {"\"array_busy_cycles\":20", "\"array_busy_cycles\":21", "array_busy_cycles sums to 20"},
    {"\"ph\":\"E\",\"ts\":9", "\"ph\":\"E\",\"ts\":2", "E is not after its B"},
    {"{\"pid\":1,\"tid\":2,\"ph\":\"E\",\"ts\":2}", "{\"pid\":1,\"tid\":3,\"ph\":\"E\",\"ts\":2}",
     "E without B"},
    {"\"thread_name\",\"args\":{\"name\":\"fetch\"}", "\"thread_name\",\"args\":{\"name\":\"\"}",
     "no name in args"},
    {"\"thread_name\",\"args\":{\"name\":\"fetch\"}", "\"threadname\",\"args\":{\"name\":\"f\"}",
     "no metadata of a known name"},
    {"{\"pid\":1,\"tid\":2,\"ph\":\"M\",\"name\":\"thread_name\"",
     "{\"pid\":1,\"tid\":42,\"ph\":\"M\",\"name\":\"thread_name\"", "a track without a name"},
    {"\"sort_index\":2", "\"sort\":2", "no sort_index"},
    {"\"ph\":\"s\"", "\"ph\":\"f\"", "one start and one end"},
    {"\"id\":\"model.4.0\",\"tid\":7", "\"id\":\"model.4.9\",\"tid\":7", "one start and one end"},
    {"\"ts\":27.5", "\"ts\":29.5", "a flow ends before it starts"},
    {"\"ts\":27.5", "\"ts\":12.5", "a flow's end is in no slice"},
    {"\"name\":\"weights loaded\",\"cat\":\"token\",\"bp\"", "\"name\":\"x\",\"cat\":\"token\",\"bp\"",
     "not one name"},
    {"\"args\":{\"halves\":2}", "\"args\":{\"halves\":-2}", "a counter's value"},
    {"\"args\":{\"halves\":2}", "\"args\":{}", "a counter without a value"},
    {"\"ph\":\"C\",\"ts\":7", "\"ph\":\"C\",\"ts\":4", "a counter goes back"},
};

/* The trace with the first `from` replaced. */
static char *with_mistake(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    assert_non_null(at);
    size_t before = (size_t)(at - text), room = strlen(text) + strlen(to) + 1;
    char *changed = malloc(room);
    assert_non_null(changed);
    snprintf(changed, room, "%.*s%s%s", (int)before, text, to, at + strlen(from));
    return changed;
}

static void test_the_check_sees_every_kind_of_mistake(void **state)
{
    (void)state;
    static struct trace_check check;
    char *text = written(1);
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        char *bad = with_mistake(text, mistakes[i].from, mistakes[i].to);
        bool good = trace_check(&check, bad, NULL);
        if (good || !strstr(check.why, mistakes[i].why))
            print_error("%zu: %s -> %s: %s\n", i, mistakes[i].from, mistakes[i].to,
                        check.why);
        assert_false(good);
        assert_non_null(strstr(check.why, mistakes[i].why));
        free(bad);
    }
    free(text);
}

/* Rows as serac infer --json prints them, of the small run. */
#define ROW(layer, cycles, busy, fetch, fill)                                 \
    "{\"layer\":\"" layer "\",\"cycles\":" #cycles ",\"array_busy_cycles\":" #busy \
    ",\"stall_fetch_cycles\":" #fetch ",\"stall_requant_cycles\":0,"            \
    "\"stall_store_cycles\":0,\"stall_control_cycles\":0,"                      \
    "\"fill_drain_cycles\":" #fill "}"

static void test_the_check_sees_rows_that_are_not_the_traces(void **state)
{
    (void)state;
    static struct trace_check check;
    static const char *const rows[] = {
        "[" ROW("one", 50, 20, 0, 30) "," ROW("t\\\\wo", 30, 5, 10, 15) ","
        "{\"cycles\":80}]",
        "[" ROW("one", 50, 21, 0, 30) "," ROW("t\\\\wo", 30, 5, 10, 15) ","
        "{\"cycles\":80}]",
        "[" ROW("one", 51, 20, 0, 30) "," ROW("t\\\\wo", 30, 5, 10, 15) ","
        "{\"cycles\":80}]",
        "[" ROW("three", 50, 20, 0, 30) "," ROW("t\\\\wo", 30, 5, 10, 15) ","
        "{\"cycles\":80}]",
        "[" ROW("one", 50, 20, 0, 30) "," ROW("t\\\\wo", 30, 5, 10, 15) ","
        "{\"cycles\":81}]",
        "[" ROW("one", 50, 20, 0, 30) ",{\"cycles\":80}]"};
    char *text = written(1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(trace_check(&check, text, rows[i]), i == 0);
    free(text);
}

static void test_the_check_sees_processes_that_differ(void **state)
{
    (void)state;
    static struct trace_check check;
    hear_all(serac_trace_add_side(trace, "model"), 0);
    hear_all(serac_trace_add_side(trace, "RTL"), 1);
    assert_int_equal(serac_trace_end(trace, true, &error), SERAC_OK);
    char *text = trace_read(path);
    assert_false(trace_check(&check, text, NULL));
    assert_non_null(strstr(check.why, "the processes differ"));
    free(text);
}

#define WITH_TRACE(test) cmocka_unit_test_setup_teardown(test, open_trace, remove_file)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TRACE(test_a_run_becomes_a_trace_as_documented),
        cmocka_unit_test(test_bytes_that_are_no_utf8_are_replaced),
        WITH_TRACE(test_a_drain_ends_where_the_next_one_begins),
        WITH_TRACE(test_a_token_that_was_there_from_the_start_has_no_arrow),
        WITH_TRACE(test_a_second_run_begins_where_the_first_one_ended),
        WITH_TRACE(test_sides_are_equal_whatever_the_order_of_their_stages),
        WITH_TRACE(test_sides_differ_when_a_token_is_taken_a_cycle_later),
        WITH_TRACE(test_sides_differ_when_one_stops_earlier),
        WITH_TRACE(test_a_dropped_trace_leaves_nothing),
        WITH_TRACE(test_a_full_disk_leaves_the_old_file),
        WITH_TRACE(test_events_lost_to_a_full_disk_are_not_compared),
        WITH_TRACE(test_events_that_still_wait_are_written_before_they_are_compared),
        cmocka_unit_test(test_a_file_below_a_file_is_refused),
        cmocka_unit_test(test_a_waveform_needs_the_rtl_and_a_window_in_order),
        WITH_TRACE(test_the_check_sees_every_kind_of_mistake),
        WITH_TRACE(test_the_check_sees_rows_that_are_not_the_traces),
        WITH_TRACE(test_the_check_sees_processes_that_differ)};
    return cmocka_run_group_tests_name("trace", tests, make_folder,
                                       remove_folder);
}
