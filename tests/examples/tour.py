"""What the tour writes, and its figures against their definitions: tour.py PROGRAM DATA [MADE SAID], where examples/run has taken it and said so."""
import base64
import json
import math
import os
import re
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

from files import read_safetensors

PROGRAM, DATA, *TAKEN = map(os.path.abspath, sys.argv[1:])
VERBS = ("probe", "matryoshka", "relative", "fusion")
# How many of 200 queries find their document, as examples/data/README.md says (NumPy).
WIDTHS = [8, 16, 32, 64, 128, 256, 384]
FOUND = {"example": [8, 21, 36, 63, 72, 85, 88], "lemma": [16, 35, 54, 85, 97, 118, 117]}


def png_pixels(uri):
    """Rows of bytes, width, channels: of a PNG whose rows have no filter."""
    data = base64.b64decode(uri.split(",", 1)[1], validate=True)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, {}
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0] == zlib.crc32(name + body)
        chunks[name] = body
        at += 12 + length
    width, height, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    channels = {2: 3, 6: 4}[colour]
    raw = zlib.decompress(chunks[b"IDAT"])
    row = width * channels + 1
    assert depth == 8 and len(raw) == row * height and not any(raw[::row])
    return [raw[y * row + 1:(y + 1) * row] for y in range(height)], width, channels


def points(accuracy):
    """Jump, converging and settled points as shares of the number of layers; None: there is none."""
    n = len(accuracy)
    beta = [None] + [b / a for a, b in zip(accuracy, accuracy[1:])]
    flat = [l for l in range(1, n) if abs(beta[l] - 1) < 0.03]
    jump = next((l / n for l in range(1, n) if beta[l] >= 1.1), None)
    settled = next((l / n for l in range(n - 1) if all(k in flat for k in range(l + 1, n))), None)
    return jump, flat[-1] / n if flat else None, settled


class Tour(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if TAKEN:
            out, said = TAKEN
            with open(said, encoding="utf-8") as file:
                cls.text = file.read()
        else:
            folder = tempfile.TemporaryDirectory()
            cls.addClassCleanup(folder.cleanup)
            out = os.path.join(folder.name, "tour")
            done = subprocess.run([PROGRAM, DATA, out], capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
            cls.text = done.stdout
        cls.files = sorted(os.listdir(out))
        with open(os.path.join(out, "index.html"), encoding="utf-8") as file:
            cls.page = file.read()
        cls.numbers = {}
        for verb in VERBS:
            with open(os.path.join(out, verb + ".json"), encoding="utf-8") as file:
                cls.numbers[verb] = json.load(file)[verb]
        # what a reader sees: the page without scripts, style, pictures' bytes and tags
        seen = re.sub(r"(?s)<(script|style)\b.*?</\1>|<[^>]*>", "\n", cls.page)
        cls.seen = {line.strip() for line in seen.replace("&nbsp;", " ").splitlines()}

    def shown(self, number, form="%.3f"):
        self.assertIn(form % number, self.seen)

    def test_it_writes_one_page_and_its_numbers(self):
        self.assertEqual(self.files, sorted(["index.html"] + [v + ".json" for v in VERBS]))
        embedded = re.search(r'(?s)<script type="application/json" id="numbers">(.*?)</script>', self.page).group(1)
        self.assertEqual({v: json.loads(embedded)[v] for v in VERBS}, self.numbers)
        for verb in VERBS:
            self.assertIn("== %s ==" % verb, self.text)

    def test_the_page_needs_nothing_else(self):
        for reference in re.findall(r'(?:src|href)="([^"]*)"', self.page):
            self.assertTrue(reference.startswith(("data:", "#")), reference)
        self.assertNotIn("url(", self.page)

    def test_points_and_sets_follow_from_the_accuracies(self):
        tasks = self.numbers["probe"]["tasks"] + self.numbers["probe"]["order"]
        self.assertEqual([t["task"] for t in tasks], ["starts_vowel", "words", "person", "word order"])
        for task in tasks:
            accuracy = [layer["accuracy"] for layer in task["layers"]]
            for found, expected in zip((task["jump"], task["converging"], task["settled"]), points(accuracy)):
                self.assertEqual(found is None, expected is None, task["task"])
                if found is not None:
                    self.assertAlmostEqual(found, expected)
            best = max(accuracy)
            self.assertEqual(accuracy[task["best_depth"]], best)
            for layer in task["layers"]:
                self.assertLessEqual(layer["accuracy_low"], layer["accuracy"])
                self.assertGreaterEqual(layer["accuracy_high"], layer["accuracy"])
                self.assertTrue(layer["as_good_as_best"] or layer["accuracy"] < best)
                right = layer["accuracy"] * task["rows"]
                self.assertAlmostEqual(right, round(right), places=6)
        self.assertAlmostEqual(tasks[3]["jump"], 1 / 7)
        # pairs that leak between folds put layer 0 far below chance
        self.assertGreater(tasks[3]["layers"][0]["accuracy"], 0.45)

    def test_labels_are_those_of_the_file(self):
        with open(os.path.join(DATA, "states.safetensors"), "rb") as file:
            arrays = read_safetensors(file.read())
        words = arrays["label.words"][2]
        above = sum(w > sorted(words)[(len(words) - 1) // 2] for w in words)
        rows = [t["rows_of_larger_class"] for t in self.numbers["probe"]["tasks"]]
        self.assertEqual(rows, [max(n, 500 - n) for n in (sum(arrays["label.starts_vowel"][2]), above, sum(arrays["label.person"][2]))])
        sense = arrays["label.supersense"][2]
        self.assertEqual([t["rows"] - t["rows_of_larger_class"] for t in self.numbers["probe"]["supersense"]], [sense.count(s) for s in range(26)])

    def test_impossible_classes_are_listed_and_not_drawn(self):
        senses = self.numbers["probe"]["supersense"]
        self.assertEqual(len(senses), 26)
        self.assertTrue(all(t["possible"] for t in senses if t["rows"] - t["rows_of_larger_class"] >= 10))
        left_out = [t["task"] for t in senses if not t["possible"]]
        self.assertEqual(self.page.count('class="hair"'), 26 - len(left_out))
        for name in left_out:
            self.assertRegex(self.text, r"no fold could be trained and tested for: .*\b%s \(\d+ rows?\)" % name)
            self.assertNotIn(name, self.seen)
        drawn = [t for t in senses if t["possible"]]
        for l, mean in enumerate(self.numbers["probe"]["supersense_mean_auc"]):
            self.assertAlmostEqual(mean, math.fsum(t["layers"][l]["auc"] for t in drawn) / len(drawn), places=12)

    def test_search_finds_what_numpy_finds(self):
        for queries in self.numbers["matryoshka"]["retrieval"]:
            found = {w["width"]: w["found"] for w in queries["widths"]}
            self.assertEqual([found[w] for w in WIDTHS], FOUND[queries["queries"]])
            for w in queries["widths"]:
                self.assertAlmostEqual(w["recall"], w["found"] / queries["n_queries"], places=12)

    def test_every_cell_is_on_the_page(self):
        ridge = self.numbers["matryoshka"]["ridge"]
        self.assertEqual(len(ridge["accuracy"]), len(ridge["depths"]) * len(ridge["widths"]))
        for x in ridge["accuracy"]:
            self.shown(x)
            self.assertIn("%.3f" % x, self.text)
        for layer in self.numbers["probe"]["order"][0]["layers"]:
            self.shown(layer["accuracy"])
            self.assertIn("%.3f to %.3f" % (layer["accuracy_low"], layer["accuracy_high"]), self.seen)

    def test_spaces_that_never_met_read_each_other(self):
        ways = {w["rows"]: w for w in self.numbers["relative"]["stitching"]}
        for w in ways.values():
            between = [w["accuracy"][5 * j + i] for j in range(5) for i in range(5) if i != j and w["accuracy"][5 * j + i] is not None]
            self.assertEqual(len(between), w["pairs"])
            self.assertAlmostEqual(w["between"], math.fsum(between) / len(between), places=12)
            self.assertAlmostEqual(w["within"], math.fsum(w["accuracy"][6 * i] for i in range(5)) / 5, places=12)
        # scikit-learn, five draws of anchors: absolute 12.4, cosine 82.7-84.3, centred 92.9-93.4, whitened 95.6-95.9 %
        for name, expected in (("absolute", 0.124), ("cosine", 0.835), ("centred cosine", 0.932), ("whitened cosine", 0.958)):
            self.assertAlmostEqual(ways[name]["between"], expected, delta=0.012, msg=name)
        for x in ways["centred cosine"]["accuracy"]:
            self.shown(x)

    def test_anchors_are_train_rows(self):
        with open(os.path.join(DATA, "digits.safetensors"), "rb") as file:
            arrays = read_safetensors(file.read())
        anchors = self.numbers["relative"]["anchors"]
        self.assertEqual((len(anchors), len(set(anchors))), (300, 300))
        self.assertLessEqual(set(anchors), set(arrays["train"][2]))

    def test_the_canvas_is_its_shells_over_grey(self):
        images = [png_pixels(uri) for uri in re.findall(r'src="(data:image/png;base64,[^"]*)"', self.page)]
        *shells, (canvas, width, channels) = images
        self.assertEqual((len(shells), width, channels), (4, 600, 3))
        with open(os.path.join(DATA, "coffee.npy"), "rb") as file:
            photograph = file.read()[-400 * 600 * 3:]
        for y in range(0, 400, 14):
            for x in range(0, 600, 6):
                at = (y * 600 + x) * 3
                rgb = [v / 255 for v in photograph[at:at + 3]]
                pixel = [0.8 * (0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2])] * 3
                for rows, _, _ in shells:
                    cut = rows[y // 2][4 * (x // 2):4 * (x // 2) + 4]
                    self.assertEqual(list(cut[:3]), list(photograph[at:at + 3]))
                    a = cut[3] / 255
                    pixel = [a * c + (1 - a) * p for c, p in zip(rgb, pixel)]
                for c in range(3):
                    self.assertLessEqual(abs(canvas[y][3 * x + c] - 255 * pixel[c]), 2.0, (x, y))
        self.assertLess(self.numbers["fusion"]["canvas"]["merge_difference"], 1e-6)

    def test_single_layers_have_the_same_figures_beside_the_mixes(self):
        words = self.numbers["probe"]["tasks"][1]["layers"]
        readouts = self.numbers["fusion"]["readouts"]
        self.assertEqual([r["accuracy"] for r in readouts[:7]], [l["accuracy"] for l in words])
        for r in readouts:
            self.assertIn("%.3f" % r["accuracy"], self.text)


class Refusals(unittest.TestCase):
    def test_wrong_arguments(self):
        done = subprocess.run([PROGRAM], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("usage", done.stderr)

    def test_data_that_is_not_there(self):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([PROGRAM, folder, folder], capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn("states.safetensors", done.stderr)
            self.assertEqual(os.listdir(folder), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
