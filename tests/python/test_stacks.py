"""What is a stack: lists, blocks, masked, ragged, read, opened files; and how long memory lives."""
import gc
import os
import tempfile
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import lamella
import numpy as np

DATA = Path(__file__).resolve().parents[2] / "examples" / "data"
X = np.random.default_rng(1).standard_normal((3, 4, 5, 6)).astype("f4")


def mean_of(stack, **options):
    return lamella.fusion.pool(stack, **options).pooled


class Forms(unittest.TestCase):
    def equal(self, a, b):
        self.assertEqual(len(a), len(b))
        for one, other in zip(a, b):
            np.testing.assert_array_equal(one, other)

    def test_a_list_a_block_and_a_stack_are_the_same(self):
        expected = [layer.mean(1, dtype="f8") for layer in X]
        for stack in (X, list(X), tuple(X), lamella.Stack(X), lamella.Stack(list(X))):
            np.testing.assert_allclose(mean_of(stack), expected, rtol=1e-6)

    def test_layers_are_shared(self):
        stack = lamella.Stack(X)
        self.assertEqual([layer.ctypes.data for layer in stack.layers], [layer.ctypes.data for layer in X])
        self.assertEqual((stack.n_layers, stack.n_samples, stack.depths, stack.n_depths), (3, 4, [0, 1, 2], 3))

    def test_a_matrix_alone_is_no_stack(self):
        with self.assertRaisesRegex(lamella.ShapeError, "a stack is"):
            mean_of(X[0, 0])

    def test_masked(self):
        mask = np.zeros((4, 5), bool)
        mask[:, 2:4] = True
        broken = X.copy()
        broken[:, :, 4] = np.nan   # under the mask nothing is read
        pooled = mean_of(lamella.Stack(broken, mask=mask), readout="max")
        self.equal(pooled, X[:, :, 2:4].max(2))

    def test_ragged(self):
        tokens = [layer.reshape(20, 6) for layer in X]
        stack = lamella.Stack(tokens, offsets=np.array([0, 3, 20]))
        self.assertEqual(stack.n_samples, 2)
        pooled = mean_of(stack, readout="last")
        self.equal(pooled, [layer[[2, 19]] for layer in tokens])
        np.testing.assert_array_equal(stack.offsets, [0, 3, 20])

    def test_depths_and_ids(self):
        stack = lamella.Stack(X[:2], depth=[4, 9], n_depths=12, sample_id=np.arange(4) * 10, last_normed=True)
        self.assertEqual((stack.depths, stack.n_depths, stack.last_normed), ([4, 9], 12, True))
        np.testing.assert_array_equal(stack.sample_id, [0, 10, 20, 30])
        self.assertIsNone(stack.mask)

    def test_lists_of_other_lengths_are_refused(self):
        with self.assertRaisesRegex(lamella.ShapeError, "depth has length 2, expected 3"):
            lamella.Stack(X, depth=[0, 1])
        flat = X[:, :, 0]
        with self.assertRaisesRegex(lamella.ShapeError, "out has 1 arrays over the axis `width`, expected 2"):
            lamella.matryoshka.truncate(flat, [2, 3], out=[[np.zeros((4, 2), "f4")]] * 3)
        with self.assertRaisesRegex(lamella.ShapeError, "labels has length 1, expected 2"):
            lamella.io.stack_save("unwritten", flat, names=["a", "b"], labels=[np.arange(4)])
        with self.assertRaisesRegex(lamella.ShapeError, "stride has length 1, expected 2"):
            lamella.tensor.view(X, "f32", [2, 2], stride=[1])
        with self.assertRaises(lamella.ShapeError):
            lamella.moments.layers([np.float32(1)])

    def test_weights(self):
        weights = np.arange(20, dtype="f8").reshape(4, 5)
        pooled = mean_of(X, weights=weights, readout="weighted")
        np.testing.assert_allclose(pooled, (X * weights[..., None]).sum(2) / weights.sum(1)[:, None], rtol=1e-5)


class Read(unittest.TestCase):
    def stack(self, read, depth=None):
        return lamella.Stack([lamella.Layout(layer.shape, "f32") for layer in X], read=read, depth=depth)

    def test_rows_come_from_a_function(self):
        asked = []

        def read(depth, first, n, into):
            asked.append((depth, first, n))
            into[:2] = X[depth - 7, first:first + 2]
            return 2
        np.testing.assert_array_equal(mean_of(self.stack(read, depth=[7, 8, 9])), mean_of(X))
        self.assertEqual(sorted({depth for depth, _, _ in asked}), [7, 8, 9])

    def test_none_means_all(self):
        def read(depth, first, n, into):
            into[...] = X[depth, first:first + n]
        np.testing.assert_array_equal(mean_of(self.stack(read)), mean_of(X))

    def test_two_threads_use_one_stack(self):
        def read(depth, first, n, into):
            into[...] = X[depth, first:first + n]
            time.sleep(0.002)   # the others come in
        stack = self.stack(read)
        with ThreadPoolExecutor(4) as pool:
            for pooled in pool.map(mean_of, [stack] * 20):
                np.testing.assert_array_equal(pooled, mean_of(X))

    def test_layers_that_are_not_there(self):
        self.assertEqual(self.stack(lambda *_: 0).layers[0], lamella.Layout((4, 5, 6), "f32"))


def open_files(path):
    links = (os.path.join("/proc/self/fd", fd) for fd in os.listdir("/proc/self/fd"))
    return sum(os.path.realpath(link) == str(path) for link in links)


class Files(unittest.TestCase):
    path = DATA / "states.safetensors"

    def test_opened(self):
        with lamella.open(self.path) as states:
            self.assertEqual(states.n_layers, 7)
            self.assertEqual(states.layers[0].dtype, "f16")
            self.assertEqual(states.n_samples, 500)
            self.assertEqual((states.found.form, states.found.name), ("layers", "layer."))
            self.assertIn("supersense", states.labels)
            self.assertEqual(states.labels["person"].dtype, np.int64)
            self.assertEqual(len(list(states.labels)), len(states.labels))
            with self.assertRaises(KeyError):
                states.labels["no such label"]
            layer = states.file.read("layer.3", 10, np.empty((2, 384), "f2"))
            out = lamella.matryoshka.truncate(states, [384], normalise="none").out
            np.testing.assert_array_equal(out[3][0][10:12], layer.astype("f4"))

    def test_a_label_keeps_the_file(self):
        before = open_files(self.path)
        with lamella.open(self.path) as states:
            self.assertEqual(open_files(self.path), before + 1)
            label = states.labels["words"]
            copy = label.copy()
        gc.collect()
        self.assertEqual(open_files(self.path), before + 1)
        np.testing.assert_array_equal(label, copy)
        del label
        gc.collect()
        self.assertEqual(open_files(self.path), before)

    def test_closed(self):
        states = lamella.open(self.path)
        states.close()
        with self.assertRaisesRegex(ValueError, "closed"):
            lamella.moments.layers(states)
        with self.assertRaisesRegex(ValueError, "freed"):
            states.file.sizes()
        states.close()

    def test_forgotten_files_close(self):
        before = open_files(self.path)
        for _ in range(3):
            lamella.open(self.path)
        gc.collect()
        self.assertEqual(open_files(self.path), before)

    def test_saved_and_opened_again(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "s.safetensors")
            stack = lamella.Stack(X[:, :, 0].copy(), depth=[0, 2, 5], n_depths=6)
            lamella.io.stack_save(path, stack, names=["even"], labels=[np.arange(4) % 2], source="test")
            with lamella.open(path) as again:
                self.assertEqual((again.depths, again.n_depths), ([0, 2, 5], 6))
                np.testing.assert_array_equal(again.labels["even"], [0, 1, 0, 1])
                for one, other in zip(lamella.moments.layers(again).mean, lamella.moments.layers(stack).mean):
                    np.testing.assert_array_equal(one, other)

    def test_bytes_in_memory(self):
        data = np.frombuffer(self.path.read_bytes(), "u1")
        file = lamella.io.File.load(data)
        layer = file.get("layer.0")
        self.assertTrue(np.shares_memory(layer, data))
        del data, file
        gc.collect()
        self.assertEqual(layer.shape, (500, 384))
        self.assertTrue(np.isfinite(layer.astype("f4")).all())

    def test_a_block_outlives_its_object(self):
        block = lamella.tensor.Block("f32", 2, 3, 4)
        stack = block.stack
        layer = stack.layers[1]
        layer[...] = 5
        block.free()
        del block, stack
        gc.collect()
        self.assertTrue((layer == 5).all())

    def test_a_block_of_an_array_shares_it(self):
        block = lamella.tensor.Block.load(X)
        self.assertEqual(block.stack.layers[2].ctypes.data, X[2].ctypes.data)
        np.testing.assert_array_equal(mean_of(block), mean_of(X))


if __name__ == "__main__":
    unittest.main()
