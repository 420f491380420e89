"""Callbacks that an operation cannot do without: a struct of them in C, keywords in Python. The room `attend` of a library made here of
src/base and the header and source below; Python's side is the package with the mirror that the tools make of that header."""
import ctypes
import importlib
import inspect
import shutil
import subprocess
import sys
import tempfile
import traceback
import unittest
import unittest.mock
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]

HEADER = """\
/* attend: a host that runs layers */
#ifndef LAMELLA_ATTEND_H
#define LAMELLA_ATTEND_H
#include "lamella/context.h"

typedef struct lamella_attend_host {
    uint32_t struct_size;
    uint32_t reserved0;
    /* From the states before first_layer to those behind end_layer. */
    int64_t (*run)(int64_t first_layer, int64_t end_layer, const lamella_view *states, lamella_view *out,
                   const lamella_view *attention /* NULL: not wanted; never written */, void *user); /* {answers rows of out} runs layers */
    int32_t (*before)(const char *what, double share, void *user); /* {optional} is asked first */
    void    *user;
    void    (*behind)(void *user); /* {optional} is told at the end */
} lamella_attend_host;

/**
 * Runs layers 2 to 5.
 *
 * @in     host      callbacks the model
 * @in     x         f32 [row, dim]
 * @in     attention f64 [row] {optional} NULL: none
 * @out    out       f32 [row, dim]
 * @return OK; ARGUMENT, CALLBACK
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_attend_run(lamella_context *ctx, const lamella_attend_host *host, const lamella_view *x,
    const lamella_view *attention, const lamella_view *out);

#endif
"""

SOURCE = """\
#include "base/base.h"
#include "lamella/attend.h"
#include <stddef.h>
#include <stdlib.h>

static lamella_status run(call *c, const lamella_attend_host *host, const lamella_view *x, const lamella_view *attention, const lamella_view *out)
{
    lamella_attend_host h;
    lamella_view into = *out;
    TRY(read_sized(c, &h, sizeof h, offsetof(lamella_attend_host, behind), host, "host"));
    if (h.before)
        TRY(answered(c, h.before("run", 0.5, h.user), 0, 0, "host.before"));
    TRY(answered(c, h.run(2, 5, x, &into, attention, h.user), 0, x->shape[0], "host.run of layers %d to %d", 2, 5));
    if (h.behind)
        h.behind(h.user);
    return LAMELLA_OK;
}

lamella_status lamella_attend_run(lamella_context *ctx, const lamella_attend_host *host, const lamella_view *x,
    const lamella_view *attention, const lamella_view *out)
{
    CALL(ctx, run(c, host, x, attention, out));
}

lamella_status lamella_context_create(const lamella_context_options *options, lamella_context **ctx)
{
    *ctx = calloc(1, sizeof **ctx);
    (*ctx)->memory = allocator_of_libc();
    return options ? LAMELLA_OK : LAMELLA_ERR_ARGUMENT;
}

void lamella_context_free(lamella_context *ctx) { free(ctx); }
lamella_status lamella_context_options_init(lamella_context_options *o, uint32_t size) { return o && size ? LAMELLA_OK : LAMELLA_ERR_ARGUMENT; }
lamella_status lamella_build_info(lamella_context *ctx, lamella_build *build) { return ctx && build ? LAMELLA_OK : LAMELLA_ERR_ARGUMENT; }
"""


def made_in(folder):
    """The package `hosted` with a library of its own."""
    include, package = folder / "include" / "lamella", folder / "hosted"
    include.mkdir(parents=True)
    for name in ("base.h", "context.h"):
        shutil.copy(ROOT / "include" / "lamella" / name, include)
    (include / "attend.h").write_text(HEADER, encoding="utf-8")
    (folder / "attend.c").write_text(SOURCE, encoding="utf-8")
    shutil.copytree(ROOT / "src" / "python" / "lamella", package, ignore=shutil.ignore_patterns("_mirror", "__pycache__", "*.so"))
    (package / "_mirror").mkdir()
    with unittest.mock.patch.object(sys, "path", [str(ROOT / "src" / "tools"), *sys.path]):
        headers, mirror = importlib.import_module("headers"), importlib.import_module("mirror")
    api = headers.read(folder)
    assert api.errors == [], api.errors
    for name, text in mirror.files(api).items():
        (package / "_mirror" / name).write_text(text, encoding="utf-8")
    subprocess.run(["cc", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", f"-I{folder / 'include'}", f"-I{ROOT / 'src'}", "-o",
                    package / "liblamella.so", folder / "attend.c", *sorted((ROOT / "src" / "base").glob("*.c")), "-lpthread"], check=True)
    with unittest.mock.patch.object(sys, "path", [str(folder), *sys.path]):
        return importlib.import_module("hosted")


class Oops(Exception):
    pass


X = np.arange(12, dtype="f4").reshape(4, 3)


def doubled(first_layer, end_layer, states, out, attention):
    out[:] = 2 * states


class Callbacks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        modules = unittest.mock.patch.dict(sys.modules)     # its rooms are called as those of the package are
        modules.start()
        cls.addClassCleanup(modules.stop)
        cls.hosted = made_in(Path(folder.name).resolve())
        cls.run_layers = staticmethod(cls.hosted.attend.run)

    def test_each_is_a_keyword(self):
        parameters = inspect.signature(self.run_layers).parameters
        self.assertEqual(list(parameters), ["x", "attention", "run", "before", "behind", "out", "dtype", "ctx"])
        for name, default in {"run": inspect.Parameter.empty, "before": None, "behind": None}.items():
            self.assertEqual((parameters[name].kind, parameters[name].default), (inspect.Parameter.KEYWORD_ONLY, default))
        np.testing.assert_array_equal(self.run_layers(X, run=doubled), 2 * X)

    def test_help(self):
        for line in ("run        a function (first_layer, end_layer, states, out, attention); answers rows of out; runs layers\n",
                     "before     a function (what, share); optional; is asked first\n", "behind     a function (); optional; is told at the end\n"):
            self.assertIn(line, self.run_layers.__doc__)
        self.assertNotIn("user", self.run_layers.__doc__)

    def test_what_they_are_given(self):
        given, out = [], np.zeros_like(X)

        def run(first_layer, end_layer, states, out, attention):
            given.append((first_layer, end_layer, attention))
            given.append([(each.ctypes.data, each.shape, each.flags.writeable) for each in (states, out)])
        self.run_layers(X, run=run, before=lambda *told: given.append(told), behind=lambda *told: given.append(told), out=out)
        views = [(X.ctypes.data, X.shape, False), (out.ctypes.data, out.shape, True)]
        self.assertEqual(given, [("run", 0.5), (2, 5, None), views, ()])

    def test_a_view_that_may_be_none(self):
        seen = []
        weights = np.array([0.5, 0, 1, 2])
        self.run_layers(X, weights, run=lambda *told: seen.append(told[-1].copy()))
        np.testing.assert_array_equal(seen, [weights])

    def test_an_exception_comes_out_whole(self):
        def oops(*arguments):
            raise Oops("from inside")
        for given in ({"run": oops}, {"run": doubled, "before": oops}, {"run": doubled, "behind": oops}):
            try:
                self.run_layers(X, **given)
                self.fail("nothing was raised")
            except Oops as error:
                self.assertIn("oops", [frame.name for frame in traceback.extract_tb(error.__traceback__)])
        np.testing.assert_array_equal(self.run_layers(X, run=doubled), 2 * X)

    def test_they_may_stop(self):
        ran = []
        with self.assertRaises(self.hosted.Stopped):
            self.run_layers(X, run=lambda *_: self.hosted.STOP, behind=lambda: ran.append("behind"))
        with self.assertRaises(self.hosted.Stopped):
            self.run_layers(X, run=lambda *_: ran.append("run"), before=lambda *_: self.hosted.STOP)
        self.assertEqual(ran, [])

    def test_an_answer_that_means_nothing(self):
        for given, said in (({"run": lambda *_: 5}, "host.run of layers 2 to 5 returned 5, expected 0 to 4 or LAMELLA_STOP"),
                            ({"run": lambda *_: -2}, "host.run of layers 2 to 5 returned -2, expected 0 to 4 or LAMELLA_STOP"),
                            ({"run": doubled, "before": lambda *_: 1}, "host.before returned 1, expected 0 or LAMELLA_STOP")):
            with self.assertRaisesRegex(self.hosted.CallbackError, f"^lamella_attend_run: {said}$"):
                self.run_layers(X, **given)

    def test_one_that_is_missing_or_no_function(self):
        self.assertRaisesRegex(TypeError, "^lamella.attend.run: missing a required .*'run'", self.run_layers, X)
        for wrong in (3, None):
            self.assertRaisesRegex(self.hosted.ArgumentError, f"^lamella.attend.run: run is {wrong}", self.run_layers, X, run=wrong)
        self.assertRaisesRegex(self.hosted.ArgumentError, "before is 'x', expected a function", self.run_layers, X, run=doubled, before="x")

    def test_the_struct_of_an_older_host(self):
        """It ends where `behind` begins, and what lies there is its own."""
        struct = self.hosted._mirror.attend.lamella_attend_host
        library, fill = self.hosted._library.LIBRARY, self.hosted._arrays.fill_view
        ran, out, views = [], np.zeros_like(X), [self.hosted._mirror.base.lamella_view() for _ in range(2)]
        kept = [fill(view, array, "") for view, array in zip(views, (X, out))]
        of = dict(struct._fields_)
        host = struct(struct_size=struct.behind.offset, run=of["run"](lambda *_: ran.append("run") or 0), behind=of["behind"](lambda _: ran.append("behind")))

        def status():
            return library.lamella_attend_run(None, ctypes.byref(host), ctypes.byref(views[0]), None, ctypes.byref(views[1]))
        self.assertEqual((status(), ran, len(kept)), (0, ["run"], 2))
        host.struct_size = ctypes.sizeof(struct)
        self.assertEqual((status(), ran), (0, ["run", "run", "behind"]))
        host.struct_size = struct.user.offset
        self.assertEqual(status(), self.hosted.ArgumentError.status)


if __name__ == "__main__":
    unittest.main()
