"""Anchors, projections and stitching against their golden values, from Python."""
import tempfile
import unittest
import warnings
from pathlib import Path

import lamella
import numpy as np

ROOT = Path(__file__).resolve().parents[2]


def arrays(path):
    return lamella.io.File.load(np.fromfile(ROOT / path, "u1")).get


def golden(name):
    return arrays(f"tests/data/golden/relative/{name}.safetensors")


digits = arrays("examples/data/digits.safetensors")
states = arrays("examples/data/states.safetensors")


class Anchors(unittest.TestCase):
    def test_farthest_points(self):
        for name in ("unit", "raw"):
            found = lamella.relative.anchors([states("layer.5")], 40, method="farthest", start=7, farthest=name)
            np.testing.assert_array_equal(found.anchors, golden("anchors")(f"farthest.{name}"))

    def test_random_ones_are_those_of_the_seed(self):
        draw = [lamella.relative.anchors([states("layer.5")], 50, seed=seed).anchors for seed in (1, 1, 2)]
        np.testing.assert_array_equal(draw[0], draw[1])
        self.assertTrue((draw[0] != draw[2]).any())
        self.assertEqual(len(set(draw[0])), 50)

    def test_a_given_list_is_measured(self):
        get = golden("anchors")
        layers = [states(f"layer.{l}") for l in range(7)]
        with self.assertWarns(lamella.Note):
            found = lamella.relative.anchors(layers, 9, get("given"))
        np.testing.assert_array_equal(found.duplicates, get("duplicates"))
        self.assertEqual(found.result.n_repeated, 2)
        found = lamella.relative.anchors(layers, len(get("distinct")), get("distinct"))
        np.testing.assert_allclose(found.condition, get("condition"), rtol=1e-9)


class Project(unittest.TestCase):
    def setUp(self):
        self.anchors = golden("project")("anchors")
        self.spaces = [digits("z0"), digits("z2")]

    def near(self, name, tolerance, **options):
        project = lamella.relative.Project.fit(self.spaces, self.anchors, **options)
        out = project.apply([z[:140:7] for z in self.spaces]).out
        for space, r in zip(("z0", "z2"), out):
            np.testing.assert_allclose(r, golden("project")(f"{name}.{space}"), rtol=0, atol=tolerance)

    def test_equals_the_oracle(self):
        self.near("cosine.centre", 1e-6)
        self.near("cosine.none", 1e-6, transform="none")
        self.near("cosine.zscore", 1e-6, transform="zscore")
        self.near("cosine.whiten", 1e-6, transform="whiten", shrinkage=0.1, directions="unscaled")
        self.near("angular.centre", 1e-7, similarity="angular")
        self.near("euclidean.by_mean", 1e-6, transform="none", similarity="euclidean", distances="by_mean")
        self.near("l1.centre", 4e-6, similarity="l1")
        self.near("linf.none", 1e-6, transform="none", similarity="linf")
        self.near("basis.centre", 1e-6, similarity="basis")
        self.near("cosine.relative_zscore", 4e-6, relative_transform="zscore")

    def test_outputs_are_as_wide_as_the_similarity_says(self):
        for similarity, widths in (("cosine", (60, 60)), ("product", (240, 240)), ("absolute", (32, 48))):
            project = lamella.relative.Project.fit(self.spaces, self.anchors, similarity=similarity)
            self.assertEqual(tuple(project.get("width")), widths)
            self.assertEqual([r.shape for r in project.apply(self.spaces).out], [(1797, width) for width in widths])

    def test_another_stack_is_refused(self):
        project = lamella.relative.Project.fit(self.spaces, self.anchors)
        with self.assertRaisesRegex(lamella.ShapeError, "n_layers is 3, expected 2"):
            project.apply(self.spaces + [digits("z3")])
        with self.assertRaisesRegex(lamella.ShapeError, "has dim 48, expected 32"):
            project.apply(self.spaces[::-1])

    def test_bytes_travel(self):
        project = lamella.relative.Project.fit(self.spaces, self.anchors, transform="whiten", similarity="product")
        loaded = lamella.relative.Project.load(np.frombuffer(project.bytes().tobytes(), "u1"))
        for a, b in zip(project.apply(self.spaces).out, loaded.apply(self.spaces).out):
            np.testing.assert_array_equal(a, b)
        self.assertEqual(loaded.get("root.1").shape, (48, 48))

    def test_a_saved_one_is_opened(self):
        project = lamella.relative.Project.fit(self.spaces, self.anchors)
        with tempfile.TemporaryDirectory() as folder:
            project.save(f"{folder}/project.safetensors")
            opened = lamella.relative.Project.open(f"{folder}/project.safetensors")
            np.testing.assert_array_equal(np.fromfile(f"{folder}/project.safetensors", "u1"), project.bytes())
        np.testing.assert_array_equal(opened.apply(self.spaces).out[1], project.apply(self.spaces).out[1])
        opened.free()
        with self.assertRaisesRegex(ValueError, "the lamella.relative.Project is freed"):
            opened.apply(self.spaces)

    def test_rows_of_a_file_are_those_in_memory(self):
        with lamella.open(ROOT / "examples/data/states.safetensors") as file:
            project = lamella.relative.Project.fit(file, np.arange(0, 500, 5))
            read = project.apply(file).out
        memory = project.apply([states(f"layer.{l}") for l in range(7)]).out
        for a, b in zip(read, memory):
            np.testing.assert_array_equal(a, b)


class Stitch(unittest.TestCase):
    def stitched(self, **options):
        return lamella.relative.stitch([digits(f"z{i}") for i in range(5)], digits("labels"), golden("stitch")("anchors"), digits("train"),
                                       digits("test"), **options)

    def test_equals_the_oracle(self):
        for name, options in {"plain": dict(transform="none"), "centred": {},
                              "whitened": dict(transform="whiten", shrinkage=0.1, directions="unscaled")}.items():
            found = self.stitched(penalty=10, tolerance=1e-5, **options)
            np.testing.assert_allclose(found.accuracy, golden("stitch")(f"accuracy.{name}"), rtol=0, atol=1.01 / 500)
            np.testing.assert_allclose(found.f1, golden("stitch")(f"f1.{name}"), rtol=0, atol=2.02 / 500)
            self.assertFalse(found.flags.any())

    def test_absolute_spaces_of_two_widths_have_no_score(self):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = self.stitched(similarity="absolute", head="ridge")
        self.assertEqual([w.category for w in caught], [lamella.Note])
        self.assertEqual(found.result.n_pairs, 2)
        self.assertEqual(np.isnan(found.accuracy).sum(), 18)


if __name__ == "__main__":
    unittest.main()
