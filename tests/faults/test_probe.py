"""Probes: inputs that once gave a wrong answer in silence."""
import unittest
import warnings

import lamella
import numpy as np

READOUTS = ("mean", "cls", "last", "max", "first_mean")


def tokens(n=200, length=6, dim=5):
    """Samples of tokens, padded at the end and between valid ones; sample 11 has none. NaN under the mask."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, n)
    x = rng.standard_normal((n, length, dim)).astype("f4") + y[:, None, None].astype("f4") / 2
    mask = rng.random((n, length)) < 0.6
    mask[:, 0] = True
    mask[11] = False
    x[~mask] = np.nan
    return x, y, mask


class Tokens(unittest.TestCase):
    def same(self, stack, rows, keep, y):
        for kind in ("logistic", "ridge"):
            for readout in READOUTS:
                options = dict(kind=kind, n_bootstrap=20)
                with warnings.catch_warnings(record=True) as said:
                    warnings.simplefilter("always")
                    inside = lamella.probe.Linear.fit(stack, y, readout=readout, **options)
                first = lamella.probe.Linear.fit(lamella.Stack([rows[readout]], mask=keep), y, **options)
                self.assertEqual(inside.bytes().tobytes(), first.bytes().tobytes(), (kind, readout))
                self.assertEqual((inside.result.n_scored, inside.result.n_empty_samples), (keep.sum(), (~keep).sum()))
                self.assertEqual(len(said), 1)

    def pooled(self, stack):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return {readout: lamella.fusion.pool(stack, readout=readout).pooled[0] for readout in READOUTS}

    def test_A1_masked_tokens_are_no_mask_of_samples(self):
        x, y, mask = tokens()
        stack = lamella.Stack([x], mask=mask)
        self.same(stack, self.pooled(stack), mask.any(1), y)

    def test_A1_ragged_tokens(self):
        x, y, mask = tokens()
        stack = lamella.Stack([x[mask]], offsets=np.r_[0, mask.sum(1).cumsum()])
        self.same(stack, self.pooled(stack), mask.any(1), y)

    def test_A1_ragged_and_masked_tokens(self):
        x, y, mask = tokens()
        kept = np.flatnonzero(mask.ravel()) % 3 > 0
        stack = lamella.Stack([x[mask]], offsets=np.r_[0, mask.sum(1).cumsum()], mask=kept)
        sample = np.repeat(np.arange(len(y)), mask.sum(1))
        self.same(stack, self.pooled(stack), np.bincount(sample[kept], minlength=len(y)) > 0, y)

    def test_A1_fewer_tokens_than_samples(self):
        rng = np.random.default_rng(0)
        x, y = rng.standard_normal((40, 4)).astype("f4"), rng.integers(0, 2, 64)
        stack = lamella.Stack([x], offsets=np.r_[np.zeros(24, "i8"), np.arange(41)], mask=np.ones(40, bool))
        with self.assertWarns(lamella.Note):
            probe = lamella.probe.Linear.fit(stack, y, n_bootstrap=-1)
        self.assertEqual((probe.result.n_scored, probe.result.n_empty_samples), (40, 24))


if __name__ == "__main__":
    unittest.main()
