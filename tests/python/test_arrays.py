"""NumPy arrays in and out: what is shared, what is copied, what is flagged."""
import pickle
import unittest

import lamella
import numpy as np


def address(array):
    return array.__array_interface__["data"][0]


def sliced(array, **options):
    """The whole array through the library: a view of what it was given."""
    return lamella.tensor.slice(array, 0, 0, len(array), 1, **options)


class In(unittest.TestCase):
    def shared(self, array):
        out = sliced(array)
        self.assertEqual(address(out), address(array))
        np.testing.assert_array_equal(out, array)
        return out

    def copied(self, array):
        out = sliced(array)
        self.assertFalse(np.shares_memory(out, array))
        np.testing.assert_array_equal(out, array)

    def test_every_dtype_is_shared(self):
        for name in ("float32", "float64", "float16", "int8", "uint8", "int32", "int64", "bool"):
            with self.subTest(name):
                self.assertEqual(self.shared(np.arange(12).reshape(3, 4).astype(name)).dtype, np.dtype(name))

    def test_strides_are_kept(self):
        x = np.arange(60, dtype="f4").reshape(5, 12)
        for part in (x[::2], x[:, ::3], x.T, x[::-1, ::-2], np.asfortranarray(x)):
            self.assertEqual(self.shared(part).strides, part.strides)

    def test_unaligned_memory_is_shared(self):
        memory = np.zeros(33, "u1")
        self.shared(memory[1:].view("f4"))

    def test_a_broadcast_array_is_shared(self):
        row = np.arange(4, dtype="f4")
        wide = np.broadcast_to(row, (3, 4))
        self.assertEqual(self.shared(wide).strides, (0, 4))
        self.shared(np.broadcast_to(row[:1], (3, 4)))
        pooled = lamella.fusion.pool([np.broadcast_to(row, (2, 5, 4))]).pooled[0]
        np.testing.assert_array_equal(pooled, [row, row])

    def test_a_stride_of_part_of_an_element_is_copied(self):
        self.copied(np.ones(4, [("flag", "u1"), ("x", "f4")])["x"])

    def test_another_byte_order_is_copied(self):
        self.copied(np.arange(6).astype(">f4"))

    def test_readonly_is_flagged(self):
        x = np.zeros(3, "f4")
        self.assertNotIn("readonly", lamella.tensor.view_describe(x))
        x.flags.writeable = False
        self.assertIn("readonly", lamella.tensor.view_describe(x))

    def test_lists_become_arrays(self):
        self.assertEqual(lamella.tensor.view_describe([[1.0, 2.0]]), lamella.tensor.view_describe(np.ones((1, 2))))

    def test_a_dtype_as_numpy_names_it(self):
        for dtype in (np.float64, np.dtype("f8"), "float64", "f64"):
            self.assertEqual(lamella.tensor.cast([1, 2], dtype=dtype).dtype, np.float64)

    def test_results_pickle(self):
        result = pickle.loads(pickle.dumps(lamella.fusion.pool(np.ones((1, 2, 3, 4)))))
        self.assertEqual((result.pooled[0].shape, result.result.n_empty_samples), ((2, 4), 0))

    def test_what_has_no_view_is_refused(self):
        with self.assertRaisesRegex(lamella.DtypeError, "x is of dtype complex64"):
            sliced(np.zeros(2, "c8"))
        with self.assertRaisesRegex(lamella.ShapeError, "7 axes"):
            sliced(np.zeros((1,) * 7))

    def test_empty_and_scalar(self):
        self.assertEqual(sliced(np.zeros((0, 3), "f4")).shape, (0, 3))
        self.assertEqual(lamella.tensor.cast(np.float32(2), dtype="f64")[()], 2.0)


class Bf16(unittest.TestCase):
    x = np.array([[1.5, -2.0], [0.25, 3.0]], "f4")
    raw = (x.view("u4") >> 16).astype("u2")

    def test_uint16_alone_is_refused(self):
        with self.assertRaisesRegex(lamella.DtypeError, 'dtype="bf16"'):
            lamella.matryoshka.truncate([self.raw], [1])

    def test_dtype_says_what_uint16_is(self):
        as_bf16 = lamella.matryoshka.truncate([self.raw], [2], dtype="bf16").out[0][0]
        np.testing.assert_array_equal(as_bf16, lamella.matryoshka.truncate([self.x], [2]).out[0][0])
        self.assertIn("bf16", lamella.tensor.view_describe(self.raw, dtype="bf16"))
        self.assertIn("bf16", lamella.tensor.stack_describe(lamella.Stack([self.raw], dtype="bf16")))

    def test_it_comes_out_as_uint16(self):
        out = lamella.tensor.cast(self.x, dtype="bf16")
        self.assertEqual(out.dtype, np.uint16)
        np.testing.assert_array_equal(out, self.raw)

    def test_from_bf16_into_a_given_array(self):
        np.testing.assert_array_equal(lamella.tensor.cast(self.raw, out=np.zeros((2, 2), "f4"), dtype="bf16"), self.x)

    def test_into_a_given_array(self):
        out = np.zeros((2, 2), "u2")
        self.assertIs(lamella.tensor.cast(self.x, out=out, dtype="bf16"), out)
        np.testing.assert_array_equal(out, self.raw)


class Out(unittest.TestCase):
    x = np.random.default_rng(0).standard_normal((3, 5, 8)).astype("f4")

    def test_sizes_come_from_the_axes(self):
        found = lamella.moments.layers([self.x[0], self.x[1][:, :6]])
        self.assertEqual(found.norms.shape, (2, 3))
        self.assertEqual(found.counts.dtype, np.int64)
        self.assertEqual([m.shape for m in found.mean], [(8,), (6,)])
        out = lamella.matryoshka.truncate(self.x.reshape(3, 1, 5, 8), [2, 7]).out
        self.assertEqual([[cut.shape for cut in layer] for layer in out], [[(1, 5, 2), (1, 5, 7)]] * 3)

    def test_given_arrays_are_written_in_place(self):
        out = np.zeros((5, 8), "f8")
        self.assertIs(lamella.tensor.cast(self.x[0], out=out), out)
        np.testing.assert_array_equal(out, self.x[0])
        wide = np.zeros((5, 16), "f4")
        nested = [[wide[:, ::2][:, :4]]]
        self.assertIs(lamella.matryoshka.truncate([self.x[0]], [4], out=nested).out, nested)
        np.testing.assert_array_equal(wide[:, 1::2], 0)
        np.testing.assert_allclose(np.linalg.norm(nested[0][0], axis=1), 1, rtol=1e-6)

    def test_what_cannot_be_written_in_place_is_refused(self):
        for out in (np.zeros((5, 8), ">f4"), [[0.0]]):
            with self.assertRaisesRegex(lamella.ArgumentError, "an output is a NumPy array"):
                lamella.tensor.cast(self.x[0], out=out)
        with self.assertRaises(lamella.ArgumentError):
            out = np.zeros((5, 8), "f4")
            out.flags.writeable = False
            lamella.tensor.cast(self.x[0], out=out)

    def test_a_choice_of_dtypes_is_asked_for(self):
        with self.assertRaisesRegex(lamella.ArgumentError, "say dtype="):
            lamella.tensor.cast(self.x)
        self.assertEqual(lamella.tensor.cast(self.x, dtype="f16").dtype, np.float16)
        self.assertEqual(lamella.tensor.cast(self.x, dtype=np.dtype("f8")).dtype, np.float64)
        for dtype in ("uint16", "float99", 3):
            with self.assertRaisesRegex(lamella.DtypeError, f"dtype is {dtype!r}, expected one of f32, f64, f16, bf16"):
                lamella.tensor.cast(self.x, dtype=dtype)

    def test_the_dtype_of_an_input(self):
        for name in ("f2", "i4"):
            picked = lamella.tensor.gather(np.arange(6).reshape(3, 2).astype(name), np.array([2, 0, 2]))
            self.assertEqual(picked.dtype, np.dtype(name))
            np.testing.assert_array_equal(picked, [[4, 5], [0, 1], [4, 5]])

    def test_a_result_keeps_its_memory(self):
        import gc
        part = lamella.tensor.slice(np.full((1000, 100), 7.0), 0, 0, 1000, 2)
        gc.collect()
        np.ones((1000, 100))
        self.assertTrue((part == 7).all())


if __name__ == "__main__":
    unittest.main()
