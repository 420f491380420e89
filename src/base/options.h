/* Size-led structs: options and stacks come in, results go out, whichever side of the border is older. */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include "base/base.h"

/* Copies the caller's struct into ours, zero-extended. NULL: all zero. Refused: a size under `first`, over 4,096, or bytes beyond ours
 * that are not zero. */
LAMELLA_INTERNAL lamella_status read_sized(call *c, void *ours, int64_t our_size, int64_t first, const void *theirs, const char *name);

/* A struct of outputs, whose second field is `reserved0`: NULL wants none of them. */
#define OUTPUTS(c, out, outputs) read_outputs((c), &(out), (int64_t)sizeof(out), (outputs))
LAMELLA_INTERNAL lamella_status read_outputs(call *c, void *ours, int64_t our_size, const void *theirs);

/* Checks the caller's struct_size; NULL passes if optional. */
#define RESULT_OPTIONAL(c, result) check_sized((c), (result), #result, 1)
#define RESULT(c, result) check_sized((c), (result), #result, 0)

LAMELLA_INTERNAL lamella_status check_sized(call *c, const void *theirs, const char *name, int optional);

/* Fills min(sizes) of the caller's struct and zeroes what we do not know; its struct_size stays. NULL: nothing. */
LAMELLA_INTERNAL void write_sized(void *theirs, const void *ours, int64_t our_size);

/* What a field of options may be, in options/options.c by the comments of the headers. */
typedef struct option_rule {
    const char *name;
    size_t      at;
    enum { OPTION_I32, OPTION_I64, OPTION_F64 } type;
    int         zero_stands; /* 1: 0 stands for `zero` */
    double      zero, low, high;
    const char *expected;    /* as the message says it */
} option_rule;

/* read_sized, then every field by its rule: ARGUMENT or NONFINITE "options.readout is 9, expected 0 to 6". */
LAMELLA_INTERNAL lamella_status read_options(call *c, void *ours, int64_t our_size, const void *theirs, const char *name,
                                             const option_rule *rules, int64_t n_rules);
/* The body of every _options_init. */
LAMELLA_INTERNAL lamella_status init_options(call *c, void *theirs, uint32_t struct_size, int64_t our_size, const option_rule *rules,
                                             int64_t n_rules);

/* Reserved fields stay zero, so that they can come to mean something. */
LAMELLA_INTERNAL lamella_status check_reserved(call *c, uint64_t value, const char *name);

#endif
