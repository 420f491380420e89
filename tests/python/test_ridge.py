"""The grid of ridge probes against its golden values."""
import os
import unittest

import numpy as np

import lamella

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


class Ridge(unittest.TestCase):
    def test_equals_the_oracle(self):
        golden = lamella.io.File.open(os.path.join(ROOT, "tests/data/golden/matryoshka/ridge.safetensors"))
        states = lamella.open(os.path.join(ROOT, "examples/data/states.safetensors"))
        labels = np.stack([states.labels["person"], states.labels["starts_vowel"]])
        grid = lamella.matryoshka.ridge(states, labels, penalties=[0.01, 1, 30, 1000], widths=[384, 8, 96])
        for mine, width in ((0, 2), (1, 0), (2, 1)):    # widths may come in any order
            for layer, depth in ((0, 0), (1, 6)):
                np.testing.assert_allclose(grid.error[depth, mine], golden_array(golden, "error")[layer, width], rtol=2e-5)
                np.testing.assert_array_equal(grid.best[depth, mine], golden_array(golden, "best")[layer, width])

    def test_labels_of_one_task_need_no_axis_for_it(self):
        x = np.random.default_rng(0).standard_normal((1, 10, 4))
        labels = np.arange(10) % 2
        flat = lamella.matryoshka.ridge(x, labels, penalties=[1, 2], widths=[2, 4])
        self.assertEqual(flat.error.shape, (1, 2, 2, 1))
        np.testing.assert_array_equal(flat.error, lamella.matryoshka.ridge(x, labels[None], penalties=[1, 2], widths=[2, 4]).error)


def golden_array(file, name):
    view = np.empty(SHAPES[name], np.int64 if name == "best" else np.float64)
    file.read(name, 0, into=view)
    return view


SHAPES = {"error": (2, 3, 4, 2), "best": (2, 3, 2)}

if __name__ == "__main__":
    unittest.main()
