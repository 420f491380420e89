"""Linear probes and depths against their golden values, from Python."""
import re
import tempfile
import unittest
import zlib
from pathlib import Path

import lamella
import numpy as np

ROOT = Path(__file__).resolve().parents[2]


def arrays(path):
    return lamella.io.File.load(np.fromfile(ROOT / path, "u1")).get


GOLDEN = arrays("tests/data/golden/probe/linear.safetensors")
DIGITS = arrays("examples/data/digits.safetensors")
ORDER = arrays("examples/data/order.safetensors")


def digits():
    rows = GOLDEN("digits.rows")
    return np.ascontiguousarray(DIGITS("images")[rows]), (DIGITS("labels")[rows] == 8).astype("i8")


class Linear(unittest.TestCase):
    def test_digits(self):
        x, y = digits()
        probe = lamella.probe.Linear.fit([x], y, folds=GOLDEN("digits.fold"), n_bootstrap=-1)
        np.testing.assert_allclose(probe.get("objective").item(), GOLDEN("digits.objective").item(), rtol=0, atol=1e-8)
        np.testing.assert_allclose(probe.get("weights.0")[0, 0, 0], GOLDEN("digits.weights"), rtol=0, atol=1e-5)
        self.assertEqual(probe.get("accuracy").item(), 142 / 143)
        self.assertEqual((probe.result.n_folds, probe.result.n_fits, probe.result.n_not_converged), (1, 1, 0))

    def test_order_and_its_depth(self):
        probe = lamella.probe.Linear.fit([ORDER(f"layer.{k}") for k in range(7)], ORDER("label.shuffled"), groups=ORDER("group"),
                                         folds=GOLDEN("order.fold"))
        np.testing.assert_allclose(probe.get("accuracy")[:, 0, 0, 0], GOLDEN("order.accuracy"), rtol=0, atol=1 / 240 + 1e-12)
        depth = lamella.probe.depth(probe.get("correct")[0], probe.get("groups"))
        np.testing.assert_allclose(depth.accuracy, probe.get("accuracy")[:, 0, 0, 0], rtol=0, atol=1e-12)
        self.assertAlmostEqual(depth.result.jump, 1 / 7)
        self.assertTrue(np.isnan(depth.result.settled))
        self.assertEqual(depth.as_good[depth.result.best], 1)
        self.assertGreater(depth.result.n_best, 1)

    def test_classes(self):
        images, labels = DIGITS("images"), DIGITS("labels")
        for kind, penalty, name in (("logistic", 0.1, "classes"), ("ridge", 2, "ridge")):
            probe = lamella.probe.Linear.fit([images], labels, folds=GOLDEN("classes.fold"), penalties=[penalty], kind=kind, n_bootstrap=-1)
            np.testing.assert_allclose(probe.get("weights.0")[0, 0], GOLDEN(f"{name}.weights"), rtol=0, atol=3e-5)
            self.assertAlmostEqual(probe.get("accuracy").item(), GOLDEN(f"{name}.accuracy").item(), places=12)
            np.testing.assert_array_equal(probe.get("classes"), np.arange(10))

    def test_a_saved_file_has_its_checksum(self):
        """As any writer can make it: zlib's, of the file with zeros for the eight digits."""
        x, y = digits()
        file = bytes(lamella.probe.Linear.fit([x.reshape(len(x), -1)], y, n_bootstrap=-1).bytes())
        said = re.search(rb'"lamella.crc32":"(.{8})"', file)
        self.assertEqual(said[1].decode(), f"{zlib.crc32(file.replace(said[1], b'00000000', 1)):08x}")
        changed = np.frombuffer(file[:-1] + bytes([file[-1] ^ 1]), "u1")
        with self.assertRaisesRegex(lamella.FormatError, f"lamella.crc32 is {said[1].decode()}, but that of the file is"):
            lamella.probe.Linear.load(changed)

    def test_saved_and_scored(self):
        x, y = digits()
        probe = lamella.probe.Linear.fit([x], y, n_bootstrap=-1)
        expected = x @ probe.get("weights.0")[0, -1, 0] + probe.get("intercepts")[0, 0, -1, 0]
        with tempfile.TemporaryDirectory() as folder:
            probe.save(Path(folder) / "probe.safetensors")
            opened = lamella.probe.Linear.open(Path(folder) / "probe.safetensors")
        for each in (probe, opened, lamella.probe.Linear.load(probe.bytes())):
            np.testing.assert_allclose(each.score(0, x)[:, 0], expected, rtol=0, atol=1e-4)
            self.assertEqual(each.score(0, x[5]).tolist(), each.score(0, x)[5].tolist())
            scores = np.empty((len(x), 1), "f4")
            self.assertIs(each.score(0, x, scores=scores), scores)

    def test_labels_of_any_integers(self):
        x, y = digits()
        expected = lamella.probe.Linear.fit([x], y, n_bootstrap=-1).get("objective")
        for labels in (y == 1, y.astype("i1"), y.astype("u1"), y.astype("u8"), y.astype("i2") - 300, [bool(k) for k in y]):
            np.testing.assert_array_equal(lamella.probe.Linear.fit([x], labels, n_bootstrap=-1).get("objective"), expected)
        with self.assertRaises(lamella.DtypeError):
            lamella.probe.Linear.fit([x], y.astype("f4"), n_bootstrap=-1)
        with self.assertRaisesRegex(lamella.ArgumentError, "18446744073709551615"):
            lamella.probe.Linear.fit([x], np.full(len(y), 2**64 - 1, "u8"), n_bootstrap=-1)
        with self.assertRaises(lamella.DtypeError):     # NumPy would take a bool array as a mask
            lamella.tensor.gather(x, np.ones(3, bool))

    def test_threads_change_nothing(self):
        x, y = [ORDER("layer.1")[:, :48], ORDER("layer.4")[:, :40]], ORDER("label.shuffled")
        found = [lamella.probe.Linear.fit(x, y, n_bootstrap=20, ctx=lamella.Context(threads=threads, own_blas=1)).bytes().tobytes()
                 for threads in (1, 2, 5)]
        self.assertEqual(found[0], found[1])
        self.assertEqual(found[0], found[2])

    def test_a_kept_layer_scores_as_before(self):
        x, y = [ORDER("layer.1")[:, :48], ORDER("layer.4")[:, :40]], ORDER("label.shuffled")
        probe = lamella.probe.Linear.fit(x, y, n_bootstrap=-1)
        kept = probe.keep([1])
        self.assertIsInstance(kept, lamella.probe.Linear)
        self.assertEqual(kept.get("depths").tolist(), [1])
        np.testing.assert_array_equal(kept.score(0, x[1]), probe.score(1, x[1]))
        with self.assertRaises(lamella.ArgumentError):
            probe.keep([3])

    def test_what_did_not_converge_warns(self):
        x, y = digits()
        with self.assertWarns(lamella.NotConverged):
            lamella.probe.Linear.fit([x], y, max_iterations=1, n_bootstrap=-1)


if __name__ == "__main__":
    unittest.main()
