"""Files: what they claim, what they repeat, what they hold and how they are saved."""
import json
import os
import stat
import struct
import tempfile
import time
import unittest

import numpy as np

import lamella

NOTHING = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "p.safetensors")
        self.npy = os.path.join(folder.name, "p.npy")
        self.folder = folder.name

    def write(self, header, length=None):
        text = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
        with open(self.path, "wb") as f:
            f.write(struct.pack("<Q", length or len(text)) + text)

    def refused(self, call, name, *words):
        with self.assertRaises(lamella.Error) as raised:
            call()
        self.assertEqual(type(raised.exception).__name__, name)
        for word in words:
            self.assertIn(word, str(raised.exception))

    def test_M5_layers_that_cost_nothing(self):
        self.write({"x": {"dtype": "F32", "shape": [20000000, 0, 4], "data_offsets": [0, 0]}})
        self.refused(lambda: lamella.open(self.path, layer_axis=1), "LimitError", "20000000 layers, expected at most 65536")

    def test_M5_the_kind_of_a_model_first(self):
        self.write({"__metadata__": {"lamella.kind": "another", "lamella.format": "1"}, "x": {"dtype": "U8", "shape": [2**32], "data_offsets": [0, 2**32]}})
        os.truncate(self.path, os.path.getsize(self.path) + 2**32)
        start = time.process_time()
        for model in lamella.relative.Project, lamella.probe.Linear:
            self.refused(lambda: model.open(self.path), "FormatError", 'lamella.kind is "another"')
        self.assertLess(time.process_time() - start, 1)

    def opens_quickly(self, header):
        self.write(header)
        start = time.process_time()
        lamella.io.File.open(self.path)
        self.assertLess(time.process_time() - start, 2)

    def test_M9_keys_with_one_prefix(self):
        self.opens_quickly({"__metadata__": {"p" * 900 + str(i * 7919 % 99991): "" for i in range(90000)}})

    def test_M9_names_of_4_KB(self):
        self.opens_quickly({"1" * 4000 + str(i * 7919 % 24001): NOTHING for i in range(24000)})

    def test_M13_a_link_leads_to_what_is_replaced(self):
        target, link = os.path.join(self.folder, "target"), os.path.join(self.folder, "link")
        lamella.io.npy_save(target, np.zeros(3, "f4"))
        os.symlink("target", link)
        lamella.io.npy_save(link, np.ones(3, "f4"))
        self.assertTrue(os.path.islink(link))
        np.testing.assert_array_equal(np.load(target), np.ones(3, "f4"))

    def test_M13_mode_and_long_names(self):
        name = os.path.join(self.folder, "n" * 251 + ".npy")
        lamella.io.npy_save(name, np.zeros(3, "f4"))
        for mode in (0o600, 0o640, 0o755):
            os.chmod(name, mode)
            lamella.io.npy_save(name, np.ones(3, "f4"))
            self.assertEqual(stat.S_IMODE(os.stat(name).st_mode), mode)
        np.testing.assert_array_equal(np.load(name), np.ones(3, "f4"))

    def test_M13_leftovers_are_removed(self):
        open(self.npy + ".0.tmp", "wb").close()
        lamella.io.npy_save(self.npy, np.ones(3, "f4"))
        self.assertEqual(os.listdir(self.folder), ["p.npy"])

    def test_B7_sound_but_not_supported(self):
        records = np.zeros(2, [("a", "f4"), ("b", "i4")])
        for array, words in ((np.array(["a", "bcd"]), ("<U3", "text", "numpy.unique")), (np.array([None, "x"]), ("|O", "objects", "astype")),
                             (records, ("records", 'x["name"]')), (np.ones(2, "c8"), ("<c8", "complex", "x.real"))):
            np.save(self.npy, array, allow_pickle=True)
            self.refused(lambda: lamella.open(self.npy), "UnsupportedError", *words)

    def test_B13_a_header_over_the_limit(self):
        self.write(b"{", 132000000)
        os.truncate(self.path, 132000008)
        self.refused(lambda: lamella.open(self.path), "LimitError", "a header of 132000000 bytes, over the limit of 100000000")


if __name__ == "__main__":
    unittest.main()
