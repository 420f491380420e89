/* Size-led structs: options and stacks come in, results go out, whichever side of the border is older. */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include "base/base.h"

/* Copies the caller's struct into `o` (a struct of ours), zero-extended. NULL: all zero. Refused: a size under `first`, over
 * 4,096, or bytes beyond ours that are not zero. */
#define OPTIONS(c, o, options) read_sized((c), &(o), (int64_t)sizeof(o), 8, (options), #options)

LAMELLA_INTERNAL lamella_status read_sized(call *c, void *ours, int64_t our_size, int64_t first, const void *theirs, const char *name);

/* The same of a struct of outputs: NULL wants none of them. */
#define OUTPUTS(c, out, outputs) read_sized((c), &(out), (int64_t)sizeof(out), 8, (outputs), #outputs)

/* Checks the caller's struct_size; NULL passes if optional. */
#define RESULT_OPTIONAL(c, result) check_sized((c), (result), #result, 1)
#define RESULT(c, result) check_sized((c), (result), #result, 0)

LAMELLA_INTERNAL lamella_status check_sized(call *c, const void *theirs, const char *name, int optional);

/* Fills min(sizes) of the caller's struct and zeroes what we do not know; its struct_size stays. NULL: nothing. */
LAMELLA_INTERNAL void write_sized(void *theirs, const void *ours, int64_t our_size);

/* One body for all _options_init. */
LAMELLA_INTERNAL lamella_status init_sized(call *c, void *theirs, uint32_t struct_size, const void *defaults, int64_t our_size);

/* A choice 1..last, 0 meaning `fallback`; else ARGUMENT "options.readout is 9, expected 0 to 6". */
#define CHOICE(c, field, last, fallback) check_choice((c), &(field), (last), (fallback), #field)

LAMELLA_INTERNAL lamella_status check_choice(call *c, int32_t *value, int32_t last, int32_t fallback, const char *name);

/* Reserved fields stay zero, so that they can come to mean something. */
LAMELLA_INTERNAL lamella_status check_reserved(call *c, uint64_t value, const char *name);

#endif
