"""Compositing and mixing of layers against their golden values."""
import unittest
from pathlib import Path

import lamella
import numpy as np

ROOT = Path(__file__).resolve().parents[2]


def arrays_of(path):
    file = lamella.io.File.load(np.fromfile(ROOT / f"{path}.safetensors", "u1"))
    return lambda name: file.get(name)


def golden(name):
    return arrays_of(f"tests/data/golden/fusion/{name}")


class Over(unittest.TestCase):
    def setUp(self):
        self.g = golden("over")
        self.layers = self.g("colours"), self.g("alpha")

    def test_forward(self):
        g = self.g
        painted = lamella.fusion.over(*self.layers, background=g("background"))
        np.testing.assert_allclose(painted.out, g("out"), atol=2**-23, rtol=0)
        np.testing.assert_allclose(painted.transmittance, g("transmittance"), atol=2**-24, rtol=0)
        self.assertEqual(painted.result.n_clamped, 0)
        by_depth = lamella.fusion.over(*self.layers, g("depth"), g("background"))
        np.testing.assert_allclose(by_depth.out, g("sorted"), atol=2**-23, rtol=0)
        fog = lamella.fusion.over(self.layers[0], g("density"), background=g("background"), opacity="density", thickness=0.7)
        np.testing.assert_allclose(fog.out, g("of_density"), atol=2**-23, rtol=0)

    def test_merge(self):
        colours, alpha = self.layers
        far, near = lamella.fusion.over(colours[:3], alpha[:3]), lamella.fusion.over(colours[3:], alpha[3:])
        joined = lamella.fusion.over_merge(near.out, near.transmittance, far.out, far.transmittance)
        np.testing.assert_allclose(joined.out, self.g("painted"), atol=2e-7, rtol=0)
        np.testing.assert_allclose(joined.transmittance, self.g("transmittance"), atol=1e-7, rtol=0)

    def test_backward(self):
        g = self.g
        d = lamella.fusion.over_backward(*self.layers, g("g_out"), background=g("background"), g_transmittance=g("g_transmittance"))
        for name, tolerance in (("d_colours", 2**-22), ("d_alpha", 2**-21), ("d_background", 2**-22)):
            np.testing.assert_allclose(getattr(d, name), g(name), atol=tolerance, rtol=0)

    def test_alpha_outside(self):
        colours, alpha = np.ones((2, 3), "f4"), np.array([0.5, 1.5])
        with self.assertRaisesRegex(lamella.ArgumentError, "alpha is 1.5 at layer 1"):
            lamella.fusion.over(colours, alpha)
        self.assertEqual(lamella.fusion.over(colours, alpha, clamp=1).result.n_clamped, 1)


class Mix(unittest.TestCase):
    def test_equals_the_oracle(self):
        g = golden("mix")
        states = arrays_of("examples/data/states")
        stack = [states(f"layer.{l}")[::50] for l in range(7)]
        np.testing.assert_allclose(lamella.fusion.mix(stack).mixed, g("mean"), atol=2**-22, rtol=0)
        for rows in ("raw", "unit", "layer_norm"):
            for weighting in ("given", "softmax"):
                options = dict(weights=g("weights"), rows=rows, weighting=weighting, gamma=1.5)
                np.testing.assert_allclose(lamella.fusion.mix(stack, **options).mixed, g(f"{rows}.{weighting}"), atol=2**-20, rtol=0)
                d = lamella.fusion.mix_backward(stack, g_mixed=g("g_mixed"), **options)
                expected = g(f"{rows}.{weighting}.d_weights")
                np.testing.assert_allclose(d.d_weights, expected, atol=1e-8 * np.abs(expected).max(), rtol=0)
                np.testing.assert_allclose(d.d_gamma, g(f"{rows}.{weighting}.d_gamma")[0], rtol=1e-10)


if __name__ == "__main__":
    unittest.main()
