"""The package as a whole: what it checks at import, its names, and that every function of the table can be called."""
import ctypes
import importlib
import inspect
import os
import pickle
import tempfile
import unittest
import unittest.mock
import warnings
from pathlib import Path

import lamella
import numpy as np
from lamella import _library, _mirror

TABLE = [entry["python"] for entry in _mirror.FUNCTIONS]
DATA = Path(__file__).resolve().parents[2] / "examples" / "data"


def found(name):
    """What stands under a dotted name."""
    thing = lamella
    for word in name.split(".")[1:]:
        thing = getattr(thing, word)
    return thing


class Import(unittest.TestCase):
    def test_layout_is_checked(self):
        class lamella_view(ctypes.Structure):
            _fields_ = [("data", ctypes.c_void_p), ("rank", ctypes.c_int32)]
            layout = (16, [0, 12])
        with unittest.mock.patch.object(_mirror, "STRUCTS", [lamella_view]):
            with self.assertRaisesRegex(ImportError, "lamella_view is laid out as"):
                _library.check_layout()

    def test_version_is_checked(self):
        with unittest.mock.patch.object(_mirror, "VERSION", "0.9.0"):
            with self.assertRaisesRegex(ImportError, "is version 0.1.0, expected 0.9.0"):
                _library.load()

    def test_a_missing_openblas_says_what_to_type(self):
        missing = OSError("libopenblas.so.0: cannot open shared object file: No such file or directory")
        with unittest.mock.patch.object(ctypes, "CDLL", side_effect=missing):
            with self.assertRaisesRegex(ImportError, "type: sudo apt-get install libopenblas0"):
                _library.load()

    def test_a_missing_library_says_so(self):
        with unittest.mock.patch.object(_library, "candidates", lambda: ["/no/such/liblamella.so"]):
            with self.assertRaisesRegex(ImportError, "the library was not found: /no/such"):
                _library.load()

    def test_rooms_can_be_imported(self):
        self.assertIs(importlib.import_module("lamella.fusion"), lamella.fusion)

    def test_version(self):
        self.assertEqual(lamella.__version__, lamella.version())


class Names(unittest.TestCase):
    def test_every_function_stands_where_its_name_says(self):
        for entry in _mirror.FUNCTIONS:
            with self.subTest(entry["name"]):
                thing = found(entry["python"])
                self.assertTrue(callable(thing))
                if not entry["name"].endswith("_free"):
                    self.assertEqual(thing.__doc__, entry["doc"])
                    inspect.signature(thing)

    def test_help_names_every_argument(self):
        for name in TABLE:
            thing, is_verb = found(name), isinstance(found(name.rpartition(".")[0]), type)
            for argument in list(inspect.signature(thing).parameters)[is_verb and not name.endswith((".open", ".load", ".fit")):]:
                if argument not in ("dtype", "ctx"):
                    self.assertRegex(thing.__doc__, rf"(?m)^  {argument}\b", name)
        self.assertRegex(lamella.fusion.pool.__doc__, '(?m)^  readout +"mean", "cls", "last", "max", "weighted", "first_mean"; default "mean"$')

    def test_a_function_knows_its_name(self):
        for function, *names in ((lamella.probe.Linear.fit, "fit", "Linear.fit", "lamella.probe"), (lamella.fusion.pool, "pool", "pool", "lamella.fusion")):
            self.assertEqual([function.__name__, function.__qualname__, function.__module__], names)
            self.assertIs(pickle.loads(pickle.dumps(function)), function)     # so that other processes can be sent it

    def test_a_signature_reads_like_the_header(self):
        self.assertEqual(str(inspect.signature(lamella.matryoshka.truncate)),
                         "(stack, widths, *, normalise='l2', out=None, dtype=None, ctx=None)")
        self.assertEqual(str(inspect.signature(lamella.fusion.pool)),
                         "(stack, weights=None, *, readout='mean', pooled=None, dtype=None, ctx=None)")


def is_called(name, text):
    """By its whole name, or a verb by its own."""
    *place, word = name.split(".")
    is_verb = place[-1][0].isupper() or word[0].isupper()
    return (f".{word}(" if is_verb else f"{name}(") in text


def every_call(folder):
    """One call of each function of the ground floor; an operation's own test calls it."""
    x = np.arange(24, dtype="f4").reshape(2, 3, 4) + 1
    path = os.path.join(folder, "a.safetensors")
    stack_path = os.path.join(folder, "s.safetensors")
    return {
        "lamella.version": lambda: lamella.version(),
        "lamella.status_name": lambda: lamella.status_name(-2),
        "lamella.last_error": lambda: lamella.last_error(),
        "lamella.build_info": lambda: lamella.build_info(),
        "lamella.Context": lambda: lamella.Context(threads=1, simd="reference"),
        "lamella.Context.free": lambda: lamella.Context().free(),
        "lamella.tensor.view": lambda: lamella.tensor.view(x, "f32", [24]),
        "lamella.tensor.view_mutable": lambda: lamella.tensor.view_mutable(x.ctypes.data, "f32", [3], stride=[8]),
        "lamella.tensor.view_describe": lambda: lamella.tensor.view_describe(x),
        "lamella.tensor.stack_describe": lambda: lamella.tensor.stack_describe(x),
        "lamella.tensor.sizes": lambda: lamella.tensor.sizes(x, 1),
        "lamella.tensor.Block": lambda: lamella.tensor.Block("f64", 2, 3, 4),
        "lamella.tensor.Block.load": lambda: lamella.tensor.Block.load(x),
        "lamella.tensor.Block.free": lambda: lamella.tensor.Block.load(x).free(),
        "lamella.tensor.slice": lambda: lamella.tensor.slice(x, 2, 1, 4, 2),
        "lamella.tensor.pick": lambda: lamella.tensor.pick(x, 1, 2),
        "lamella.tensor.cast": lambda: lamella.tensor.cast(x, dtype="i32"),
        "lamella.tensor.gather": lambda: lamella.tensor.gather(x, np.array([1, 0], "i4")),
        "lamella.tensor.finite": lambda: lamella.tensor.finite(x),
        "lamella.io.file_save": lambda: lamella.io.file_save(path, ["a", "b"], [x, x[0]], metadata=["key", "value"]),
        "lamella.io.kind": lambda: lamella.io.kind(path),
        "lamella.io.File.open": lambda: lamella.io.File.open(path),
        "lamella.io.File.load": lambda: lamella.io.File.load(np.fromfile(path, "u1")),
        "lamella.io.File.free": lambda: lamella.io.File.open(path).free(),
        "lamella.io.File.get": lambda: lamella.io.File.load(np.fromfile(path, "u1")).get("b"),
        "lamella.io.File.entry": lambda: lamella.io.File.open(path).entry(1),
        "lamella.io.File.metadata": lambda: lamella.io.File.open(path).metadata(0),
        "lamella.io.File.sizes": lambda: lamella.io.File.open(path).sizes(),
        "lamella.io.File.read": lambda: lamella.io.File.open(path).read("a", 1, np.zeros((1, 3, 4), "f4")),
        "lamella.io.npy_save": lambda: lamella.io.npy_save(os.path.join(folder, "x.npy"), x),
        "lamella.io.stack_save": lambda: lamella.io.stack_save(stack_path, x, names=["l"], labels=[np.arange(3)]),
        "lamella.io.stack_open": lambda: lamella.io.stack_open(stack_path),
        "lamella.io.File.label": lambda: lamella.io.stack_open(stack_path).label("l"),
        "lamella.moments.layers": lambda: lamella.moments.layers(x),
        "lamella.measure.ranks": lambda: lamella.measure.ranks(x),
        "lamella.measure.classification": lambda: lamella.measure.classification(np.array([1.0, -1.0]), np.array([1, 0])),
        "lamella.measure.correlation": lambda: lamella.measure.correlation(x[0, 0], x[0, 1]),
        "lamella.measure.regression": lambda: lamella.measure.regression(x[0, 0], x[0, 1]),
        "lamella.measure.folds": lambda: lamella.measure.folds(6, n_folds=2),
        "lamella.measure.bootstrap": lambda: lamella.measure.bootstrap(x[0, 0], statistic="mean"),
        "lamella.matryoshka.truncate": lambda: lamella.matryoshka.truncate(x, [2]),
        "lamella.fusion.pool": lambda: lamella.fusion.pool(x[None]),
        **{name: found(name) for name in TABLE if name.endswith("options_init")},
    }


class Calls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            cls.values = {name: call() for name, call in every_call(folder.name).items()}

    def test_every_function_of_the_table_is_called(self):
        tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
        self.assertEqual([name for name in TABLE if name not in self.values and not is_called(name, tests)], [])

    def test_numbers_and_texts(self):
        v = self.values
        self.assertEqual(v["lamella.status_name"], "ERR_SHAPE")
        self.assertEqual(tuple(v["lamella.tensor.sizes"]), (3, 4))
        self.assertEqual(v["lamella.io.kind"], "safetensors")
        self.assertEqual(tuple(v["lamella.io.File.metadata"]), ("key", "value"))
        self.assertEqual(tuple(v["lamella.io.File.sizes"]), (2, 1))
        self.assertIn("f32 [2, 3, 4]", v["lamella.tensor.view_describe"])

    def test_views(self):
        v = self.values
        np.testing.assert_array_equal(v["lamella.tensor.view"], np.arange(1, 25))
        self.assertFalse(v["lamella.tensor.view"].flags.writeable)
        np.testing.assert_array_equal(v["lamella.tensor.view_mutable"], [1, 9, 17])
        self.assertTrue(v["lamella.tensor.view_mutable"].flags.writeable)
        self.assertEqual(v["lamella.tensor.slice"].shape, (2, 3, 2))
        np.testing.assert_array_equal(v["lamella.tensor.pick"], np.arange(1, 25).reshape(2, 3, 4)[:, 2])
        np.testing.assert_array_equal(v["lamella.io.File.get"], np.arange(1, 13).reshape(3, 4))
        np.testing.assert_array_equal(v["lamella.io.File.label"], [0, 1, 2])
        np.testing.assert_array_equal(v["lamella.io.File.read"][0], np.arange(13, 25).reshape(3, 4))

    def test_results(self):
        v = self.values
        self.assertEqual(v["lamella.fusion.pool"]._fields[-1], "result")
        self.assertEqual(v["lamella.fusion.pool"].result.n_empty_samples, 0)
        entry = v["lamella.io.File.entry"]
        self.assertEqual((entry.name, entry.dtype, entry.shape, entry.n_bytes), ("b", "f32", (3, 4), 48))
        self.assertEqual(v["lamella.tensor.finite"].first, -1)
        self.assertEqual(v["lamella.fusion.pool_options_init"].readout, "mean")
        self.assertEqual(v["lamella.moments.layers_options_init"].outlier, 100)

    def test_build_info(self):
        info = lamella.build_info(ctx=lamella.Context(threads=3, simd="reference"))
        self.assertEqual((info.threads, info.simd_chosen), (3, "reference"))


if __name__ == "__main__":
    unittest.main()
