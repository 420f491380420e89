"""What a user of NumPy tries: inputs that gave a wrong answer, an internal message or none that helps."""
import copy
import ctypes
import json
import pickle
import pydoc
import re
import tempfile
import unittest
import warnings
from pathlib import Path

import lamella
import numpy as np

RNG = np.random.default_rng(0)
X = RNG.standard_normal((3, 40, 6)).astype("f4")
Y = np.arange(40) % 2
TOKENS = RNG.standard_normal((2, 10, 5, 6)).astype("f4")
WORDS = np.array(["cat", "dog"])[Y]
IN_FILES = {"f4": "F32", "f2": "F16", "i8": "I64", "u8": "U64", "u1": "U8"}


def fit(*args, **kwargs):
    return lamella.probe.Linear.fit(*args, n_bootstrap=-1, **kwargs)


def bf16(array):
    """Rounded towards zero, in uint16."""
    return (np.ascontiguousarray(array, "f4").view("u4") >> 16).astype("u2")


def rows_of(depth, first, n, into):
    into[...] = X[depth, first:first + n]


class Case(unittest.TestCase):
    def setUp(self):
        notes = warnings.catch_warnings()   # a fold of forty rows may have one class
        notes.__enter__()
        self.addCleanup(notes.__exit__, None, None, None)
        warnings.simplefilter("ignore", lamella.Note)
        warnings.simplefilter("ignore", PendingDeprecationWarning)      # np.matrix

    def says(self, call, *words, error=lamella.Error):
        """It is refused, in a message that has all the words and none of another layer's."""
        with self.assertRaises(error) as caught:
            call()
        for word in words:
            self.assertIn(word, str(caught.exception))
        self.assertNotRegex(str(caught.exception), "has no view|NULL|inhomogeneous|object of type|np\\.str_")

    def write(self, arrays):
        """A .safetensors file, in any dtype that the format has."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        header, data = {}, b""
        for name, array in arrays.items():
            dtype = "BF16" if array.dtype == np.uint16 else IN_FILES[array.dtype.str[1:]]
            header[name] = {"dtype": dtype, "shape": array.shape, "data_offsets": [len(data), len(data) + array.nbytes]}
            data += array.tobytes()
        text = json.dumps(header).encode()
        path = Path(folder.name) / "x.safetensors"
        path.write_bytes(len(text).to_bytes(8, "little") + text + data)
        return path


class Entries(Case):
    def test_A10_the_rank_of_an_entry_is_a_number(self):
        file = lamella.io.File.open(self.write({"a": X, "b": Y}))
        self.assertEqual([(file.entry(i).rank, file.entry(i).shape) for i in range(2)], [(3, (3, 40, 6)), (1, (40,))])

    def test_B3_one_label_that_is_not_read_beside_others(self):
        states = lamella.open(self.write({"layer.0": X[0], "label.id": np.full(40, 2**64 - 1, "u8"), "label.y": Y}))
        with self.assertWarnsRegex(lamella.Note, "label.id.* U64") as said:
            found = dict(states.labels)
        self.assertEqual(said.filename, __file__)
        with self.assertWarnsRegex(lamella.Note, "label.id.* U64") as said:
            self.assertEqual([name for name in states.labels], ["y"])
        self.assertEqual(said.filename, __file__)
        self.assertEqual(list(found), ["y"])
        np.testing.assert_array_equal(states.labels["y"], Y)
        self.assertEqual((len(states.labels), "id" in states.labels, "y" in states.labels), (1, False, True))
        self.says(lambda: states.labels["id"], "label.id", "U64")
        with self.assertRaisesRegex(KeyError, "no label 'x': the file has id, y"):
            states.labels["x"]
        self.assertIn("y", repr(states.labels))


    def test_B4_a_pattern_as_prefix(self):
        path = self.write({**{f"blocks.{l}.hook_resid_post": X[l] for l in range(3)},
                           **{f"blocks.{l}.hook_mlp_out": X[l] + 1 for l in range(3)}})
        for name, expected in (("resid_post", X), ("mlp_out", X + 1)):
            with lamella.open(path, prefix=f"blocks.{{}}.hook_{name}") as states:
                np.testing.assert_array_equal(states, expected)
        self.says(lambda: lamella.open(path), "blocks.{}.hook_resid_post", "blocks.{}.hook_mlp_out")


class Masks(Case):
    mask = RNG.random((10, 5)) < 0.6
    mask[:, 2] = True

    def alike(self, call, mask):
        expected = call(mask.astype(bool))
        for dtype in ("u1", "i1", "i2", "u2", "i4", "u4", "i8", "u8"):
            np.testing.assert_array_equal(call(mask.astype(dtype)), expected, dtype)
        np.testing.assert_array_equal(call(mask.tolist()), expected)
        np.testing.assert_array_equal(call(mask.astype(int).tolist()), expected)

    def test_A8_masks_of_every_integer_dtype(self):
        self.alike(lambda mask: lamella.fusion.pool(lamella.Stack(TOKENS, mask=mask)).pooled, self.mask)
        for dtype in ("u1", "i8"):
            with lamella.open(self.write({**{f"layer.{l}": TOKENS[l] for l in range(2)}, "attention_mask": self.mask.astype(dtype)})) as states:
                np.testing.assert_array_equal(lamella.fusion.pool(states).pooled, lamella.fusion.pool(lamella.Stack(TOKENS, mask=self.mask)).pooled)
                self.assertEqual(states.found.mask, "attention_mask")
        flat = np.arange(40) % 3 > 0
        self.alike(lambda mask: fit(X, Y, label_mask=mask).bytes(), flat)
        self.alike(lambda mask: lamella.measure.classification(X[0, :, 0], Y, mask=mask), flat)
        self.alike(lambda mask: lamella.measure.correlation(X[0, :, 0], X[1, :, 0], mask=mask), flat)
        self.alike(lambda mask: lamella.measure.regression(X[0, :, 0], X[1, :, 0], mask=mask), flat)
        self.alike(lambda mask: lamella.measure.bootstrap(X[0, :, 0], Y, mask=mask), flat)
        self.alike(lambda correct: lamella.probe.depth(correct).accuracy, X[:, :, 0] > 0)

    def test_A8_numbers_that_are_no_mask(self):
        self.says(lambda: fit(X, Y, label_mask=Y - 1), "lamella.probe.Linear.fit: label_mask holds -1, expected 0 to 255")
        self.says(lambda: fit(X, Y, label_mask=Y * 256), "label_mask holds 256, expected 0 to 255")
        self.says(lambda: lamella.Stack(TOKENS, mask=np.where(self.mask, 0, -np.inf)), "lamella.Stack: mask", "mask == 0 if it is added to scores")
        depths = np.full((3, 40), 255)
        depths[:, :20] = 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.assertEqual(lamella.probe.depth(depths).result.n_left_out, 20)


class Sizes(Case):
    def test_B2_sizes_are_refused_in_the_librarys_words(self):
        x = np.ones((4, 6), "f4")
        for width in (2**41, 2**62, -1):
            self.says(lambda: lamella.matryoshka.truncate([x], [width]), f"lamella_matryoshka_truncate: widths[0] is {width}, expected 1 to 6")
        self.says(lambda: lamella.matryoshka.search(x, x, -1), "lamella_matryoshka_search: k is -1, expected at least 1")
        self.says(lambda: lamella.matryoshka.Index(x).search(x, -1), "k is -1, expected at least 1")
        for n, words in ((2**41, "expected at most 4"), (2**62, "expected at most 4"), (-1, "expected at least 1")):
            self.says(lambda: lamella.relative.anchors([x], n), f"lamella_relative_anchors: n_anchors is {n}, {words}")
        self.says(lambda: lamella.measure.folds(-1), "lamella_measure_folds: n_samples is -1, expected at least 1")
        self.says(lambda: lamella.measure.folds(10, n_folds=-1), "lamella_measure_folds: options.n_folds is -1, expected 1 or more")
        ids, scores = np.zeros((4, 2), int), np.zeros((4, 2))
        self.says(lambda: lamella.matryoshka.search_merge(ids, scores, ids, scores, -1), "k is -1")
        self.says(lambda: lamella.matryoshka.grid_cosine([x], [[0, 1]], [2**41]), "widths[0] is 2199023255552, expected 1 to 6")
        self.says(lambda: lamella.matryoshka.ridge([x], [0, 1, 0, 1], [1], [2**41]), "widths[0] is 2199023255552, expected 1 to 6")

    def test_B2_what_is_allowed_and_has_no_memory(self):
        x = np.ones((4, 6), "f4")
        for k in (2**45, 2**62):
            self.says(lambda: lamella.matryoshka.search(x, x, k), f"lamella.matryoshka.search: there is no memory for ids, i64 [4, {k}]", error=MemoryError)
        self.says(lambda: lamella.measure.folds(2**62), "there is no memory for folds, i32 [4611686018427387904]", error=lamella.MemoryError)

    def test_B2_an_input_without_the_axis_that_an_output_has(self):
        self.says(lambda: lamella.tensor.gather(X[0], 3), "lamella.tensor.gather: index is 3, expected an array [pick]")
        self.says(lambda: lamella.fusion.over([], []), "lamella_fusion_over: colours.rank is 1")
        self.says(lambda: lamella.matryoshka.search(X[0], X[0, 0], 2), "lamella_matryoshka_search: queries.rank is 1, expected 2")


class Labels(Case):
    def test_B5_text_says_what_to_type(self):
        for given in (WORDS, list(WORDS), WORDS.astype("S3"), WORDS.astype(object)):
            for call, function, argument in (
                    (lambda: fit(X, given), "lamella.probe.Linear.fit", "labels"),
                    (lambda: fit(X, Y, groups=given), "lamella.probe.Linear.fit", "groups"),
                    (lambda: lamella.matryoshka.ridge(X, given, [1], [2]), "lamella.matryoshka.ridge", "labels"),
                    (lambda: lamella.matryoshka.search(X[0], X[0], 2, base_ids=given), "lamella.matryoshka.search", "base_ids"),
                    (lambda: lamella.measure.folds(40, given), "lamella.measure.folds", "groups"),
                    (lambda: lamella.measure.bootstrap(X[0, :, 0], given), "lamella.measure.bootstrap", "gold"),
                    (lambda: lamella.relative.stitch(X, given, [0, 1], [0, 1], [2]), "lamella.relative.stitch", "labels")):
                self.says(call, f"{function}: {argument} holds text", f"np.unique({argument}, return_inverse=True)[1]", error=lamella.DtypeError)
        probe = fit(X, np.unique(WORDS, return_inverse=True)[1])
        np.testing.assert_array_equal(probe.classes_, [0, 1])

    def test_B5_other_things_that_are_no_labels(self):
        class Sparse:
            def toarray(self):
                return X[0]
        for given, words in (([None] * 40, "labels holds None at 0"), ([0, None] * 20, "labels holds None at 1"), (Sparse(), "labels.toarray()"),
                             ({"y": Y}, "labels is a dict"), ("y", "states.labels['y']"), (Y + 0.5, "labels is of dtype float64, expected int32 or int64, and 0.5"),
                             (Y * 1.0, 'labels.astype("int64")'), (Y * 1j, "expected int32 or int64"), ([[0, 1], [0]], "labels is a list of parts of different shapes"),
                             (np.ma.masked_array(Y, Y > 0), "labels is a masked array"), (3, "labels is 3, expected an array [task, sample]"),
                             (object(), "labels is a object"), ([10**30, 1] * 20, "labels holds 1000000000000000000000000000000, expected int32"), (None, "labels is None")):
            self.says(lambda: fit(X, given), "lamella.probe.Linear.fit: ", words)
        self.says(lambda: fit(Sparse(), Y), "a stack is")
        self.says(lambda: lamella.matryoshka.search(Sparse(), X[0], 2), "lamella.matryoshka.search: base is a sparse Sparse", "type base.toarray()")

    def test_B5_numbers_become_what_the_argument_takes(self):
        expected = lamella.measure.classification(X[0, :, 0], Y, weights=Y + 1.0)
        for weights in (Y + 1, list(Y + 1), (Y + 1).astype("u1"), (Y + 1).astype("f2")):
            self.assertEqual(lamella.measure.classification(X[0, :, 0], Y, weights=weights), expected)
        np.testing.assert_array_equal(lamella.measure.ranks([3, 1, 2]), [3, 1, 2])
        self.says(lambda: lamella.measure.ranks([2**53 + 1, 0]), "x holds 9007199254740993, expected -9007199254740992 to 9007199254740992")
        self.says(lambda: lamella.fusion.mix(X.astype(int)), "lamella.fusion.mix: stack is of dtype int64 at layer 0", 'astype("float32")')
        for dtype in ("c8", "i2", "g"):
            with self.assertRaises(lamella.DtypeError) as caught:
                fit(X.astype(dtype), Y)
            self.assertNotIn("bf16 in uint16", str(caught.exception))
        self.says(lambda: fit(X.astype("u2"), Y), 'layers[0] is of dtype uint16', 'for bf16 in uint16 say dtype="bf16"')
        self.says(lambda: lamella.relative.Project.fit(X, Y == 1), "np.flatnonzero(anchors)")
        self.says(lambda: lamella.relative.Project.fit(X, []), "anchors has no row number")

    def test_B13_a_message_speaks_of_the_callers_own_shape(self):
        for call in (lambda: fit(X, Y[:30]), lambda: lamella.matryoshka.ridge(X, Y[:30], [1], [2])):
            self.says(call, "labels.shape[0] is 30, expected 40 (= samples of stack)")
        self.says(lambda: fit(X, Y, label_mask=Y[:30]), "label_mask.shape[0] is 30, expected 40 (= samples of stack)")
        self.says(lambda: fit(X, Y[None, :30]), "labels.shape[1] is 30, expected 40 (= samples of stack)")
        self.says(lambda: fit(X, Y[None, None]), "labels.rank is 3, expected 2: task, sample, or 1: sample")

    def test_B13_lengths_given_as_offsets(self):
        for lengths in ([10, 20, 10], np.array([10, 20, 10]), np.array([10, 20, 10], "i4")):
            self.says(lambda: lamella.Stack(X, offsets=lengths), "lamella.Stack: offsets is [10, 20, 10]", "these look like lengths",
                      "np.concatenate([[0], np.cumsum(offsets)])")
        self.says(lambda: fit(lamella.Stack([], offsets=[1]), Y), "n_layers is 0")
        np.testing.assert_array_equal(lamella.Stack(X, offsets=np.concatenate([[0], np.cumsum([10, 20, 10])])).offsets, [0, 10, 30, 40])
        self.says(lambda: lamella.Stack(X, offsets=[10, 20, 9]) and fit(lamella.Stack(X, offsets=[10, 20, 9]), Y[:2]), "offsets[0] is 10, expected 0")


class Files(Case):
    def test_B9_a_layer_of_a_file_is_an_array_when_asked(self):
        narrow = X[1].astype("f2")
        states = lamella.open(self.write({"layer.0": X[0], "layer.1": narrow, "layer.2": bf16(X[2])}))
        layers = states.layers
        for layer, expected in zip(layers, (X[0], narrow, bf16(X[2]))):
            self.assertEqual(np.asarray(layer).dtype, expected.dtype)
            np.testing.assert_array_equal(np.asarray(layer), expected)
            np.testing.assert_array_equal(layer[3:9], expected[3:9])
            np.testing.assert_array_equal(layer[-1], expected[-1])
            np.testing.assert_array_equal(layer[::3, 1], expected[::3, 1])
            self.assertEqual((layer.shape, len(layer), layer.ndim, layer[50:].shape), ((40, 6), 40, 2, (0, 6)))
        with self.assertRaisesRegex(AttributeError, "have no mean: np.asarray reads them"):
            layers[0].mean()
        self.assertEqual(np.mean(layers[0]), X[0].mean())
        self.assertEqual(np.asarray(layers[0], "f8").dtype, np.float64)
        found = lamella.matryoshka.search(layers[0], layers[2], 3)
        expected = lamella.matryoshka.search(X[0], lamella.tensor.cast(bf16(X[2]), out=np.empty((40, 6), "f4"), dtype="bf16"), 3)
        np.testing.assert_array_equal(found.ids, expected.ids)
        np.testing.assert_array_equal(found.scores, expected.scores)
        np.testing.assert_array_equal(lamella.fusion.mix(layers).mixed, lamella.fusion.mix(states).mixed)

    def test_B9_a_stack_is_a_sequence_of_its_layers(self):
        for states in (lamella.open(self.write({f"layer.{l}": X[l] for l in range(3)})), lamella.Stack(X), lamella.Stack(list(X))):
            self.assertEqual(len(states), 3)
            np.testing.assert_array_equal(states[1], X[1])
            np.testing.assert_array_equal(states[-2:], X[-2:])
            np.testing.assert_array_equal([np.asarray(layer) for layer in states], X)
            np.testing.assert_array_equal(np.asarray(states), X)
            self.says(lambda: lamella.Stack(states, mask=np.ones(40, bool)), "layers is a stack already", "stack.layers")
            np.testing.assert_array_equal(lamella.Stack(states.layers, mask=np.ones(40, bool)), X)

    def test_B9_batches_in_several_files_are_joined(self):
        files = [lamella.open(self.write({f"layer.{l}": X[l, part] for l in range(3)})) for part in (slice(0, 25), slice(25, 40))]
        joined = [np.concatenate(parts) for parts in zip(*[states.layers for states in files])]
        np.testing.assert_array_equal(joined, X)

    def test_B9_a_layer_is_read_once(self):
        asked = []

        def read(depth, first, n, into):
            asked.append((depth, first, n))
            into[:7] = X[depth - 4, first:first + 7]
            return min(n, 7)
        layer = lamella.Stack([lamella.Layout((40, 6), "f32")] * 2, depth=[4, 6], read=read).layers[1]
        np.testing.assert_array_equal(np.asarray(layer), X[2])
        self.assertEqual(asked, [(6, first, 40 - first) for first in range(0, 40, 7)])

    def test_B9_a_read_that_fails_says_so(self):
        def oops(*_):
            raise KeyError("mine")
        for read, error in ((oops, KeyError), (lambda *_: 0, lamella.IoError), (lambda *_: 41, lamella.IoError)):
            with self.assertRaises(error):
                np.asarray(lamella.Stack([lamella.Layout((40, 6), "f32")], read=read).layers[0])
        states = lamella.open(self.write({"layer.0": X[0]}))
        layer = states.layers[0]
        states.close()
        with self.assertRaisesRegex(ValueError, "closed"):
            np.asarray(layer)
        with self.assertRaisesRegex(ValueError, "the stack is closed"):
            states.layers
        self.assertEqual(repr(states), "<lamella.StackFile, closed>")

    def test_B9_an_array_that_is_not_in_memory_says_how_to_read_it(self):
        file = lamella.io.File.open(self.write({"a": X[0]}))
        self.says(lambda: lamella.matryoshka.search(file.get("a"), X[0], 2), "base is Layout", "file.read")
        self.says(lambda: lamella.matryoshka.search(lamella.Stack(X), X[0], 2), "base is a Stack", "base.layers[0]")
        self.says(lambda: fit("states.safetensors", Y), "lamella.open('states.safetensors')")


class Callbacks(Case):
    def test_B14_an_optional_view_that_is_none(self):
        from lamella import _callbacks
        from lamella._mirror.base import lamella_view
        seen = []
        view = ctypes.POINTER(lamella_view)
        prototype = ctypes.CFUNCTYPE(ctypes.c_int32, view, ctypes.c_char_p, view, ctypes.c_void_p)
        types = [("const lamella_view *", "state"), ("const char *", "stage"), ("const lamella_view *", "edge_mask"), ("void *", "user")]
        function = _callbacks.callback(lambda *arguments: seen.append(arguments), prototype, types)
        row = np.arange(3, dtype="f4")
        given = lamella_view(data=row.ctypes.data, rank=1, dtype=1)
        given.shape[0] = 3
        with _callbacks.raised_here():
            self.assertEqual(function(ctypes.byref(given), None, None, None), 0)
        np.testing.assert_array_equal(seen[0][0], row)
        self.assertEqual(seen[0][1:], (None, None))


class Dlpack:
    """A tensor of a library whose dtype NumPy does not know, as torch's bfloat16: it has no array to give, only its memory."""

    class Managed(ctypes.Structure):
        _fields_ = [("data", ctypes.c_void_p), ("device_type", ctypes.c_int32), ("device_id", ctypes.c_int32), ("ndim", ctypes.c_int32),
                    ("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16), ("shape", ctypes.POINTER(ctypes.c_int64)),
                    ("strides", ctypes.POINTER(ctypes.c_int64)), ("byte_offset", ctypes.c_uint64), ("context", ctypes.c_void_p),
                    ("deleter", ctypes.c_void_p)]

    def __init__(self, array, device=1, code=4, strides=True, offset=0):
        self.array, n = array, array.ndim
        at = [stride // 2 for stride in array.strides]
        self.tensor = self.Managed(array.ctypes.data - offset, device, 0, n, code, 16, 1, (ctypes.c_int64 * n)(*array.shape),
                                   (ctypes.c_int64 * n)(*at) if strides else None, offset)

    def __array__(self, dtype=None, copy=None):
        raise TypeError("Got unsupported ScalarType BFloat16")

    def __dlpack__(self, **_):
        new = ctypes.pythonapi.PyCapsule_New
        new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
        return new(ctypes.addressof(self.tensor), b"dltensor", None)


class Newcomers(Case):
    def test_E9_bf16_tensors_of_other_libraries(self):
        raw = bf16(X)
        expected = fit(list(raw), Y, dtype="bf16").bytes()
        for tensors in ([Dlpack(layer) for layer in raw], [Dlpack(layer, strides=False) for layer in raw], [Dlpack(layer, offset=64) for layer in raw],
                        [Dlpack(np.asfortranarray(layer)) for layer in raw]):
            np.testing.assert_array_equal(fit(tensors, Y).bytes(), expected)
        self.assertIn("bf16 [40, 6] stride [1, 40]", lamella.tensor.view_describe(Dlpack(np.asfortranarray(raw[0]))))
        self.says(lambda: fit([Dlpack(raw[0], device=2)], Y), "layers[0] is a Dlpack in the memory of a device", "layers[0].cpu()")
        self.says(lambda: lamella.measure.ranks(Dlpack(raw[0], code=5)), "x is a Dlpack that NumPy cannot take")

        class Broken:
            def __array__(self, dtype=None, copy=None):
                raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
        self.says(lambda: lamella.measure.ranks(Broken()), "lamella.measure.ranks: x is a Broken", "tensor.detach()")

    def test_E9_a_dict_of_layers(self):
        stack = lamella.Stack({6: X[2], 0: X[0], 3: X[1]})
        self.assertEqual(stack.depths, [0, 3, 6])
        for layer, expected in zip(stack.layers, X):
            np.testing.assert_array_equal(layer, expected)
        self.says(lambda: fit({"layer.0": X[0]}, Y), "layers is a dict of ['layer.0']", "depths as its keys")
        self.says(lambda: fit(X[0], Y), "for one layer type [x]")
        for given in (3, None, WORDS, 1.5):
            self.says(lambda: lamella.Stack(given), "lamella.Stack: a stack is an opened file, a list of arrays")

    def test_E9_predict_and_classes(self):
        for y, classes in ((Y * 3 - 1, [-1, 2]), (np.arange(40) % 3 * 5, [0, 5, 10])):
            probe = fit(X, y)
            np.testing.assert_array_equal(probe.classes_, classes)
            scores = probe.score(1, X[1])
            expected = np.array(classes)[(scores[:, 0] > 0).astype(int) if len(classes) == 2 else scores.argmax(1)]
            np.testing.assert_array_equal(probe.predict(1, X[1]), expected)
            self.assertEqual(probe.predict(1, X[1, 7]), expected[7])
        both = fit(X, np.stack([np.arange(40) % 3 * 5, Y * 3 - 1]))
        self.assertEqual([list(classes) for classes in both.classes_], [[0, 5, 10], [-1, 2]])
        np.testing.assert_array_equal(both.predict(2, X[2], task=0), fit(X, np.arange(40) % 3 * 5).predict(2, X[2]))
        np.testing.assert_array_equal(both.predict(2, X[2], task=1), fit(X, Y * 3 - 1).predict(2, X[2]))
        self.says(lambda: both.predict(0, X[0], task=2), "task is 2, expected 0 to 1")
        self.says(lambda: both.predict(0, X[0], task=-1), "task is -1, expected 0 to 1")
        one = fit(X, np.stack([Y, np.zeros(40, int)]))
        self.says(lambda: one.predict(0, X[0], task=1), "task 1 had rows of one class")

    def test_E9_the_larger_class_beside_an_accuracy(self):
        y = (np.arange(40) % 4 == 0).astype(int)
        keep = np.arange(40) % 8 != 1   # five zeros less
        both = np.stack([y, Y])
        self.assertEqual(fit(X, y).larger_class, [30 / 40])
        self.assertEqual(fit(X, y, label_mask=keep).larger_class, [25 / 35])
        self.assertEqual(fit(lamella.Stack(X, mask=keep), y).larger_class, [25 / 35])
        probe = fit(X, both, folds=np.where(np.arange(40) < 8, 0, -1))
        np.testing.assert_array_equal(probe.larger_class, [6 / 8, 4 / 8])
        np.testing.assert_array_equal(pickle.loads(pickle.dumps(probe)).larger_class, probe.larger_class)
        for labels in (list(y), np.matrix(y), np.ma.getdata(y)):
            self.assertEqual(fit(X, labels).larger_class, [30 / 40])
        tokens = fit(TOKENS, np.arange(10) % 5 == 0, n_folds=2)
        self.assertEqual(tokens.larger_class, [0.8])
        one_class = fit(X, np.stack([Y, np.zeros(40, int)]))
        self.assertTrue(np.isnan(one_class.larger_class[1]))

    def test_E9_a_short_repr(self):
        stack = lamella.Stack([X[0]] * 500, mask=np.ones(40, int))
        self.assertEqual(repr(stack), "<lamella.Stack, 500 layers of [40, 6], mask>")
        self.assertEqual(repr(lamella.Stack([X[0], X[1, :, :4]])), "<lamella.Stack, 2 layers of [40, 6] to [40, 4]>")
        pooled = lamella.fusion.pool([TOKENS[0]] * 500)
        self.assertEqual(repr(pooled), "pool(pooled=500 x float32 [10, 6], result=fusion_pool_result(n_empty_samples=0))")
        self.assertIn("norms=array([[", repr(lamella.moments.layers(X[:2])))
        probe = fit(X, Y)
        self.assertRegex(repr(probe), r"^<lamella.probe.Linear, probe_linear_result\(n_layers=3")
        probe.free()
        self.assertEqual(repr(probe), "<lamella.probe.Linear, freed>")

    def test_E9_objects_pickle_by_their_bytes(self):
        gram = lamella.moments.Gram(6, 0)
        gram.update(X[0])
        project = lamella.relative.Project.fit(X, [0, 1, 2, 3])
        index = lamella.matryoshka.Index(X[0])
        for made in (fit(X, Y), gram, project, index):
            for again in (pickle.loads(pickle.dumps(made)), copy.copy(made), copy.deepcopy(made)):
                np.testing.assert_array_equal(again.bytes(), made.bytes())
                self.assertIs(type(again), type(made))
                self.assertEqual(getattr(again, "result", None) if made not in (gram, index) else None, made.result if made not in (gram, index) else None)
        stack = lamella.Stack(TOKENS, mask=Masks.mask, depth=[1, 4], n_depths=9, last_normed=True, sample_id=np.arange(10))
        ragged = lamella.Stack([bf16(X[0]), X[1]], offsets=[0, 10, 40], dtype="bf16")
        read = lamella.Stack([lamella.Layout((40, 6), "f32")] * 2, read=rows_of)
        for made in (stack, ragged, read):
            for again in (pickle.loads(pickle.dumps(made)), copy.copy(made)):
                self.assertEqual(lamella.tensor.stack_describe(again), lamella.tensor.stack_describe(made))
                self.assertEqual((again.depths, again.n_depths, again.last_normed), (made.depths, made.n_depths, made.last_normed))
                for part in ("mask", "offsets", "sample_id"):
                    np.testing.assert_array_equal(getattr(again, part), getattr(made, part))
                for layer, expected in zip(again, made):
                    np.testing.assert_array_equal(layer, expected)
        for thing in (lamella.open(self.write({"layer.0": X[0]})), lamella.tensor.Block("f32", 1, 1, 1).stack):
            self.assertRaisesRegex(TypeError, "lives in one process", pickle.dumps, thing)
        for thing in (lamella.Context(), lamella.tensor.Block("f32", 1, 1, 1)):
            self.assertRaisesRegex(TypeError, "lives in one process", pickle.dumps, thing)

    def test_E9_help_speaks_python(self):
        from lamella import _mirror
        for entry in _mirror.FUNCTIONS:
            with self.subTest(entry["python"]):
                doc = entry["doc"]
                for words in (r"\bNULL\b", r"lamella_", r"LAMELLA_", r"->", r"struct_size", r"\bREADONLY\b", r"\bhandle\b", r"until the \w+ is freed", "not wanted"):
                    self.assertNotRegex(doc, words)
                for line in re.findall(r"(?m)^  (\w+ .*\b0 = .*)$", doc):
                    self.assertRegex(line, r"^\w*mask ")    # what a 0 in it means
        text = pydoc.plain(pydoc.render_doc(lamella.probe.Linear.fit))
        self.assertIn('kind       "logistic", "ridge"; default "logistic"', text)
        self.assertIn("n_folds    1 or more; default 5", text)
        self.assertEqual(lamella.probe.__doc__, "probe: what layers know")
        for thing in (lamella.probe.Linear, lamella.relative.Project, lamella.moments.Gram, lamella.io.File):
            self.assertTrue(thing.__doc__.strip(), thing)
        self.assertIn("Made by lamella.probe.Linear.fit. Fits and scores linear probes", lamella.probe.Linear.__doc__)
        self.assertIn('default "mean"; how tokens are pooled first; not "weighted"', text)
        self.assertIn("for each layer and width f32 [lead, widths[k]]", lamella.matryoshka.truncate.__doc__)
        self.assertIn('to the bit, of lamella.matryoshka.search.', lamella.matryoshka.Index.search.__doc__)

    def test_E9_what_is_not_there_says_what_is(self):
        with self.assertRaisesRegex(TypeError, r"mask is a part of a stack: Stack\(..., mask=\)"):
            lamella.fusion.pool(TOKENS, mask=np.ones((10, 5)))
        for made in (lambda: lamella.probe.Linear(X, Y), lambda: lamella.probe.Linear()):
            with self.assertRaisesRegex(TypeError, "a lamella.probe.Linear is made by lamella.probe.Linear.fit"):
                made()
        for value in (False, True):
            self.says(lambda: lamella.matryoshka.truncate(X, [2], normalise=value), f"normalise is {value}, expected one of l2, none")
        self.says(lambda: lamella.fusion.pool(TOKENS, dtype="f64"), "lamella.fusion.pool: dtype is 'f64'")
        self.says(lambda: lamella.Stack(TOKENS, dtype="f64"), "lamella.Stack: dtype is 'f64'")
        for widths, words in ((3, "widths is 3, expected a list, as [3]"), (np.array(3), "widths is 3, expected a list"), ({3, 1}, "expected a list"),
                              (np.array([[3]]), "widths[0] is an array int64 [1]"), (["3"], "widths[0] is '3'")):
            self.says(lambda: lamella.matryoshka.truncate(X, widths), "lamella.matryoshka.truncate: ", words)
        self.says(lambda: lamella.open(3), "path is 3, expected the path of a file")
        self.says(lambda: fit(X, Y, kind="svm"), "lamella.probe.Linear.fit: kind is 'svm', expected one of logistic, ridge")
        self.says(lambda: lamella.measure.folds(Y), "n_samples is an array int64 [40], expected an integer")

    def test_E9_metadata_as_a_dict(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "x.safetensors"
            lamella.io.file_save(path, ["a"], [X], metadata={"from": "here", "by": "me"})
            file = lamella.io.File.load(path.read_bytes())
            self.assertEqual([tuple(file.metadata(i)) for i in range(2)], [("by", "me"), ("from", "here")])
            np.testing.assert_array_equal(file.get("a"), X)
            self.says(lambda: lamella.io.file_save(path, ["a"], [X], metadata=["from"]), "metadata has length 1, expected a multiple of 2")


if __name__ == "__main__":
    unittest.main()
