"""A small clean tree in which a test plants one fault."""
import contextlib
import io
import tempfile
import unittest
from pathlib import Path

import check  # noqa: F401  finds src/tools
import generate

BASE = """\
/* base: status and views */
#ifndef LAMELLA_BASE_H
#define LAMELLA_BASE_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
#define LAMELLA_API __attribute__((visibility("default")))
#define LAMELLA_EXPERIMENTAL LAMELLA_API
#define LAMELLA_VERSION_MAJOR 0
#define LAMELLA_VERSION_MINOR 1
#define LAMELLA_VERSION_PATCH 0
#define LAMELLA_MAX_RANK 6
#define LAMELLA_STOP (-1)
typedef int32_t lamella_status;
typedef struct lamella_context lamella_context;
enum {
    LAMELLA_OK        = 0,
    LAMELLA_ERR_SHAPE = -2
};
enum {
    LAMELLA_F32 = 1,
    LAMELLA_F64 = 2
};
typedef struct lamella_view {
    void    *data;
    int64_t  shape[LAMELLA_MAX_RANK];
} lamella_view;
#ifdef __cplusplus
}
#endif
#endif
"""

FIT = """\
/* fit: one number a row */
#ifndef LAMELLA_PROBE_FIT_H
#define LAMELLA_PROBE_FIT_H
#include "lamella/base.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Zero means default. */
typedef struct lamella_probe_score_options {
    uint32_t struct_size;
    int32_t  kind; /* {1 to 4; 0 = 1} */
} lamella_probe_score_options;

/**
 * Scores rows.
 *
 * @paper  The Consciousness Prior
 * @in     x       f32|f64 [row, dim]
 * @in     widths  list i64 [width]
 * @in     n_widths i64
 * @in     options options {optional} NULL: default
 * @out    score   f64 [row, width] of the widths
 * @return OK; SHAPE
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_probe_score(lamella_context *ctx, const lamella_view *x, const int64_t *widths, int64_t n_widths,
    const lamella_probe_score_options *options, const lamella_view *score);

#ifdef __cplusplus
}
#endif
#endif
"""

SOURCE = """\
#include "probe/probe.h"
static int64_t widest(const int64_t *widths) { return widths[0]; }
lamella_status lamella_probe_score(lamella_context *ctx, const lamella_view *x, const int64_t *widths, int64_t n_widths,
    const lamella_probe_score_options *options, const lamella_view *score)
{
    return !ctx || !x || !options || !score || widest(widths) > n_widths ? LAMELLA_ERR_SHAPE : LAMELLA_OK;
}
"""

INTERNAL = """\
#ifndef BASE_H
#define BASE_H
#include "lamella/base.h"
#define LAMELLA_INTERNAL __attribute__((visibility("hidden")))
#define LENGTH(array) ((int64_t)(sizeof(array) / sizeof *(array)))
typedef struct call call;
typedef struct option_rule {
    const char *name;
    int64_t     at;
    enum { OPTION_I32, OPTION_I64, OPTION_F64 } type;
    int         zero_stands;
    double      zero, low, high;
    const char *expected;
} option_rule;
lamella_status read_options(call *c, void *o, int64_t size, const void *given, const char *name, const option_rule *rules, int64_t n_rules);
lamella_status init_options(call *c, void *o, uint32_t struct_size, int64_t size, const option_rule *rules, int64_t n_rules);
#define CALL(ctx, body) call *c = (void *)(ctx); return (body)
#endif
"""

KIND = "    int32_t  kind; /* {1 to 4; 0 = 1} */\n"

FILES = {
    "include/lamella.h": "/* Lamella. */\n",
    "include/lamella/base.h": BASE,
    "include/lamella/probe.h": "/* probe: what layers hold */\n",
    "include/lamella/probe/fit.h": FIT,
    "src/probe/probe.h": '#ifndef PROBE_H\n#define PROBE_H\n#include "base/base.h"\n#include "lamella/probe/fit.h"\n#endif\n',
    "src/base/base.h": INTERNAL,
    "src/base/arena.c": '#include "base/base.h"\n#include <stdlib.h>\n',
    "src/probe/probe_fit_score.c": SOURCE,
    "tests/probe/test_probe_fit_score.c": '#include "support/test.h"\n#include "probe/probe.h"\nint main(void) { return lamella_probe_score != 0; }\n',
    "tests/support/test.h": '#include "lamella.h"\n',
    "examples/tour.c": '#include "lamella.h"\nint main(void) { return lamella_probe_score != 0; }\n',
}


class Planted(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve() / "tree"
        for name, text in FILES.items():
            self.write(name, text)
        with contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(generate.write(self.root), [])

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def change(self, name, old, new):
        text = (self.root / name).read_text(encoding="utf-8")
        self.assertIn(old, text)
        self.write(name, text.replace(old, new, 1))

    def sees(self, faults, *words):
        """Some fault has all the words; the first names a file and a line."""
        self.assertTrue(any(all(word in fault for word in words) for fault in faults), f"{words} in none of {faults}")
