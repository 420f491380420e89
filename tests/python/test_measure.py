"""Ranks, scores, folds and intervals against their golden values."""
import unittest
import warnings
from pathlib import Path

import lamella
import numpy as np

GOLDEN = Path(__file__).resolve().parents[1] / "data" / "golden" / "measure"


class Golden(unittest.TestCase):
    def open(self, name):
        file = lamella.io.File.load(np.fromfile(GOLDEN / f"{name}.safetensors", "u1"))
        return lambda array: file.get(array)

    def test_ranks(self):
        g = self.open("ranks")
        np.testing.assert_array_equal(lamella.measure.ranks(g("x")), g("ranks"))

    def figures(self, *args, **kwargs):
        r = lamella.measure.classification(*args, **kwargs)
        return [r.accuracy, r.f1, r.auc, r.ap]

    def test_classification(self):
        g = self.open("classification")
        np.testing.assert_allclose(self.figures(g("score"), g("gold")), g("plain.figures"), rtol=1e-12)
        np.testing.assert_allclose(self.figures(g("score"), g("gold"), weights=g("weight")), g("weighted.figures"), rtol=1e-12)
        np.testing.assert_allclose(self.figures(g("tied"), g("gold")), g("tied.figures"), rtol=1e-12)
        np.testing.assert_allclose(self.figures(g("classes.scores"), g("classes.gold")), g("classes.figures"), rtol=1e-12)
        present = self.figures(g("classes.scores"), g("classes.gold"), classes=list(g("classes.names")), mask=g("classes.present"))
        np.testing.assert_allclose(present, g("classes.absent_figures"), rtol=1e-12)

    def test_one_class_warns(self):
        with self.assertWarns(lamella.Note):
            r = lamella.measure.classification(np.array([1.0, -1.0]), np.array([1, 1]), classes=[0, 1])
        self.assertTrue(np.isnan(r.auc))
        self.assertEqual((r.flags, r.accuracy, r.n_classes), (1, 0.5, 1))

    def test_correlation(self):
        g = self.open("correlation")
        r, wide = (lamella.measure.correlation(g("words.x"), g("words.y"), confidence=c) for c in (None, 0.99))
        figures = [r.pearson, r.pearson_low, r.pearson_high, wide.pearson_low, wide.pearson_high, r.spearman]
        np.testing.assert_allclose(figures, g("words.figures"), rtol=1e-12)

    def test_regression(self):
        g = self.open("regression")
        plain = lamella.measure.regression(g("predicted"), g("gold"))
        weighted = lamella.measure.regression(g("predicted"), g("gold"), weights=g("weight"))
        figures = [plain.r2, plain.mean_squared_error, weighted.r2, weighted.mean_squared_error]
        np.testing.assert_allclose(figures, g("figures"), rtol=1e-12)

    def test_folds(self):
        g = self.open("folds")
        np.testing.assert_array_equal(lamella.measure.folds(100, order="in_order", n_folds=7).folds, g("kfold"))
        folds, result = lamella.measure.folds(100, g("groups"), holdout=0.25, seed=3)
        self.assertEqual(len(np.unique(g("groups")[folds == 0])), g("held_groups")[1])
        self.assertEqual(set(g("groups")[folds == 0]) & set(g("groups")[folds == -1]), set())
        self.assertEqual(result.largest, (folds == 0).sum())
        with self.assertRaisesRegex(lamella.ArgumentError, "n_folds is 101, expected at most 100"):
            lamella.measure.folds(100, n_folds=101)

    def test_bootstrap(self):
        g = self.open("bootstrap")

        def figures(*args, **kwargs):
            r = lamella.measure.bootstrap(*args, n_resamples=200, confidence=0.9, seed=0x123456789ABCDEF, **kwargs)
            return [r.low, r.high, r.standard_error, r.n_defined]
        auc = dict(statistic="auc", groups=g("group"))
        np.testing.assert_allclose(figures(g("score"), g("gold")), g("accuracy.figures"), rtol=1e-10)
        np.testing.assert_allclose(figures(g("score"), g("gold"), **auc), g("auc.groups.figures"), rtol=1e-10)
        np.testing.assert_allclose(figures(g("score"), g("gold"), g("other"), **auc), g("auc.difference.figures"), rtol=1e-10)
        np.testing.assert_allclose(figures(g("words"), statistic="mean", groups=g("group")), g("mean.figures"), rtol=1e-10)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            few = figures(g("score"), g("few_gold"), statistic="auc")
        self.assertTrue(caught)
        np.testing.assert_allclose(few, g("auc.few.figures"), rtol=1e-10)


if __name__ == "__main__":
    unittest.main()
