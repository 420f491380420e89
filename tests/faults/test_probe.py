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


class Reports(unittest.TestCase):
    def test_A11_constant_columns_are_counted(self):
        rng = np.random.default_rng(0)
        y = np.arange(40) % 2
        x = rng.standard_normal((40, 3)).astype("f4")
        x[:, 0] = np.float32(0.7)
        wide = np.c_[x, rng.standard_normal((40, 60)).astype("f4")]
        for kind in ("logistic", "ridge"):
            for layers, n in (([x], 1), ([x, x[:, 1:]], 1), ([x, x], 2), ([wide, x], 2)):
                probe = lamella.probe.Linear.fit(layers, y, kind=kind, standardise=1, n_bootstrap=-1)
                self.assertEqual(probe.result.n_constant_columns, n)
                self.assertEqual(np.abs(probe.get("weights.0")[..., 0]).max(), 0)
            self.assertEqual(lamella.probe.Linear.fit([x], y, kind=kind, n_bootstrap=-1).result.n_constant_columns, 0)

    def test_A11_constant_in_one_fold_only(self):
        y, fold = np.arange(40) % 2, np.arange(40) // 2 % 4
        x = np.random.default_rng(0).standard_normal((40, 3)).astype("f4")
        x[fold != 2, 1] = 5
        for kind in ("logistic", "ridge"):
            probe = lamella.probe.Linear.fit([x], y, folds=fold, kind=kind, standardise=1, n_bootstrap=-1)
            self.assertEqual(probe.result.n_constant_columns, 1)
            self.assertEqual([w[0, 1] == 0 for w in probe.get("weights.0")[0]], [False, False, True, False, False])

    def test_A12_no_more_iterations_than_asked(self):
        x = np.array([[i % 7 - 3] for i in range(40)], "f4")
        y = np.array([i % 7 + i % 3 > 4 for i in range(40)])
        rows = np.random.default_rng(0).standard_normal((200, 120)).astype("f4")
        labels = np.random.default_rng(1).integers(0, 3, 200)
        for most in range(1, 9):
            for data, classes in ((x, y), (rows, labels > 0), (rows, labels)):
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    probe = lamella.probe.Linear.fit([data], classes, penalties=[0.1, 100], max_iterations=most, n_bootstrap=-1)
                self.assertLessEqual(probe.get("iterations").max(), most)

    def test_A17_converged_means_within_the_tolerance(self):
        for seed in range(4):
            rng = np.random.default_rng(seed)
            x, y = rng.standard_normal((120, 1500)).astype("f4"), rng.permutation(np.arange(120) % 2)
            found, least = (lamella.probe.Linear.fit([x], y, folds=np.where(np.arange(120) < 20, 0, -1), tolerance=tolerance, n_bootstrap=-1)
                            .get("objective").item() for tolerance in (1e-10, 1e-15))
            self.assertLessEqual(found, least * (1 + 1e-10))

    def test_A16_a_class_without_training_rows(self):
        rng = np.random.default_rng(0)
        y, fold = np.arange(90) % 3, np.arange(90) // 3 % 3
        fold[y == 2] = 0    # fold 0 trains on classes 0 and 1
        for dim in (4, 100):                    # by moments, and by rows
            x = (rng.standard_normal((90, dim)) + y[:, None]).astype("f4")
            found = [lamella.probe.Linear.fit([x], y, folds=fold, kind=kind, classes=classes, n_bootstrap=-1)
                     for kind, classes in (("ridge", 0), ("logistic", 0), ("logistic", 2))]
            for probe in found:
                self.assertEqual(probe.get("intercepts")[0, 0, 0, 2], -np.inf)
                self.assertEqual(np.abs(probe.get("weights.0")[0, 0, 2]).max(), 0)
                self.assertTrue(np.isfinite(probe.get("intercepts")[0, 0, 1:]).all())
            two = lamella.probe.Linear.fit([x], y, folds=fold, label_mask=y < 2, kind="ridge", n_bootstrap=-1)
            w, b = found[0].get("weights.0")[0, 0], found[0].get("intercepts")[0, 0, 0]
            np.testing.assert_allclose(w[1], two.get("weights.0")[0, 0, 0], rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(w[0], -w[1], rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(b[:2], [-two.get("intercepts")[0, 0, 0, 0], two.get("intercepts")[0, 0, 0, 0]], rtol=1e-9)
            np.testing.assert_allclose(found[0].get("objective")[0, 0, 0, 0], 2 * two.get("objective")[0, 0, 0, 0], rtol=1e-9)


class Monitors(unittest.TestCase):
    def probe(self, **options):
        rng = np.random.default_rng(0)
        y = rng.integers(0, 2, 150)
        x = (rng.standard_normal((8, 150, 32)) + y[:, None] / 4).astype("f4")
        return x, lamella.probe.Linear.fit(list(x), y, penalties=[0.01, 1, 100, 1e4], kind="ridge", n_bootstrap=-1, **options)

    def test_E4_a_monitor_keeps_two_kilobytes(self):
        x, probe = self.probe()
        kept = probe.keep([5])
        self.assertLess(len(kept.bytes()), len(probe.bytes()) / 15)
        self.assertEqual(kept.get("depths").tolist(), [5])
        self.assertEqual(kept.get("penalties").size, 1)
        self.assertEqual(kept.get("penalties")[kept.get("best_penalty")[0, 0]], probe.get("penalties")[probe.get("best_penalty")[5, 0]])
        np.testing.assert_array_equal(kept.score(0, x[5]), probe.score(5, x[5]))
        again = lamella.probe.Linear.load(kept.bytes())
        np.testing.assert_array_equal(again.score(0, x[5]), probe.score(5, x[5]))

    def test_E3_rows_of_halves_score_as_their_floats(self):
        x, probe = self.probe()
        half = x[3].astype("f2")
        for row in half[:10]:
            np.testing.assert_array_equal(probe.score(3, row), probe.score(3, row.astype("f4")))

    def test_A18_folds_choose_without_their_own_rows(self):
        rng = np.random.default_rng(1)
        y, fold = np.arange(80) % 2, np.arange(80) // 2 % 4
        x = rng.standard_normal((80, 20)).astype("f4")
        penalties = np.geomspace(1e-4, 1e5, 10)
        nested = lamella.probe.Linear.fit([x], y, folds=fold, penalties=penalties, kind="ridge", nested=1)
        for f in range(4):
            outside = lamella.probe.Linear.fit([x], y, folds=fold, label_mask=fold != f, penalties=penalties, kind="ridge", n_bootstrap=-1)
            self.assertEqual(nested.get("nested_penalty")[0, 0, f], outside.get("best_penalty")[0, 0])
        self.assertAlmostEqual(nested.get("accuracy_nested").item(), nested.get("correct").mean())

    def test_B12_progress_never_goes_back(self):
        told = []
        ctx = lamella.Context(progress=lambda fraction, stage: told.append(fraction))
        rng = np.random.default_rng(0)
        for kind in ("ridge", "logistic"):
            told.clear()
            lamella.probe.Linear.fit(list(rng.standard_normal((5, 90, 30)).astype("f4")), np.arange(90) % 3, kind=kind, penalties=[0.1, 1, 10], ctx=ctx)
            self.assertEqual(told, sorted(told))
            self.assertEqual(told[-1], 1)


if __name__ == "__main__":
    unittest.main()
