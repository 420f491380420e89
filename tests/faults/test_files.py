"""Files of new users' kinds: A4 to A9, B1, B3, B4, B6, B8, B10, B11, B13 of the list."""
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import lamella
import numpy as np

LOOK = os.environ.get("LAMELLA_LOOK", str(Path(__file__).resolve().parents[2] / "build" / "release" / "examples" / "look"))


def numbers(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype("f4")


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = os.path.join(folder.name, "p.safetensors")

    def save(self, arrays, metadata=None):
        pairs = [text for pair in (metadata or {}).items() for text in pair]
        dtypes = {np.dtype(d): n for d, n in (("i2", "I16"), ("u2", "U16"), ("u4", "U32"), ("u8", "U64"))}
        if any(a.dtype in dtypes for a in arrays.values()) or pairs:
            return self.save_by_hand(arrays, metadata)
        lamella.io.file_save(self.path, list(arrays), list(arrays.values()))

    def save_by_hand(self, arrays, metadata):
        names = {"f2": "F16", "f4": "F32", "f8": "F64", "i1": "I8", "u1": "U8", "i2": "I16", "u2": "U16", "i4": "I32", "u4": "U32", "i8": "I64",
                 "u8": "U64", "b1": "BOOL"}
        header, body = {"__metadata__": metadata} if metadata else {}, b""
        for name, a in arrays.items():
            header[name] = {"dtype": names[a.dtype.str[1:]], "shape": a.shape, "data_offsets": [len(body), len(body) + a.nbytes]}
            body += a.tobytes()
        text = json.dumps(header).encode()
        Path(self.path).write_bytes(len(text).to_bytes(8, "little") + text + body)

    def look(self, *words, status=None):
        done = subprocess.run([LOOK, "--no-page", self.path, *words], cwd=self.folder, capture_output=True, text=True)
        self.assertGreaterEqual(done.returncode, 0, "ended by a signal")
        if status is not None:
            self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def refused(self, words, **options):
        with self.assertRaisesRegex(lamella.Error, words):
            lamella.open(self.path, **options)

    # ---- A ----

    def copies(self, name, dtype, n=240):
        """60 questions of 4 near-copies each, answered at random: only who has seen a copy can tell."""
        x = np.repeat(numbers(60, 40), 4, 0) + .01 * numbers(240, 40)
        side = np.repeat(np.random.default_rng(1).integers(0, 2, 60), 4)
        self.save({"layer.0": x.astype("f4"), "label.side": side.astype("i8"), name: np.repeat(np.arange(60), 4)[:n].astype(dtype)})

    def test_A4_groups_of_any_whole_type_stay_together(self):
        for name, dtype in (("group", "u2"), ("group", "i2"), ("group", "u4"), ("group", "u8"), ("group", "i4"), ("groups", "i8"), ("label.group", "u2")):
            self.copies(name, dtype)
            text = self.look("side", "--json", status=0)
            self.assertLess(json.loads(text)["probe"]["tasks"][0]["layers"][0]["accuracy"], .65, (name, dtype))

    def test_A4_other_groups_are_named_and_refused(self):
        for dtype in ("f4", "f8"):
            self.copies("group", dtype)
            self.assertIn("groups group are F%d" % (32 if dtype == "f4" else 64), self.look("side", status=1))
        self.copies("group", "i4", 239)
        self.assertIn("group holds 239 values", self.look("side", status=1))

    def test_A5_a_misfit_of_any_family_is_named(self):
        self.save({"h.0": numbers(12, 200, 6), "h.1": numbers(12, 6), "h.2": numbers(12, 6)})
        self.refused('"h.1" differs from the first in')
        self.save({"h.0": numbers(40, 6), "h.1": numbers(40, 6), "h.2": numbers(7, 6), "proj.0": numbers(6, 6), "proj.1": numbers(6, 6)})
        self.refused('"h.2" differs from the first in')

    def test_A6_negative_numbers_are_named(self):
        self.save({f"layer.-{k}": numbers(40, 6) + k for k in (1, 2, 3, 4)})
        self.refused('"layer.-1" has a negative number')
        self.save({"layer.-1": numbers(40, 6), **{f"layer.{k}": numbers(40, 6) for k in range(3)}})
        self.refused('"layer.-1" has a negative number')

    def test_A7_in_doubt_every_reading_is_named(self):
        for name, shape in (("last_hidden_state", (32, 256, 8)), ("x", (500, 13, 4, 6)), ("hidden_states_v2", (13, 400, 8))):
            self.save({name: numbers(*shape)})
            self.refused("layer_axis = 1 if .*, 2 if .*, -1 if one layer")
            self.assertEqual([lamella.open(self.path, layer_axis=a).n_layers for a in (1, 2, -1)], [shape[0], shape[1], 1])
        self.save({"emb_v1": numbers(40, 6), "emb_v2": numbers(40, 6)})
        self.refused('one of "emb_v" .2 layers., "emb_v1", "emb_v2"')
        self.assertEqual([lamella.open(self.path, prefix=p).n_layers for p in ("emb_v", "emb_v1", "emb_v2")], [2, 1, 1])

    def test_A8_an_attention_mask_is_taken_and_said(self):
        x, mask = numbers(8, 5, 6), np.arange(40).reshape(8, 5) % 3 > 0
        expected = lamella.fusion.pool(lamella.Stack([x], mask=mask)).pooled[0]
        for name in ("mask", "attention_mask"):
            for dtype in ("i8", "i4", "u1", "b1", "i2"):
                self.save({"hidden_states.0": x, "hidden_states.1": x, name: mask.astype(dtype)})
                with lamella.open(self.path) as stack:
                    self.assertEqual(stack.found.mask, name)
                    np.testing.assert_array_equal(lamella.fusion.pool(stack).pooled[0], expected)
        self.assertIn("the mask", self.look().replace("attention_mask", "the mask"))
        self.save({"hidden_states.0": x, "hidden_states.1": x, "padding_mask": ~mask})
        self.refused("mask_marks")
        with lamella.open(self.path, mask_marks="padding") as stack:
            np.testing.assert_array_equal(lamella.fusion.pool(stack).pooled[0], expected)

    def test_A9_metadata_is_read_or_refused(self):
        for said, normed in (("True", True), ("true", True), ("1", True), ("0", False), ("False", False)):
            self.save({"layer.0": numbers(4, 6)}, {"last_normed": said})
            self.assertEqual(lamella.open(self.path).last_normed, normed)
        self.save({"layer.0": numbers(4, 6)}, {"n_depths": "many"})
        self.refused('n_depths is "many"')

    # ---- B ----

    def test_B1_labels_of_fractions(self):
        self.save({"layer.0": np.ones((200000, 1), "f4"), "label.s": np.linspace(0, 1, 200000).astype("f2")})
        self.assertRegex(self.look(status=0), r"s \([0-9,]+ values, 0 to 1\)")
        self.assertEqual(json.loads(self.look("--json"))["stack"]["labels"][0]["greatest"], 1)

    def test_B3_one_label_that_no_i64_holds(self):
        self.save({"layer.0": numbers(4, 6), "label.id": np.full(4, 2 ** 64 - 1, "u8"), "label.a": np.arange(4)})
        text = self.look(status=0)
        self.assertIn("a (4 values, 0 to 3)", text)
        self.assertIn('"label.id" is U64, and holds numbers over', text)
        np.testing.assert_array_equal(lamella.open(self.path).labels["a"], np.arange(4))

    def test_B4_the_number_may_stand_anywhere(self):
        for pattern in ("blocks.{}.hook_resid_post", "model.layers.{}.hidden_states"):
            self.save({pattern.format(k): numbers(4, 6) + k for k in range(3)})
            for options in ({}, {"prefix": pattern}):
                with lamella.open(self.path, **options) as stack:
                    self.assertEqual((stack.n_layers, stack.found.name), (3, pattern))
        self.save({f"layer_{l}_{b}": numbers(4, 6) for l in range(3) for b in range(2)})
        text = self.look()
        self.assertIn("--prefix 'layer_{}_0'", text)
        self.assertNotIn("--prefix layer_0_ ", text)

    def test_B6_labels_in_files_of_their_own(self):
        side = np.arange(40) % 2
        x = numbers(40, 6)
        x[:, 0] += 9 * side
        self.save({"layer.0": x})
        word = np.where(side, "cat", "dog")
        for dtype in ("i2", "u2", "u4", "u8"):
            np.save(os.path.join(self.folder, dtype + ".npy"), side.astype(dtype))
            self.assertIn("2 classes", self.look(dtype + ".npy", status=0))
        np.save(os.path.join(self.folder, "w.npy"), word)
        for name, text in (("w.txt", "\n".join(word)), ("w.csv", "animal\n" + "\n".join(word)), ("w.json", json.dumps(list(map(str, word))))):
            Path(self.folder, name).write_text(text)
        for name in ("w.npy", "w.txt", "w.csv", "w.json"):
            self.assertIn("2 classes (cat, dog)", self.look(name, status=0))

    def test_B8_labels_of_every_whole_type_are_saved(self):
        for dtype in ("i1", "u1", "b1", "i4", "i8"):
            lamella.io.stack_save(self.path, [numbers(4, 6)], names=["a"], labels=[np.array([1, 0, 1, 1]).astype(dtype)])
            np.testing.assert_array_equal(lamella.open(self.path).labels["a"], [1, 0, 1, 1])
        self.save({f"h.{k}": np.ones((4, 6), "i2") for k in range(2)})
        self.refused('"h.0" is I16')

    def test_B10_leave_one_out_of_noise_is_no_effect(self):
        self.save({"layer.0": numbers(40, 30), "label.side": (np.arange(40) % 2).astype("i4")})
        text = self.look("side", status=0)
        self.assertIn("none is shown to tell this label", text)
        self.assertIn("lies below a half", text)
        self.assertNotIn("dims; always answering", text)

    def test_B11_only_commands_that_work(self):
        Path(self.path).write_text("2 3\nthe 0.1 0.2 0.3\nof 0.4 0.5 0.6\n")
        self.assertIn(".readlines()[1:]", self.look(status=1))
        Path(self.path).write_text(json.dumps({"weight_map": {"a": "m-1-of-1.safetensors"}}))
        self.assertNotIn("examples/look", self.look(status=1))

    def test_B13_a_header_over_the_limit(self):
        with open(self.path, "wb") as out:
            out.write((132_000_000).to_bytes(8, "little") + b"{")
            out.truncate(132_000_100)
        self.refused("over the limit of")


if __name__ == "__main__":
    unittest.main()
