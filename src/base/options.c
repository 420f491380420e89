/* Size-led structs across the border. */
#include "base/base.h"

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

lamella_status init_sized(call *c, void *theirs, uint32_t struct_size, const void *defaults, int64_t our_size)
{
    if (!theirs)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options is NULL, expected a struct to fill");
    if (struct_size < 8 || struct_size > LARGEST_STRUCT)
        return fail(c, LAMELLA_ERR_ARGUMENT, "struct_size is %u, expected the struct's sizeof (8 to %d)", (unsigned)struct_size, LARGEST_STRUCT);
    memset(theirs, 0, struct_size);
    memcpy(theirs, defaults, (size_t)MIN(our_size, struct_size));
    memcpy(theirs, &struct_size, sizeof struct_size);
    return LAMELLA_OK;
}

lamella_status check_choice(call *c, int32_t *value, int32_t last, int32_t fallback, const char *name)
{
    if (*value < 0 || *value > last)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s is %d, expected 0 to %d", name, (int)*value, (int)last);
    if (*value == 0)
        *value = fallback;
    return LAMELLA_OK;
}

lamella_status check_reserved(call *c, uint64_t value, const char *name)
{
    if (value)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s is %llu, expected 0", name, (unsigned long long)value);
    return LAMELLA_OK;
}
