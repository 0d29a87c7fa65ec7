/* serac_status.h - the one list of results.
 *
 * Zero is success, failures are negative. serac_status_text() gives one line
 * without a full stop. The driver shares this header. */
#ifndef SERAC_STATUS_H
#define SERAC_STATUS_H

#define SERAC_STATUS_LIST(X)                                                  \
    X(SERAC_OK, 0, "no error")                                                \
    X(SERAC_E_NOMEM, -1, "out of memory")                                     \
    X(SERAC_E_INPUT, -2, "bad input")                                         \
    X(SERAC_E_OVERFLOW, -3, "a value or a time does not fit")                 \
    X(SERAC_E_FIT, -4, "the layer does not fit the design")                   \
    X(SERAC_E_IO, -5, "input or output failed")                               \
    X(SERAC_E_BUSY, -6, "the device is already running")                      \
    X(SERAC_E_TIMEOUT, -7, "the device did not finish in time")               \
    X(SERAC_E_DEVICE, -8, "not a Serac device, or another version")           \
    X(SERAC_E_BAD_INSTRUCTION, -9, "the device met an illegal instruction")   \
    X(SERAC_E_READ_SLVERR, -10, "the bus answered a read with SLVERR")        \
    X(SERAC_E_READ_DECERR, -11, "the bus answered a read with DECERR")        \
    X(SERAC_E_WRITE_SLVERR, -12, "the bus answered a write with SLVERR")      \
    X(SERAC_E_WRITE_DECERR, -13, "the bus answered a write with DECERR")      \
    X(SERAC_E_DEADLOCK, -14, "every stage of the device waits for another")   \
    X(SERAC_E_MISMATCH, -15, "model and RTL differ")                          \
    X(SERAC_E_TOOL, -16, "a needed tool is missing or failed")                \
    X(SERAC_E_NOT_FOUND, -17, "not found")                                    \
    X(SERAC_E_INTERNAL, -18, "an internal check failed")

enum serac_status {
#define SERAC_STATUS_ENUM(name, value, text) name = value,
    SERAC_STATUS_LIST(SERAC_STATUS_ENUM)
#undef SERAC_STATUS_ENUM
};

static inline const char *serac_status_text(enum serac_status status)
{
    switch (status) {
#define SERAC_STATUS_CASE(name, value, text) case name: return text;
    SERAC_STATUS_LIST(SERAC_STATUS_CASE)
#undef SERAC_STATUS_CASE
    }
    return "unknown status";
}

#endif
