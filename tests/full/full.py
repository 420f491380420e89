"""Figures on the full sets, for tests/run --all full: they lie outside the tree, in $LAMELLA_DATA."""
import os
import sys
import unittest

import numpy as np
from safetensors.numpy import load_file
from sklearn.linear_model import LogisticRegression, RidgeClassifierCV
from sklearn.model_selection import train_test_split

import lamella

DATA = os.environ["LAMELLA_DATA"]


def full(name):
    path = f"{DATA}/{name}.safetensors"
    if not os.path.exists(path):
        raise unittest.SkipTest(f"{path} is missing")
    return path


class Probes(unittest.TestCase):
    def order(self, folds):
        stack = lamella.open(full("wordnet_order"))
        return stack, lamella.probe.Linear.fit(stack, stack.labels["shuffled"], folds=folds, penalties=[1.0], n_bootstrap=-1)

    def test_word_order_by_layer(self):
        _, test = train_test_split(np.arange(1500), test_size=0.4, random_state=42)
        folds = np.full(3000, -1)
        folds[np.concatenate([test, 1500 + test])] = 0
        stack, probe = self.order(folds)
        accuracy = probe.accuracy[:, 0, 0, 0]
        np.testing.assert_allclose(accuracy, [0.4942, 0.8575, 0.9142, 0.9208, 0.9100, 0.8683, 0.7692], atol=1 / 1200 + 5e-5)
        correct = probe.correct[0]
        depth = lamella.probe.depth(correct)
        self.assertAlmostEqual(depth.result.jump, 1 / 7)

    def test_rows_of_a_pair_leak(self):
        _, test = train_test_split(np.arange(3000), test_size=0.4, random_state=42)
        folds = np.full(3000, -1)
        folds[test] = 0
        _, probe = self.order(folds)
        self.assertAlmostEqual(probe.accuracy[0, 0, 0, 0], 0.3333, delta=1 / 1200 + 5e-5)

    def test_accuracies_of_a_converged_scikit_learn(self):
        data = load_file(full("wordnet_order"))
        train, test = train_test_split(np.arange(1500), test_size=0.4, random_state=42)
        folds = np.full(3000, -1)
        folds[np.concatenate([test, 1500 + test])] = 0
        stack, probe = self.order(folds)
        rows = np.concatenate([train, 1500 + train])
        for layer in (0, 3, 6):
            x = data[f"layer.{layer}"].astype(np.float64)
            model = LogisticRegression(tol=1e-8, max_iter=100000).fit(x[rows], data["label.shuffled"][rows])
            z = x[rows] @ model.coef_[0] + model.intercept_[0]
            objective = 0.5 * (model.coef_**2).sum() + np.logaddexp(0, -(2 * data["label.shuffled"][rows] - 1) * z).sum()
            self.assertLessEqual(probe.objective[layer, 0, 0, 0], objective + 1e-6)


class Moments(unittest.TestCase):
    def test_rank_of_the_states(self):
        rank = lamella.moments.rank(lamella.open(full("wordnet_states")))
        self.assertEqual(list(np.ravel(rank.rank)), [383] * 6 + [382])


class Matryoshka(unittest.TestCase):
    def test_search_equals_brute_force(self):
        data = load_file(full("wordnet_retrieval"))
        docs, queries = data["docs"], data["queries.example"][:300]
        x, q = docs.astype(np.float64), queries.astype(np.float64)
        for width in (64, 384):
            cut = x[:, :width] / np.linalg.norm(x[:, :width], axis=1, keepdims=True)
            scores = (q[:, :width] / np.linalg.norm(q[:, :width], axis=1, keepdims=True)) @ cut.T
            found = lamella.matryoshka.search(docs, queries, k=10, width=width)
            best = np.take_along_axis(scores, found.ids, 1)
            self.assertTrue((np.diff(best, axis=1) <= 1e-12).all())
            self.assertLess(np.abs(-np.sort(-scores, axis=1)[:, :10] - best).max(), 1e-12)

    def test_ridge_picks_the_penalties_of_scikit_learn(self):
        data = load_file(full("wordnet_states"))
        x, y, penalties = data["layer.6"].astype(np.float32), data["label.person"], np.logspace(-2, 3, 10)
        widths = [8, 64, 384]
        grid = lamella.matryoshka.ridge([x], y[None], penalties=penalties, widths=widths)
        for k, width in enumerate(widths):
            model = RidgeClassifierCV(alphas=penalties).fit(x[:, :width], y)
            best = grid.best[0, k, 0]
            self.assertAlmostEqual(penalties[best], model.alpha_)
            self.assertLess(abs(grid.error[0, k, best, 0] + model.best_score_), 1e-7)


class Pooling(unittest.TestCase):
    def test_the_maximum_is_that_of_the_valid_tokens(self):
        data = load_file(full("wordnet_tokens"))
        offsets, x = data["offsets"], data["layer.6"].astype(np.float32)
        expected = np.stack([x[first:end].max(0) for first, end in zip(offsets[:-1], offsets[1:])])
        pooled = lamella.fusion.pool(lamella.open(full("wordnet_tokens")), readout="max").pooled[6]
        np.testing.assert_array_equal(pooled, expected)
        self.assertTrue((np.maximum(expected, 0) != expected).any())    # zero padding would show


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
