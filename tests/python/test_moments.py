"""Second moments and ranks against their golden values, from Python."""
import unittest
from pathlib import Path

import lamella
import numpy as np

ROOT = Path(__file__).resolve().parents[2]


def arrays(path):
    return lamella.io.File.load(np.fromfile(ROOT / path, "u1")).get


def golden(name):
    return arrays(f"tests/data/golden/moments/{name}.safetensors")


def states():
    get = arrays("examples/data/states.safetensors")
    return [get(f"layer.{depth}") for depth in range(7)]


class Gram(unittest.TestCase):
    def setUp(self):
        self.x, self.y = states()[5][:, :24], states()[6][:, :5]

    def state(self, rows, weights=None):
        gram = lamella.moments.Gram(24, 5)
        gram.update(self.x[rows], self.y[rows], None if weights is None else weights[rows])
        return gram

    def equal(self, gram, name):
        expected = golden("gram")
        for part in ("mean", "gram", "cross_mean", "cross", "cross_gram"):
            np.testing.assert_allclose(gram.get(part), expected(f"{name}.{part}"), rtol=0, atol=1e-12)

    def test_shards_merge(self):
        weights = golden("gram")("weights")
        for name, given in (("plain", None), ("weighted", weights)):
            gram = self.state(slice(0, 123), given)
            gram.merge(self.state(slice(123, None), given))
            self.equal(gram, name)
        self.assertEqual(int(gram.get("n")), (weights > 0).sum())
        self.assertEqual(float(gram.get("weight")), weights.sum())

    def test_covariance(self):
        gram = self.state(slice(None))
        np.testing.assert_allclose(gram.get("gram") / gram.get("weight"), np.cov(self.x.T.astype("f8"), ddof=0), rtol=0, atol=1e-14)
        self.assertFalse(gram.get("gram").flags.writeable)

    def test_bytes_travel(self):
        sent = self.state(slice(0, 300)).bytes().tobytes()
        gram = lamella.moments.Gram.load(np.frombuffer(sent, "u1"))
        gram.update(self.x[300:], self.y[300:])
        self.equal(gram, "plain")
        self.assertEqual(lamella.io.File.load(np.frombuffer(sent, "u1")).get("square").shape, (29, 29))

    def test_a_failing_update_changes_nothing(self):
        gram = self.state(slice(None))
        before = gram.bytes().copy()
        bad = self.x.copy()
        bad[-1, 3] = np.nan
        with self.assertRaisesRegex(lamella.NonfiniteError, "x is nan at row 499, column 3"):
            gram.update(bad, self.y)
        np.testing.assert_array_equal(gram.bytes(), before)


class Standardise(unittest.TestCase):
    golden = staticmethod(arrays("tests/data/golden/tensor/standardise.safetensors"))
    states = staticmethod(arrays("examples/data/states.safetensors"))

    def layers(self):
        return [self.states(f"layer.{depth}")[::25] for depth in (0, 3, 6)]

    def test_columns_out_and_in(self):
        fitted = lamella.tensor.standardise(self.layers())
        for depth, out, mean, scale in zip((0, 3, 6), fitted.out, fitted.fitted_mean, fitted.fitted_scale):
            np.testing.assert_allclose(out, self.golden(f"columns.{depth}"), rtol=0, atol=2**-21)
            np.testing.assert_allclose(mean, self.golden(f"mean.{depth}"), rtol=0, atol=1e-15)
            np.testing.assert_allclose(scale, self.golden(f"scale.{depth}"), rtol=1e-14)
        part = lamella.tensor.standardise([x[3:5] for x in self.layers()], mean=fitted.fitted_mean, mean_low=fitted.fitted_mean_low, scale=fitted.fitted_scale)
        for out, whole in zip(part.out, fitted.out):
            np.testing.assert_array_equal(out, whole[3:5])

    def test_rows(self):
        for by in ("layer_norm", "rms_norm"):
            found = lamella.tensor.standardise(self.layers(), by=by, epsilon=1e-5, gain=self.golden("gain"), bias=self.golden("bias"))
            for depth, out in zip((0, 3, 6), found.out):
                np.testing.assert_allclose(out, self.golden(f"{by}.{depth}"), rtol=0, atol=2**-20)


class Rank(unittest.TestCase):
    def test_of_states(self):
        expected, r = golden("rank"), lamella.moments.rank(lamella.open(ROOT / "examples" / "data" / "states.safetensors"))
        np.testing.assert_array_equal(r.rank, [383] * 6 + [382])
        np.testing.assert_array_equal(r.constant, expected("states.constant"))
        np.testing.assert_allclose(r.dropped, expected("states.dropped"), rtol=0, atol=1e-13)
        np.testing.assert_allclose(r.spectrum, expected("states.spectrum"), rtol=0, atol=1e-12)

    def test_options(self):
        expected = golden("rank")
        np.testing.assert_array_equal(lamella.moments.rank(states(), uncentred=1).rank, expected("uncentred.rank"))
        np.testing.assert_array_equal(lamella.moments.rank(states(), unscaled=1, rcond=1e-6).rank, expected("unscaled.rank"))
        cast = [layer.astype("f4") for layer in states()]
        np.testing.assert_array_equal(lamella.moments.rank(cast).rank, expected("cast.rank"))


if __name__ == "__main__":
    unittest.main()
