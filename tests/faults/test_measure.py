"""Inputs that once gave wrong figures, or none, in measure and depth; each with what is right."""
import unittest

import lamella
import numpy as np


class Measure(unittest.TestCase):
    def step(self, n, before, after):
        """The depth of two layers that have so many of n rows right."""
        rows = np.arange(n)
        correct = np.stack([rows < before, rows < after])
        return lamella.probe.depth(correct, n_bootstrap=1)

    def test_A15_a_rise_of_exactly_eleven_tenths_is_a_jump(self):
        self.assertEqual(self.step(50, 20, 22).beta[1], 1.1)
        for k in (*range(1, 300, 3), *range(300, 4546, 283)):
            self.assertEqual(self.step(50000, 10 * k, 11 * k).result.jump, 0.5, k)
        self.assertTrue(np.isnan(self.step(50000, 1000, 1099).result.jump))

    def test_A15_a_step_of_exactly_three_hundredths_is_not_flat(self):
        for k in range(1, 480, 7):
            for after in (97, 103):
                self.assertTrue(np.isnan(self.step(50000, 100 * k, after * k).result.converging), k)
        self.assertEqual(self.step(50000, 10000, 10299).result.converging, 0.5)

    def test_M6_a_mean_squared_error_that_overflows_is_refused(self):
        with self.assertRaisesRegex(lamella.NumericError, "mean squared error is beyond f64: predicted is 1e[+]200 and gold -1e[+]200 at row 1"):
            lamella.measure.regression(np.array([0, 1e200, 1]), np.array([1, -1e200, 2]))

    def test_M6_means_and_intervals_fit_where_their_rows_do(self):
        x = np.array([1e308, 1.5e308, 1.7e308, 1.2e308])
        r = lamella.measure.bootstrap(x, statistic="mean", n_resamples=100)
        self.assertAlmostEqual(r.value / 1e308, 1.35)
        self.assertTrue(1e308 <= r.low <= r.value <= r.high <= 1.7e308 and 0 < r.standard_error < 1e308)
        with self.assertRaisesRegex(lamella.NumericError, "beyond f64"):
            lamella.measure.bootstrap(x, versus=-x, statistic="mean", n_resamples=100)

    def test_M6_scores_of_two_columns(self):
        with self.assertRaisesRegex(lamella.NumericError, "beyond f64 at row 1"):
            lamella.measure.classification(np.array([[0, 1], [-1e308, 1e308]]), np.array([0, 1]))

    def test_A2_a_shift_that_is_exact_changes_no_correlation(self):
        x, y = (np.array([(i % 5 - 2, i * i % 7 - 3 + i % 5) for i in range(600)], "f8") * 2.0 ** -12).T
        near = lamella.measure.correlation(x, y)
        for shift in (2.0 ** 30, 2.0 ** 36):
            far = lamella.measure.correlation(x + shift, y - shift)
            self.assertAlmostEqual(far.pearson, near.pearson, delta=1e-12)
            self.assertAlmostEqual(lamella.measure.regression(x + shift, y + shift).r2, lamella.measure.regression(x, y).r2, delta=1e-11)

    def test_B13_one_sample_cannot_be_probed(self):
        for call in (lambda: lamella.measure.folds(1), lambda: lamella.probe.Linear.fit([np.ones((1, 4), "f4")], np.array([1]), kind="ridge")):
            with self.assertRaisesRegex(lamella.ArgumentError, "one sample cannot be trained on and tested at once, so neither folds nor a probe"):
                call()

    def test_M11_resamples_that_fit_no_memory(self):
        with self.assertRaisesRegex(lamella.MemoryError, "resamples of 3 layers do not fit into memory"):
            lamella.probe.depth(np.ones((3, 9), bool), n_bootstrap=2 ** 62)

    def test_M14_classification_asks_whether_to_stop(self):
        asked = []

        def progress(fraction, stage):
            asked.append(fraction)
            return -1 if len(asked) == 9 else 0
        n = 1 << 20
        with self.assertRaises(lamella.Stopped):
            lamella.measure.classification(np.arange(n) * 7919 % n / 3, np.arange(n) % 2, ctx=lamella.Context(progress=progress))
        self.assertEqual(len(asked), 9)


if __name__ == "__main__":
    unittest.main()
