/* lsan.c - what the leak sanitizer passes over in the fuzzing programs and in serac_oom.
 *
 * libconfig 1.5 loses strings that it has read when the file turns out to be none behind them (the scanner's buffer and
 * the parser's, no %destructor). It is a few bytes once, before serac ends with code 2; there is nothing to free them by. */
const char *__lsan_default_suppressions(void)
{
    return "leak:libconfig.so\n";
}

const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}
