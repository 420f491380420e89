/* Size-led structs across the border. */
#include "base/base.h"

#include <math.h>
#include <string.h>

#define LARGEST_STRUCT 4096

static lamella_status check_size(call *c, const void *theirs, const char *name, int64_t first, uint32_t *size)
{
    memcpy(size, theirs, sizeof *size);
    if (*size < first || *size > LARGEST_STRUCT)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s.struct_size is %u, expected its sizeof (%lld to %d)", name, (unsigned)*size,
                    (long long)first, LARGEST_STRUCT);
    return LAMELLA_OK;
}

lamella_status read_sized(call *c, void *ours, int64_t our_size, int64_t first, const void *theirs, const char *name)
{
    uint32_t size;
    memset(ours, 0, (size_t)our_size);
    if (!theirs)
        return LAMELLA_OK;
    TRY(check_size(c, theirs, name, first, &size));
    const unsigned char *bytes = theirs;
    for (int64_t i = our_size; i < size; i++)
        if (bytes[i])
            return fail(c, LAMELLA_ERR_ARGUMENT, "%s has byte %lld set, expected 0 beyond the %lld bytes that this version knows", name,
                        (long long)i, (long long)our_size);
    memcpy(ours, theirs, (size_t)MIN(our_size, size));
    return LAMELLA_OK;
}

lamella_status check_sized(call *c, const void *theirs, const char *name, int optional)
{
    uint32_t size;
    if (!theirs)
        return optional ? LAMELLA_OK : fail(c, LAMELLA_ERR_ARGUMENT, "%s is NULL, expected a struct to fill", name);
    TRY(check_size(c, theirs, name, 8, &size));
    return call_writes(c, (lent){ .low = theirs, .high = (const char *)theirs + size }, name);
}

void write_sized(void *theirs, const void *ours, int64_t our_size)
{
    uint32_t size;
    const int64_t led = (int64_t)sizeof size;
    if (!theirs)
        return;
    memcpy(&size, theirs, sizeof size);
    memset((char *)theirs + led, 0, (size_t)(size - led));
    memcpy((char *)theirs + led, (const char *)ours + led, (size_t)(MIN(our_size, size) - led));
}

static int64_t size_of_option(const option_rule *r)
{
    return r->type == OPTION_I32 ? (int64_t)sizeof(int32_t) : (int64_t)sizeof(int64_t);
}

static void set_option(const option_rule *r, void *options, double value)
{
    char *at = (char *)options + r->at;
    if (r->type == OPTION_F64)
        *(double *)at = value;
    else if (r->type == OPTION_I64)
        *(int64_t *)at = (int64_t)value;
    else
        *(int32_t *)at = (int32_t)value;
}

static lamella_status check_option(call *c, const option_rule *r, void *options, const char *name)
{
    const char *at = (const char *)options + r->at;
    number n;
    double value = r->type == OPTION_F64 ? *(const double *)at : r->type == OPTION_I64 ? (double)*(const int64_t *)at : (double)*(const int32_t *)at;
    if (value == 0 && r->zero_stands) {
        set_option(r, options, r->zero);
        return LAMELLA_OK;
    }
    if (r->type == OPTION_F64 && (value < r->low || value > r->high || !isfinite(value)))
        return fail(c, isfinite(value) ? LAMELLA_ERR_ARGUMENT : LAMELLA_ERR_NONFINITE, "%s.%s is %s, expected %s", name, r->name,
                    number_text(value, &n), r->expected);
    if (value < r->low || value > r->high)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s.%s is %lld, expected %s", name, r->name,
                    r->type == OPTION_I64 ? (long long)*(const int64_t *)at : (long long)*(const int32_t *)at, r->expected);
    return LAMELLA_OK;
}

lamella_status read_options(call *c, void *ours, int64_t our_size, const void *theirs, const char *name, const option_rule *rules, int64_t n_rules)
{
    TRY(read_sized(c, ours, our_size, 8, theirs, name));
    for (int64_t i = 0; i < n_rules; i++)
        TRY(check_option(c, &rules[i], ours, name));
    return LAMELLA_OK;
}

lamella_status init_options(call *c, void *theirs, uint32_t struct_size, int64_t our_size, const option_rule *rules, int64_t n_rules)
{
    if (!theirs)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options is NULL, expected a struct to fill");
    if (struct_size < 8 || struct_size > LARGEST_STRUCT)
        return fail(c, LAMELLA_ERR_ARGUMENT, "struct_size is %u, expected the struct's sizeof (8 to %d)", (unsigned)struct_size, LARGEST_STRUCT);
    memset(theirs, 0, struct_size);
    for (int64_t i = 0; i < n_rules; i++)
        if (rules[i].zero_stands && (int64_t)rules[i].at + size_of_option(&rules[i]) <= MIN(our_size, (int64_t)struct_size))
            set_option(&rules[i], theirs, rules[i].zero);
    memcpy(theirs, &struct_size, sizeof struct_size);
    return LAMELLA_OK;
}

lamella_status check_reserved(call *c, uint64_t value, const char *name)
{
    if (value)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s is %llu, expected 0", name, (unsigned long long)value);
    return LAMELLA_OK;
}

lamella_status read_outputs(call *c, void *ours, int64_t our_size, const void *theirs)
{
    uint32_t led[2]; /* struct_size, reserved0 */
    TRY(read_sized(c, ours, our_size, 8, theirs, "outputs"));
    memcpy(led, ours, sizeof led);
    return check_reserved(c, led[1], "outputs.reserved0");
}
