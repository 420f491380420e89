"""Views, stacks and canvases: inputs that once gave a wrong answer in silence."""
import itertools
import unittest

import lamella
import numpy as np

def Z(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype("f4")



def slices_of_one():
    """Arrays with an axis of one element that a slice left its stride, beside equal ones without gaps."""
    for rank in (2, 3, 4):
        for axis in range(rank):
            shape = [4, 3, 5, 6][:rank]
            x = Z(*shape)
            for piece in (slice(0, 1), slice(1, 2), slice(None, None, 7), slice(None, None, -7)):
                sliced = x[(slice(None),) * axis + (piece,)]
                yield sliced, sliced.copy()
        x = Z(4, 1, 5, 3)[:, :, :3]
        yield x, x.copy()
        yield np.broadcast_to(Z(1, 1, 3), (4, 1, 3)), np.broadcast_to(Z(1, 1, 3), (4, 1, 3)).copy()


class Views(unittest.TestCase):
    def equal(self, of_view, of_copy):
        for a, b in zip(of_view, of_copy):
            np.testing.assert_array_equal(a, b)

    def test_M1_truncate_of_a_sliced_view(self):
        for view, copy in slices_of_one():
            for width in range(1, view.shape[-1] + 1):
                self.equal(lamella.matryoshka.truncate([view], [width]).out, lamella.matryoshka.truncate([copy], [width]).out)

    def test_M1_over_of_a_sliced_view(self):
        canvas = Z(2, 4, 1, 5, 3)[:, :, :, :3]
        for view, copy in itertools.chain(slices_of_one(), [(canvas, canvas.copy())]):
            for alpha in (np.full(view.shape[:-1], .5, "f4"), np.full(view.shape[:-1] + (2,), .5, "f4")[..., 0]):
                self.equal(lamella.fusion.over(view, alpha)[:2], lamella.fusion.over(copy, alpha.copy())[:2])

    def test_M1_every_operation_on_stacks(self):
        for view, copy in slices_of_one():
            self.equal([lamella.fusion.mix([view], [2.]).mixed], [lamella.fusion.mix([copy], [2.]).mixed])
            if view.ndim > 2:
                self.equal(lamella.fusion.pool([view]).pooled, lamella.fusion.pool([copy]).pooled)


class Stacks(unittest.TestCase):
    def test_A14_stacks_of_other_samples_that_meet(self):
        x, pairs = Z(4, 3), np.array([[0, 1], [2, 3]])
        first, second = (lamella.Stack([x], sample_id=ids) for ids in (np.arange(4), np.arange(4) + 10))
        for call in (lambda second: lamella.matryoshka.grid_cosine(first, pairs, widths=[2], second=second),
                     lambda second: lamella.matryoshka.grid_spearman(first, pairs, np.array([1., 2.]), widths=[2], second=second)):
            with self.assertRaisesRegex(lamella.Error, r"second.sample_id\[0\] is 10, expected 0"):
                call(second)


class Canvases(unittest.TestCase):
    def test_M6_results_that_overflow(self):
        colours, one = np.full((4, 3), 3e38, "f4"), np.ones(4, "f4")
        with self.assertRaisesRegex(lamella.Error, "out overflows f32 at pixel 0, channel 0"):
            lamella.fusion.over_merge(colours, one, colours, one)
        layers = np.stack([-colours, colours])
        with self.assertRaisesRegex(lamella.Error, "d_alpha overflows f32 at layer 0, pixel 0"):
            lamella.fusion.over_backward(layers, np.full((2, 4), .5, "f4"), colours)


if __name__ == "__main__":
    unittest.main()
