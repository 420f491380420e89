/* names: names that differ only in their integers are one row, as "block.{0-5}.q". */
#ifndef SUPPORT_NAMES_H
#define SUPPORT_NAMES_H

#include <stdint.h>

typedef struct name_group {
    const char *pattern; /* the name itself if it stands alone */
    int64_t     n;
    int64_t    *member;  /* [n] numbers of the names, rising */
} name_group;

/* Groups in the order of their first names; returns how many there are. */
int64_t names_group(const char *const *names, int64_t n_names, name_group **groups);

#endif
