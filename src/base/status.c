/* Status names, the version, and why the last call on this thread failed. */
#include "base/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define VERSION_TEXT_OF(major, minor, patch) #major "." #minor "." #patch
#define VERSION_TEXT(major, minor, patch) VERSION_TEXT_OF(major, minor, patch)

static __thread char last_error_text[1024];

const char *lamella_version(void)
{
    return VERSION_TEXT(LAMELLA_VERSION_MAJOR, LAMELLA_VERSION_MINOR, LAMELLA_VERSION_PATCH);
}

const char *lamella_status_name(lamella_status status)
{
    static const char *const outcomes[] = { "OK", "STOPPED", "NOT_CONVERGED", "NOTE" };
    static const char *const errors[] = { "ERR_ARGUMENT", "ERR_SHAPE", "ERR_DTYPE", "ERR_NONFINITE", "ERR_EMPTY", "ERR_MEMORY",
                                          "ERR_LIMIT", "ERR_IO", "ERR_FORMAT", "ERR_NUMERIC", "ERR_UNSUPPORTED", "ERR_CALLBACK" };
    if (status >= 0 && status < LENGTH(outcomes))
        return outcomes[status];
    if (status < 0 && status >= -LENGTH(errors))
        return errors[-status - 1];
    return "unknown";
}

const char *lamella_last_error(void)
{
    return last_error_text;
}

lamella_status fail(const call *c, lamella_status status, const char *format, ...)
{
    va_list arguments;
    int used = snprintf(last_error_text, sizeof last_error_text, "%s: ", c->function);
    va_start(arguments, format);
    vsnprintf(last_error_text + used, sizeof last_error_text - (size_t)used, format, arguments);
    va_end(arguments);
    return status;
}

const char *number_text(double value, number *n)
{
    char raw[sizeof n->text];
    int64_t length = 0;
    snprintf(raw, sizeof raw, "%.9g", value);
    for (const char *r = raw; *r; r++) {
        if (strchr("0123456789+-einfa", *r))
            n->text[length++] = *r;
        else if (length == 0 || n->text[length - 1] != '.') /* the locale's decimal point may have several bytes */
            n->text[length++] = '.';
    }
    n->text[length] = 0;
    return n->text;
}
