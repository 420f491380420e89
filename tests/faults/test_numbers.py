"""Moments, projections and grids: inputs that once gave a wrong answer in silence."""
import unittest
import warnings

import lamella
import numpy as np


def small_steps(n=600):
    """Two columns of a few steps of 2^-12: a shift by a power of two up to 2^40 is exact."""
    return np.array([[i % 5 - 2, (i * i) % 7 - 3] for i in range(n)], "f8") * 2.0**-12


def z_scores(x):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        project = lamella.relative.Project.fit([x], transform="zscore", similarity="absolute")
        return project, project.apply([x]).out[0]


class FarFromZero(unittest.TestCase):
    SHIFTS = (2.0**20, 2.0**30, 2.0**36, -(2.0**38))

    def test_A2_gram_of_shifted_columns(self):
        x = small_steps()
        want = (x - x.mean(0)).T @ (x - x.mean(0))
        for shift in self.SHIFTS:
            gram = lamella.moments.Gram(2, 0)
            gram.update((x + shift)[:350])
            other = lamella.moments.Gram(2, 0)
            other.update((x + shift)[350:])
            gram.merge(lamella.moments.Gram.load(other.bytes()))
            np.testing.assert_allclose(gram.gram, want, rtol=0, atol=1e-12 * want.max(), err_msg=str(shift))

    def test_A2_z_scores_of_shifted_columns(self):
        x = small_steps()
        want = (x - x.mean(0)) / x.std(0)
        for shift in self.SHIFTS:
            project, scores = z_scores(x + shift)
            self.assertEqual(project.result.n_constant_columns, 0)
            np.testing.assert_allclose(scores, want, rtol=0, atol=2e-7, err_msg=str(shift))

    def test_A2_rank_and_layers_of_shifted_columns(self):
        x = small_steps()
        for shift in self.SHIFTS:
            found = lamella.moments.rank([x + shift])
            self.assertEqual((found.rank[0], found.constant[0]), (2, 0))
            layers = lamella.moments.layers([x + shift])
            self.assertEqual(layers.counts[0, 5], 0)
            np.testing.assert_allclose(layers.variance[0], x.var(0), rtol=1e-12)

    def test_A2_whitening_of_shifted_columns(self):
        x = small_steps()
        plain = lamella.relative.Project.fit([x], transform="whiten", similarity="absolute")
        for shift in self.SHIFTS:
            far = lamella.relative.Project.fit([x + shift], transform="whiten", similarity="absolute")
            np.testing.assert_allclose(far.apply([x + shift]).out[0], plain.apply([x]).out[0], rtol=0, atol=1e-6)

    def test_A2_constant_column_is_zero(self):
        for value in (1e9 + 0.1, 1 / 3, -0.7e100):
            x = np.full((600, 1), value)
            project, scores = z_scores(x)
            self.assertEqual(np.abs(scores).max(), 0)
            gram = lamella.moments.Gram(1, 0)
            gram.update(x)
            self.assertEqual(gram.gram[0, 0], 0)
            self.assertEqual(lamella.moments.rank([x]).constant[0], 1)

    def test_A2_ridge_grid_of_shifted_columns(self):
        x = small_steps(200)
        y = (np.arange(200) * 7 % 5 > 1).astype("i8")
        near = lamella.matryoshka.ridge([x], y, [1e-6], [1, 2])
        for shift in self.SHIFTS:
            far = lamella.matryoshka.ridge([x + shift], y, [1e-6], [1, 2])
            np.testing.assert_allclose(far.error, near.error, rtol=1e-9)
            np.testing.assert_array_equal(far.accuracy, near.accuracy)


class OfAnySize(unittest.TestCase):
    SIZES = (1e160, 1e-160, 1e-200)

    def rows(self):
        return np.random.default_rng(0).standard_normal((300, 4)) @ np.array([[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1e-3]])

    def test_M8_z_scores(self):
        x = self.rows()
        want = (x - x.mean(0)) / x.std(0)
        for size in self.SIZES:
            np.testing.assert_allclose(z_scores(x * size)[1], want, rtol=0, atol=1e-6, err_msg=str(size))

    def test_M8_whitening_and_rank(self):
        x = self.rows()
        want = lamella.relative.Project.fit([x], transform="whiten", similarity="absolute").apply([x]).out[0]
        for size in self.SIZES:
            y = x * size
            for options in ({}, {"uncentred": 1}, {"unscaled": 1, "rcond": 1e-10}):
                if options.get("unscaled"):
                    with self.assertRaises(lamella.Error, msg=str(size)):
                        lamella.moments.rank([y], **options) # the spectrum of the columns as they are leaves f64
                else:
                    self.assertEqual(lamella.moments.rank([y], **options).rank[0], 4, (size, options))
            whitened = lamella.relative.Project.fit([y], transform="whiten", similarity="absolute").apply([y]).out[0]
            np.testing.assert_allclose(whitened, want, rtol=0, atol=1e-5, err_msg=str(size))

    def test_M8_shares_and_constant_columns(self):
        x = self.rows()
        want = lamella.moments.layers([x])
        for size in (1e-160, 1e-200):
            found = lamella.moments.layers([x * size])
            np.testing.assert_allclose(found.shares, want.shares, rtol=1e-12)
            np.testing.assert_array_equal(found.counts, want.counts)
        with self.assertRaisesRegex(lamella.Error, "f64"):
            lamella.moments.layers([x * 1e160])

    def test_M8_gram_is_refused(self):
        x = self.rows()
        for size in self.SIZES:
            gram = lamella.moments.Gram(4, 0)
            with self.assertRaisesRegex(lamella.Error, "squares do not fit f64"):
                gram.update(x * size)
            self.assertEqual(int(gram.n), 0)

    def test_M8_distances_and_farthest_anchors(self):
        x = self.rows()
        options = dict(transform="none", similarity="euclidean", distances="by_mean")
        want = lamella.relative.Project.fit([x], np.arange(9), **options).apply([x]).out[0]
        chosen = lamella.relative.anchors([x], 9, method="farthest", farthest="raw").anchors
        for size in self.SIZES:
            scale = 2.0 ** np.round(np.log2(size)) # exact, so that the order is the same
            found = lamella.relative.Project.fit([x * scale], np.arange(9), **options).apply([x * scale]).out[0]
            np.testing.assert_allclose(found, want, rtol=1e-6)
            np.testing.assert_array_equal(lamella.relative.anchors([x * scale], 9, method="farthest", farthest="raw").anchors, chosen)


class Projections(unittest.TestCase):
    def test_A3_cosines_are_at_most_1(self):
        x = np.random.default_rng(0).standard_normal((64, 300)).astype("f4")
        for similarity in ("cosine", "product"):
            for rows in (x, x.astype("f8"), np.repeat(x[:8], 8, 0)):
                out = lamella.relative.Project.fit([rows], np.arange(64), transform="none", similarity=similarity).apply([rows]).out[0]
                self.assertLessEqual(np.abs(out[:, :64]).max(), 1)
                self.assertFalse(np.isnan(np.arccos(out[:, :64])).any())

    def test_A13_repeated_rows_are_a_note(self):
        x = np.array([[1, 2], [3, 4], [1, 2]], "f4")
        with self.assertWarns(Warning):
            lamella.relative.anchors([x], 2, np.array([0, 2]))

    def test_M6_a_fit_that_overflows_is_refused(self):
        x = np.random.default_rng(0).standard_normal((20, 3)) * 1e306 * np.array([1, 100, 1])
        for options in (dict(transform="zscore"), dict(transform="whiten"), dict(transform="none", similarity="euclidean", distances="by_mean"),
                        dict(transform="none", similarity="l1", distances="by_mean"), dict(similarity="basis"), dict()):
            try:
                project = lamella.relative.Project.fit([x], **options)
            except lamella.Error as error:
                self.assertIn("f64", str(error))
            else:
                again = lamella.relative.Project.load(project.bytes())
                self.assertEqual(again.bytes().tobytes(), project.bytes().tobytes())


if __name__ == "__main__":
    unittest.main()
