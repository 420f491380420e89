/* Arrays of the committed files, by "file/name": golden values with their tolerance, and the cuts of real data. Read once, kept. */
#ifndef SUPPORT_GOLDEN_H
#define SUPPORT_GOLDEN_H

#include "support/test.h"

/* golden("fusion/pool/mean"): array `mean` that tests/golden/fusion/pool.py wrote. READONLY, row-major. */
const lamella_view *golden(const char *name);

/* example("states/layer.0"): an array of examples/data/states.safetensors. */
const lamella_view *example(const char *name);

/* Every element within the tolerance that the generator stored beside the golden array; one shape and dtype. */
#define near_golden(actual, name) near_golden_at(__FILE__, __LINE__, (actual), (name))
void near_golden_at(const char *file, int line, const lamella_view *actual, const char *name);

/* The same with a tolerance of the test's own. */
#define near_all(actual, expected, kind, tolerance) near_all_at(__FILE__, __LINE__, (actual), (expected), (kind), (tolerance))
void near_all_at(const char *file, int line, const lamella_view *actual, const lamella_view *expected, enum tolerance kind,
                 double tolerance);

#endif
