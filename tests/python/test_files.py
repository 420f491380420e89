"""Files as users have them: what lamella.open takes, asks and says. Every odd file is in tests/examples/odd_files.py."""
import os
import tempfile
import unittest

import lamella
import numpy as np

X = np.arange(120, dtype="f4").reshape(4, 5, 6)


class Readings(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "f.safetensors")

    def save(self, **arrays):
        lamella.io.file_save(self.path, list(arrays), list(arrays.values()))

    def test_every_reading_opens(self):
        self.save(states=X)
        with self.assertRaisesRegex(lamella.ArgumentError, "layer_axis = 1 .*, 2 .*, -1 if one layer"):
            lamella.open(self.path)
        file = lamella.io.File.open(self.path)
        readings = [file.reading(i) for i in range(3)]
        self.assertEqual([(r.form, r.layer_axis, r.n_layers) for r in readings], [("layer_first", 1, 4), ("layer_second", 2, 5), ("one_layer", -1, 1)])
        for r in readings:
            with lamella.open(self.path, layer_axis=r.layer_axis) as stack:
                self.assertEqual((stack.n_layers, stack.found.form), (r.n_layers, r.form))


if __name__ == "__main__":
    unittest.main()
