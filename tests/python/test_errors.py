"""What a status becomes: exceptions with the library's message, warnings."""
import tempfile
import unittest
import warnings
from pathlib import Path

import lamella
import numpy as np

X = np.ones((2, 3, 4), "f4")


class Errors(unittest.TestCase):
    def test_the_librarys_message(self):
        with self.assertRaises(lamella.ShapeError) as caught:
            lamella.matryoshka.truncate(X, [2], out=[[np.zeros((3, 3), "f4")], [np.zeros((3, 2), "f4")]])
        self.assertTrue(str(caught.exception).startswith("lamella_matryoshka_truncate: "), caught.exception)
        self.assertEqual(caught.exception.status, -2)
        self.assertIsInstance(caught.exception, (lamella.Error, ValueError))

    def test_each_is_what_python_calls_it(self):
        for cause, theirs, ours in (
            (lambda: lamella.matryoshka.truncate(X.astype("i4"), [2]), TypeError, lamella.DtypeError),
            (lambda: lamella.fusion.pool(np.full((1, 1, 1, 1), np.nan, "f4")), ValueError, lamella.NonfiniteError),
            (lambda: lamella.moments.layers(np.zeros((1, 0, 4))), ValueError, lamella.EmptyError),
            (lambda: lamella.open("/no/such/file"), OSError, lamella.IoError),
            (lambda: lamella.tensor.cast([1e300], dtype="f32"), ArithmeticError, lamella.NumericError),
            (lambda: lamella.moments.layers(X, ctx=lamella.Context(max_workspace_bytes=1)), lamella.Error, lamella.LimitError),
        ):
            with self.subTest(ours.__name__):
                with self.assertRaises(theirs) as caught:
                    cause()
                self.assertIs(type(caught.exception), ours)

    def test_every_status_has_a_class_of_its_name(self):
        from lamella import _errors, _mirror
        for name, status in _mirror.ENUMS["LAMELLA_OK"].items():
            if status < 0:
                self.assertEqual(_errors.ERRORS[status].__name__, name[len("err_"):].capitalize() + "Error")
                self.assertIs(getattr(lamella, _errors.ERRORS[status].__name__), _errors.ERRORS[status])

    def test_a_refused_file_says_why(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "x.safetensors"
            path.write_bytes((2).to_bytes(8, "little") + b"[]")
            with self.assertRaises(lamella.FormatError) as caught:
                lamella.io.File.open(path)
            self.assertEqual((caught.exception.fault.rule, caught.exception.fault.offset), ("grammar", 8))

    def test_arguments_are_checked_by_name(self):
        with self.assertRaisesRegex(TypeError, "width"):
            lamella.matryoshka.truncate(X, width=[2])
        with self.assertRaisesRegex(TypeError, "widths"):
            lamella.matryoshka.truncate(X)
        with self.assertRaisesRegex(lamella.ArgumentError, "mean, cls, last, max"):
            lamella.fusion.pool(X[:, None], readout="median")

    def test_a_name_that_is_none_is_told_what_there_is(self):
        with self.assertRaisesRegex(TypeError, r"lamella.matryoshka.truncate: .*'normalize'; it is truncate\(stack, widths, \*, normalise"):
            lamella.matryoshka.truncate(X, [2], normalize="l2")

    def test_what_c_would_cut_is_refused(self):
        for cause, message in (
            (lambda: lamella.matryoshka.truncate(X, [2], normalise=2**32), "normalise is 4294967296, expected an integer of 32 bits"),
            (lambda: lamella.matryoshka.truncate(X, [2**64 + 2]), r"widths\[0\] is \d+, expected an integer of 64 bits"),
            (lambda: lamella.matryoshka.truncate(X, [2.5]), r"widths\[0\] is 2.5, expected an integer"),
            (lambda: lamella.matryoshka.truncate(X, 2), "widths is 2, expected a list"),
            (lambda: lamella.matryoshka.truncate(None, [2]), "stack is None"),
            (lambda: lamella.moments.layers(X, outlier="a"), "outlier is 'a', expected a number"),
            (lambda: lamella.Context(threads=2**32 + 1), "threads is 4294967297"),
            (lambda: lamella.Context(progress=3), "progress is 3, expected a function"),
            (lambda: lamella.Stack(X, depth=[0, 2**64]), r"depth\[1\] is"),
            (lambda: lamella.open("a\0b"), "expected no NUL in it"),
            (lambda: lamella.io.file_save("/no/such/folder/x", ["a\0b"], [X]), r"names\[0\] is .*expected no NUL in it"),
            (lambda: lamella.moments.layers(np.ma.masked_array(X, X > 0)), "its mask|whose mask"),
        ):
            with self.subTest(message):
                self.assertRaisesRegex(lamella.ArgumentError, message, cause)

    def test_another_object_is_refused(self):
        block = lamella.tensor.Block("f32", 1, 1, 1)
        for ctx in (3, block):
            with self.assertRaisesRegex(lamella.ArgumentError, "expected a lamella.Context"):
                lamella.moments.layers(X, ctx=ctx)
        with self.assertRaisesRegex(lamella.ArgumentError, "expected a lamella.io.File"):
            lamella.io.File.sizes(block)

    def test_the_librarys_word_on_a_negative_width(self):
        with self.assertRaisesRegex(lamella.ShapeError, r"widths\[0\] is -1, expected 1 to 4"):
            lamella.matryoshka.truncate(X, [-1])

    def test_a_choice_by_name_or_number(self):
        tokens = np.random.default_rng(0).standard_normal((1, 2, 3, 4)).astype("f4")
        np.testing.assert_array_equal(lamella.fusion.pool(tokens, readout="max").pooled, lamella.fusion.pool(tokens, readout=4).pooled)
        self.assertFalse(np.array_equal(lamella.fusion.pool(tokens, readout="max").pooled, lamella.fusion.pool(tokens).pooled))


class Warnings(unittest.TestCase):
    def test_a_note_warns_where_the_call_stands(self):
        stack = lamella.Stack(X[:, :, None], mask=np.array([[1], [0], [1]], "u1"))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = lamella.fusion.pool(stack)
        self.assertEqual([w.category for w in caught], [lamella.Note])
        self.assertEqual(caught[0].filename, __file__)
        self.assertIn("n_empty_samples=1", str(caught[0].message))
        self.assertEqual(found.result.n_empty_samples, 1)

    def test_a_note_of_a_fit_warns_where_the_call_stands(self):
        labels = np.arange(20) % 2
        stack = lamella.Stack(np.random.default_rng(0).standard_normal((1, 20, 2, 3)), mask=np.arange(40).reshape(20, 2) > 1)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            lamella.probe.Linear.fit(stack, labels, n_bootstrap=-1)
        self.assertEqual([w.filename for w in caught], [__file__])

    def test_a_note_can_be_an_error(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with self.assertRaises(lamella.Note):
                lamella.tensor.finite([np.inf])


class Stopped(unittest.TestCase):
    def test_by_the_progress_callback(self):
        with self.assertRaises(lamella.Stopped):
            lamella.moments.layers(X, ctx=lamella.Context(progress=lambda fraction, stage: lamella.STOP))

    def test_by_the_deadline(self):
        wide = np.broadcast_to(np.ones(64, "f4"), (1, 20_000_000, 64))
        with self.assertRaises(lamella.Stopped):
            lamella.moments.layers(wide, ctx=lamella.Context(deadline_seconds=0.05, threads=1))


if __name__ == "__main__":
    unittest.main()
