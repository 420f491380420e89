"""examples/look as a user runs it: look.py PROGRAM DATA. Status, what goes where, and every figure against its definition."""
import fcntl
import html.parser
import json
import os
import pty
import random
import stat
import struct
import subprocess
import sys
import tempfile
import termios
import unittest

from files import encode, layer_figures, npy, read_safetensors, rows_of, safetensors

PROGRAM, DATA = os.path.abspath(sys.argv.pop(1)), os.path.abspath(sys.argv.pop(1))
RANDOM = random.Random(16)


def normal(n, scale=1.0):
    return [RANDOM.gauss(0, scale) for _ in range(n)]


def layers(n, rows, dim, dtype="F32", prefix="layer."):
    return {"%s%d" % (prefix, k): (dtype, [rows, dim], normal(rows * dim)) for k in range(n)}


class Page(html.parser.HTMLParser):
    """Collects what a page refers to, its visible text, its embedded numbers and the titles of its pictures."""

    def __init__(self, text):
        super().__init__()
        self.refers, self.tags, self.text, self.titles, self.numbers, self.inside = [], [], "", 0, "", []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.refers += [v for k, v in attributes if k in ("src", "href", "srcset", "data", "action", "xlink:href")]
        if tag not in ("meta", "link", "line", "rect", "circle", "br", "wbr"):
            self.inside.append(tag)
        self.titles += tag == "title" and "svg" in self.inside

    def handle_endtag(self, tag):
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass

    def handle_data(self, data):
        if "script" in self.inside:
            self.numbers += data
        elif "style" not in self.inside:
            self.text += data


class Look(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name, data=None):
        path = os.path.join(self.folder.name, name)
        if data is not None:
            with open(path, "wb") as file:
                file.write(data)
        return path

    def look(self, *arguments, status=0, stdin=None):
        done = subprocess.run([PROGRAM, *arguments], cwd=self.folder.name, input=stdin, capture_output=True)
        out, err = done.stdout.decode(), done.stderr.decode()
        self.assertEqual(done.returncode, status, out + err)
        return out, err

    def numbers(self, *arguments, **more):
        return json.loads(self.look("--json", *arguments, **more)[0])

    def page(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return Page(file.read())

    def check_layer(self, found, expected):
        for key, value in expected.items():
            if isinstance(value, float):
                self.assertAlmostEqual(found[key], value, delta=1e-9 * max(1e-3, abs(value)), msg=key)
            else:
                self.assertEqual(found[key], value, key)

    def check_stack(self, numbers, arrays, names):
        self.assertEqual(len(numbers["stack"]["layers"]), len(names))
        before = None
        for found, name in zip(numbers["stack"]["layers"], names):
            rows = rows_of(arrays[name])
            self.check_layer(found, layer_figures(rows, before))
            before = rows


class Stacks(Look):
    def test_what_was_planted_is_found(self):
        arrays = layers(4, 40, 24, "F64")
        values = [arrays["layer.%d" % k][2] for k in range(4)]
        for i in range(40):
            values[0][i * 24 + 3] *= 5000
            values[1][i * 24 + 5], values[1][i * 24 + 7] = 0.25, 0.0
        values[2][4 * 24:5 * 24] = [0.0] * 24
        values[2][6 * 24:7 * 24] = [-2.5] * 24
        values[3][9 * 24 + 2], values[3][11 * 24 + 2] = float("nan"), float("inf")
        path = self.path("planted.safetensors", safetensors(arrays))
        out, err = self.look(path)
        numbers = self.numbers(path)
        self.check_stack(numbers, arrays, sorted(arrays))
        found = numbers["stack"]["layers"]
        self.assertEqual((found[0]["outlier_columns"], found[0]["outlier_dims"]), (1, [3]))
        self.assertEqual((found[1]["constant_dims"], found[1]["zero_dims"]), ([5, 7], [7]))
        self.assertEqual((found[2]["zero_rows"], found[2]["constant_rows"]), (1, 2))
        self.assertEqual((found[3]["nonfinite_rows"], found[3]["nonfinite_columns"]), (2, 1))
        for said in ("outlier dims: 1 in layer 0 (dim 3)", "constant columns: 2 in layer 1 (dims 5, 7)", "zero rows: 1 in layer 2",
                     "non-finite rows: 2 in layer 3"):
            self.assertIn(said, out)
        self.assertIn("not finite", err)
        page = self.page("planted.look.html").text
        for said in ("outlier dims: 1 in layer 0 (dim 3)", "1 outlier dim", "2 constant columns", "1 zero row", "2 non-finite rows"):
            self.assertIn(said, page)

    def test_every_dtype_of_floats(self):
        for dtype in ("F16", "BF16", "F32", "F64"):
            arrays = read_safetensors(safetensors(layers(2, 9, 10, dtype)))
            path = self.path(dtype + ".safetensors", safetensors(arrays))
            numbers = self.numbers(path)
            self.check_stack(numbers, arrays, sorted(arrays))
            self.assertEqual(numbers["stack"]["layers"][0]["dtype"], dtype.lower())

    def test_layers_of_unequal_width_have_no_cosine(self):
        arrays = {"layer.%d" % k: ("F64", [6, w], normal(6 * w)) for k, w in enumerate((8, 5, 5))}
        numbers = self.numbers(self.path("wide.safetensors", safetensors(arrays)))
        cosines = [l["cosine"] for l in numbers["stack"]["layers"]]
        self.assertEqual([c is None for c in cosines], [True, True, False])

    def test_masked_tokens_are_no_rows(self):
        mask = [1, 1, 0, 1, 0, 0]
        values = [float("nan") if not mask[t] else v for t in range(6) for v in normal(5)]
        path = self.path("masked.safetensors", safetensors({"layer.0": ("F64", [2, 3, 5], values), "mask": ("U8", [2, 3], mask)}))
        rows = [values[t * 5:t * 5 + 5] for t in range(6) if mask[t]]
        self.check_layer(self.numbers(path)["stack"]["layers"][0], layer_figures(rows, None))
        self.assertIn("3 a sample; the mask leaves 3 in all", self.look(path)[0])

    def test_a_layer_without_a_finite_row_has_no_figures(self):
        path = self.path("nan.safetensors", safetensors({"layer.0": ("F32", [2, 2], [float("nan")] * 4)}))
        layer = self.numbers(path)["stack"]["layers"][0]
        self.assertEqual((layer["norm_mean"], layer["share_half"], layer["nonfinite_rows"]), (None, None, 2))
        self.assertIn("no finite row", self.page("nan.look.html").text)

    def test_layers_without_rows_are_listed(self):
        out, _ = self.look(self.path("none.safetensors", safetensors({"layer.0": ("F32", [0, 4], [])})))
        self.assertIn("why no stack", out)
        self.assertNotIn("examples/look", out)

    def test_the_table_shows_the_numbers_of_the_json(self):
        path = os.path.join(DATA, "order.safetensors")
        table = [line.split() for line in self.look(path)[0].splitlines() if line[:5].strip().isdigit()]
        found = self.numbers(path)["stack"]["layers"]
        self.assertEqual(len(table), len(found))
        keys = ["zero_rows", "constant_rows", "nonfinite_rows", "zero_columns", "constant_columns", "nonfinite_columns", "outlier_columns"]
        for cells, layer in zip(table, found):
            self.assertEqual(cells[:4], [str(layer[k]) for k in ("depth", "rows", "width")] + [layer["dtype"]])
            self.assertEqual(cells[4:7], ["%#.4g" % layer[k] for k in ("norm_mean", "norm_min", "norm_max")])
            self.assertEqual(cells[7:14], [str(layer[k]) for k in keys])
            self.assertEqual(cells[14:17], ["%.4f" % layer[k] for k in ("share_eighth", "share_quarter", "share_half")])
            self.assertEqual(cells[17:], ["%.4f" % layer["cosine"]] if layer["cosine"] is not None else [])

    @staticmethod
    def everything(terminal):
        """A terminal gives what it has at the moment, and EIO at the end."""
        text = b""
        while True:
            try:
                piece = os.read(terminal, 1 << 16)
            except OSError:
                return text
            if not piece:
                return text
            text += piece

    def test_a_narrow_terminal_gets_the_table_in_pieces(self):
        path = os.path.join(DATA, "states.safetensors")
        whole = [line for line in self.look(path)[0].splitlines() if line.startswith("depth") or line[:5].strip().isdigit()]
        self.assertIn("- norm -", self.look(path)[0])
        main, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 80, 0, 0))
        with subprocess.Popen([PROGRAM, "--no-page", path], stdout=other, stderr=subprocess.DEVNULL) as program:
            os.close(other)
            lines = self.everything(main).decode().splitlines()
        self.assertEqual(program.returncode, 0)
        os.close(main)
        pieces = [line for line in lines if line.startswith("depth ") or line[:5].strip().isdigit()]
        self.assertEqual(len(pieces), 2 * len(whole))
        self.assertLessEqual(max(map(len, pieces)), 80)
        joined = [a.split() + b.split()[1:] for a, b in zip(pieces[:8], pieces[8:])]
        self.assertEqual(joined, [line.split() for line in whole])

    def test_threads_change_nothing(self):
        path = os.path.join(DATA, "states.safetensors")
        self.assertEqual(self.look("--threads", "1", path)[0], self.look("--threads", "3", path)[0])

    def test_two_families_are_named_and_prefix_picks(self):
        data = safetensors({**layers(3, 5, 4, prefix="a."), **layers(2, 5, 6, prefix="b.")})
        arrays, path = read_safetensors(data), self.path("two.safetensors", data)
        out, _ = self.look(path)
        for prefix in ("a.", "b."):
            self.assertIn("examples/look --prefix %s %s" % (prefix, path), out)
        numbers = self.numbers("--prefix", "b.", path)
        self.check_stack(numbers, arrays, ["b.0", "b.1"])
        _, err = self.look("--prefix", "c.", path, status=1)
        self.assertIn("--prefix a.", err)

    def test_one_array_with_its_axis_named(self):
        values = normal(3 * 4 * 5)
        path = self.path("one.safetensors", safetensors({"states": ("F32", [3, 4, 5], values)}))
        first = {str(l): ("F32", [4, 5], values[l * 20:l * 20 + 20]) for l in range(3)}
        second = {str(l): ("F32", [3, 5], sum((values[t * 20 + l * 5:t * 20 + l * 5 + 5] for t in range(3)), [])) for l in range(4)}
        arrays = read_safetensors(safetensors({**{"a" + k: v for k, v in first.items()}, **{"b" + k: v for k, v in second.items()}}))
        self.check_stack(self.numbers("--layer-axis", "1", path), arrays, ["a0", "a1", "a2"])
        self.check_stack(self.numbers("--layer-axis=2", path), arrays, ["b0", "b1", "b2", "b3"])

    def test_raw_two_byte_npy_is_bf16_if_said(self):
        values = normal(12)
        path = self.path("raw.npy", npy("|V2", [3, 4], encode("BF16", values)))
        arrays = read_safetensors(safetensors({"x": ("BF16", [3, 4], values)}))
        self.check_stack(self.numbers("--bf16", path), arrays, ["x"])
        self.assertIn("examples/look --bf16 %s" % path, self.look(path)[0])

    def test_a_pipe_is_read_like_a_file(self):
        path = os.path.join(DATA, "states.safetensors")
        with open(path, "rb") as file:
            piped = json.loads(self.look("--json", "-", stdin=file.read())[0])
        self.assertEqual(piped["stack"], self.numbers(path)["stack"])
        self.assertTrue(os.path.exists(self.path("stdin.look.html")))


class Probes(Look):
    """Figures of the library are tested elsewhere: here, that they are the ones shown, of the right labels, and what is refused."""

    def planted(self, n=120, dim=12, **more):
        """Layer 0 is noise, layer 1 tells `side` by its first dim, layer 2 by its last."""
        side = [i % 2 for i in range(n)]
        arrays = layers(3, n, dim, "F64")
        for i in range(n):
            arrays["layer.1"][2][i * dim] += 8 * side[i]
            arrays["layer.2"][2][i * dim + dim - 1] += 8 * side[i]
        arrays["label.side"] = ("I32", [n], side)
        arrays.update(more)
        return self.path("planted.safetensors", safetensors(arrays))

    def test_a_planted_label_is_found_where_it_lies(self):
        path = self.planted()
        numbers = self.numbers(path, "side")["probe"]
        task = numbers["tasks"][0]
        accuracy = [layer["accuracy"] for layer in task["layers"]]
        self.assertLess(accuracy[0], 0.7)
        self.assertGreater(min(accuracy[1:]), 0.97)
        self.assertEqual(task["rows_of_larger_class"], 60)
        self.assertAlmostEqual(task["jump"], 1 / 3)
        self.assertEqual([layer["as_good_as_best"] for layer in task["layers"]], [False, True, True])
        self.assertEqual(numbers["ridge"]["widths"], [8, 12])
        grid = numbers["ridge"]["accuracy"]
        self.assertGreater(min(grid[2], grid[3], grid[5]), 0.97)
        self.assertLess(grid[4], 0.7)

    def test_labels_from_a_npy_and_from_the_file_are_one(self):
        labels = [i % 2 for i in range(120)]
        path, beside = self.planted(), self.path("side.npy", npy("<i8", [120], encode("I64", labels)))
        one, other = self.numbers(path, "side")["probe"]["tasks"][0], self.numbers(path, beside)["probe"]["tasks"][0]
        self.assertEqual(one["layers"], other["layers"])
        self.assertEqual(other["task"], "side.npy")

    def test_many_numbers_are_split_at_their_median(self):
        path = self.planted(**{"label.size": ("I32", [120], [(i % 2) * 1000 + i for i in range(120)])})
        task = self.numbers(path, "size")["probe"]["tasks"][0]
        self.assertIn("its median", task["what"])
        self.assertEqual((task["classes"], task["rows_of_larger_class"]), (2, 60))
        self.assertGreater(task["layers"][1]["accuracy"], 0.97)

    def test_three_classes_have_a_grid_of_variance(self):
        path = self.planted(**{"label.third": ("I32", [120], [i % 3 for i in range(120)])})
        out, _ = self.look(path, "third")
        self.assertIn("variance told", out)
        numbers = self.numbers(path, "third")["probe"]
        self.assertEqual((numbers["tasks"][0]["classes"], numbers["ridge"]["tasks"]), (3, 3))

    def test_labels_that_cannot_be_probed_for(self):
        path = self.planted(**{"label.same": ("I32", [120], [7] * 120)})
        three = self.path("three.npy", npy("<i4", [3], encode("I32", [1, 2, 3])))
        hole = self.path("hole.npy", npy("<f4", [120], encode("F32", [float("nan")] * 120)))
        junk = self.path("junk.npy", b"GGUF")
        for labels, said in (("nowhere", "labels there: same, side"), ("same", "is 7 for every sample"), (three, "expected 120: one for each sample"),
                             (hole, "is nan for sample 0"), (junk, "GGUF"), ("layer.0", "expected 120")):
            out, err = self.look(path, labels, status=1)
            self.assertIn("a stack of 3 layers", out)
            self.assertIn("look: no probes: ", err)
            self.assertIn(said, err)
        _, err = self.look(os.path.join(DATA, "coffee.npy"), "side", status=1)
        self.assertIn("labels belong to the samples of a stack", err)


class Contents(Look):
    def test_names_that_differ_in_integers_are_one_row(self):
        arrays = {"block.%d.%s" % (k, m): ("F16", [4, 4], normal(16)) for k in range(6) for m in "qk"}
        arrays.update({"dec%d.0" % k: ("F32", [2 + k], normal(2 + k)) for k in (1, 2, 4)})
        arrays["alone.7"] = ("I64", [3], [1, 2, 3])
        out, _ = self.look(self.path("rows.safetensors", safetensors(arrays)))
        rows = [line.split() for line in out.splitlines()]
        for row in (["block.{0-5}.q", "x6", "F16", "[4,", "4]"], ["dec{1,2,4}.0", "x3", "F32", "[3-6]"], ["alone.7", "1", "I64", "[3]"]):
            self.assertIn(row, [r[:len(row)] for r in rows], out)

    def test_columns_align_whatever_the_alphabet(self):
        arrays = {name: ("I32", [1], [1]) for name in ("latent", "\u6f5c\u5728", "\u00e9tat_cach\u00e9")}
        lines = [line for line in self.look(self.path("names.safetensors", safetensors(arrays)))[0].splitlines() if "I32" in line]
        self.assertEqual(len({line.index("I32") for line in lines}), 1)

    def test_what_stands_beside_a_stack(self):
        besides = self.numbers(os.path.join(DATA, "order.safetensors"))["besides"]
        self.assertEqual([a["name"] for a in besides], ["group"])
        self.assertIn("also there  group I32 [600]", self.look(os.path.join(DATA, "order.safetensors"))[0])

    def test_metadata_is_shown_cut_and_kept_whole_in_the_json(self):
        data = safetensors({"ids": ("I32", [2], [1, 2])}, {"vocab": "x" * 5000, "note": "short"})
        path = self.path("meta.safetensors", data)
        out, _ = self.look(path)
        self.assertIn("note: short", out)
        self.assertLess(max(map(len, out.splitlines())), 300)
        self.assertEqual(self.numbers(path)["metadata"], {"vocab": "x" * 5000, "note": "short"})

    def test_an_image_as_npy_is_listed(self):
        out, _ = self.look(os.path.join(DATA, "coffee.npy"))
        self.assertIn("no part of it is layers of floats", out)

    def test_matrices_are_offered_and_the_offer_works(self):
        path = os.path.join(DATA, "retrieval.safetensors")
        offers = self.numbers(path)["offers"]
        self.assertTrue(offers)
        for offer in offers:
            words = offer["command"].split()
            self.assertEqual(words[0], "examples/look")
            self.assertIsNotNone(self.numbers(*words[1:])["stack"])


class Pages(Look):
    def test_a_page_stands_alone_and_holds_the_numbers(self):
        path = os.path.join(DATA, "states.safetensors")
        out, err = self.look("--json", path)
        self.assertEqual(err, "page: states.look.html\n")
        page = self.page("states.look.html")
        self.assertEqual(json.loads(page.numbers), json.loads(out))
        self.assertEqual(page.refers, ["data:,"])
        self.assertGreaterEqual(page.titles, 3 * 7)
        for word in ("states.safetensors", "supersense", "How to read this", "500"):
            self.assertIn(word, page.text)

    def test_page_goes_where_it_is_told(self):
        path = os.path.join(DATA, "states.safetensors")
        _, err = self.look("--page", self.path("here.html"), path)
        self.assertEqual(err, "page: %s\n" % self.path("here.html"))
        self.assertEqual(os.listdir(self.folder.name), ["here.html"])

    def test_a_page_does_not_replace_a_pipe_or_a_link(self):
        states, pipe, link, target = os.path.join(DATA, "states.safetensors"), *map(self.path, ("pipe", "link", "target"))
        os.mkfifo(pipe)
        os.symlink(target, link)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        self.look("--page", pipe, states)
        self.assertTrue(stat.S_ISFIFO(os.lstat(pipe).st_mode))
        self.assertTrue(os.read(reader, 1 << 20).startswith(b"<!DOCTYPE html>"))
        self.look("--page", link, states)
        self.assertTrue(os.path.islink(link) and os.path.getsize(target) > 0)

    def test_no_page_leaves_nothing(self):
        self.assertEqual(self.look("--no-page", os.path.join(DATA, "states.safetensors"))[1], "")
        self.assertEqual(os.listdir(self.folder.name), [])

    def test_a_page_that_cannot_be_written_is_said(self):
        out, err = self.look("--page", self.path("no/such/page.html"), os.path.join(DATA, "states.safetensors"), status=1)
        self.assertIn("depth", out)
        self.assertIn("--no-page", err)

    def test_the_file_is_never_overwritten(self):
        data = safetensors(layers(2, 3, 4))
        path = self.path("x.safetensors", data)
        self.look("--page", path, path, status=2)
        with open(path, "rb") as file:
            self.assertEqual(file.read(), data)

    def test_names_cannot_become_markup_or_move_the_cursor(self):
        name = "<script>alert(1)</script>\"'&lt;\x1b[2J\u202e" + "n" * 3000
        arrays = {name: ("F32", [2, 2], normal(4)), "other": ("F32", [3, 2], normal(6))}
        path = self.path("names.safetensors", safetensors(arrays, {"</script><b>": "<i>\x07"}))
        out, _ = self.look(path)
        self.assertFalse(set(out) & set("\x1b\x07\u202e"), "control characters reach the terminal")
        self.assertIn("\\u001b", out)
        page = self.page("names.look.html")
        self.assertEqual(page.tags.count("script"), 1)
        self.assertNotIn("i", page.tags)
        self.assertIn("<script>alert(1)</script>\"'&lt;\\u001b[2J\\u202en", page.text)
        self.assertIn("</script><b><i>\\u0007", page.text)
        self.assertEqual([offer["command"] for offer in self.numbers(path)["offers"]], ["examples/look --prefix other " + path])
        self.assertFalse(set(self.look("--json", path)[0]) & set("\x1b\x07\u202e"))
        self.assertEqual(json.loads(page.numbers)["arrays"][0]["name"], name)

    def test_one_layer_and_two_hundred(self):
        for n in (1, 200):
            path = self.path("deep%d.safetensors" % n, safetensors(layers(n, 2, 3)))
            self.look(path)
            self.assertEqual(self.page("deep%d.look.html" % n).tags.count("tr"), n + 1)


class Refusals(Look):
    def refused(self, name, data, *words):
        out, err = self.look(self.path(name, data), status=1)
        self.assertEqual(out, "")
        for word in (name, *words):
            self.assertIn(word, err)
        self.assertFalse([f for f in os.listdir(self.folder.name) if f.endswith(".html")], "a page of a refused file")
        return json.loads(self.look("--json", self.path(name), status=1)[0])["refused"]

    def test_foreign_files_are_named(self):
        self.refused("a.safetensors", b"GGUF\3\0\0\0" + bytes(64), "GGUF")
        self.refused("b.npz", b"PK\3\4" + bytes(22) + b"\5\0\0\0x.npy" + bytes(40), ".npz", "safetensors.numpy")
        self.refused("c.pt", b"PK\3\4" + bytes(22) + b"\x10\0\0\0archive/data.pkl" + bytes(40), "PyTorch", "weights_only=True")
        self.refused("d.bin", b"\x80\2}q\0." + bytes(40), "pickle")
        self.refused("e.h5", b"\x89HDF\r\n\x1a\n" + bytes(64), "HDF5", "h5py")
        self.refused("f.parquet", b"PAR1" + bytes(60) + b"PAR1", "Parquet", "pandas")
        self.refused("g.safetensors", b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 1234\n", "git lfs pull")
        self.refused("h.safetensors", b"<!DOCTYPE html>\n<html><body>Not found</body></html>\n", "web page", "again")
        self.refused("i.npy", b"", "empty")
        self.refused("j.png", b"\x89PNG\r\n\x1a\n" + bytes(64), "PNG")
        self.refused("k.txt", b"0.1 0.2 0.3\n0.4 0.5 0.6\n", "text file", "numpy.loadtxt")
        self.refused("k2.txt", b"the 0.1 0.2 0.3\nof 0.4 0.5 0.6\n", "text file", "line.split()[1:]")
        self.refused("k3.txt", b"entity\nphysical entity\n", "text file", "no arrays")
        self.refused("l.gz", b"\x1f\x8b\x08" + bytes(64), "gzip", "gzip -dc < ")
        self.refused("m.json", b"[{\"word\": \"entity\"}]\n" * 4, "JSON")

    def test_an_index_names_its_shards(self):
        index = {"metadata": {"total_size": 10}, "weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors",
                                                               "c": "model-00001-of-00002.safetensors"}}
        path = self.path("model.safetensors.index.json", json.dumps(index, indent=2).encode())
        _, err = self.look(path, status=1)
        self.assertIn("Not beside it: 2 of its 2 shards", err)
        self.assertNotIn("examples/look", err)
        for k in (1, 2):
            self.path("model-0000%d-of-00002.safetensors" % k, safetensors(layers(1, 2, 2)))
        _, err = self.look(path, status=1)
        self.assertIn("index", err)
        self.assertNotIn("Not beside", err)
        self.assertEqual([line.strip() for line in err.splitlines() if line.startswith("    ")],
                         ["examples/look " + self.path("model-0000%d-of-00002.safetensors" % k) for k in (1, 2)])

    def test_a_broken_file_says_rule_key_byte_and_sizes(self):
        whole = safetensors(layers(2, 3, 4))
        fault = self.refused("short.safetensors", whole[:-5], "size", str(len(whole)), str(len(whole) - 5))
        self.assertEqual((fault["rule"], fault["expected"], fault["found"]), ("size", len(whole), len(whole) - 5))
        start = len(whole) - 2 * 48
        overlap = whole[:start].replace(b'"data_offsets": [48, 96]', b'"data_offsets": [40, 88]') + whole[start:]
        fault = self.refused("overlap.safetensors", overlap, "overlap", "layout", "layer.1", "byte")
        self.assertEqual((fault["rule"], fault["key"]), ("layout", "layer.1"))
        self.assertEqual(self.refused("grammar.safetensors", whole[:8] + b"[" + whole[9:], "grammar")["rule"], "grammar")

    def test_every_truncation_is_refused_or_shown(self):
        whole = safetensors(layers(1, 2, 2))
        for n in range(0, len(whole), 7):
            _, err = self.look("--no-page", self.path("cut.safetensors", whole[:n]), status=1)
            self.assertTrue(err.startswith("look: cut.safetensors"), err)

    def test_missing_files_and_directories(self):
        self.assertIn("No such file", self.look(self.path("nowhere"), status=1)[1])
        self.path("inside.npy", npy("<f4", [1], bytes(4)))
        self.assertIn("examples/look %s" % self.path("inside.npy"), self.look(self.folder.name, status=1)[1])

    def test_an_empty_file_by_pipe(self):
        self.assertIn("empty", self.look("-", stdin=b"", status=1)[1])


class Arguments(Look):
    def wrong(self, *arguments):
        out, err = self.look(*arguments, status=2)
        self.assertEqual((out, err.count("\n")), ("", 1))
        self.assertIn("--help", err)
        return err

    def test_wrong_arguments_are_one_line(self):
        self.assertIn("which file", self.wrong())
        self.assertIn("--colour", self.wrong("--colour", "x"))
        self.assertIn("-x", self.wrong("-x"))
        self.assertIn("needs a value", self.wrong("x", "--prefix"))
        self.assertIn("'1 2'", self.wrong("--threads", "1 2", "x"))
        self.assertIn("expected 1, 2 or none", self.wrong("--layer-axis", "3", "x"))
        self.assertIn("takes no value", self.wrong("--json=1", "x"))
        self.assertIn("one name too many", self.wrong("x", "y", "z"))
        self.assertIn("exclude each other", self.wrong("--page", "p", "--no-page", "x"))
        self.assertIn("name of a file", self.wrong("--page=", "x"))

    def test_help_and_version(self):
        out, err = self.look("--help")
        self.assertEqual(err, "")
        for option in ("--prefix", "--layer-axis", "--bf16", "--json", "--page", "--no-page", "--threads"):
            self.assertIn(option, out)
        self.assertRegex(self.look("--version")[0], r"^look, Lamella \d+\.\d+\.\d+\n$")

    def test_a_name_that_begins_with_a_dash(self):
        self.path("-x.npy", npy("<f4", [2, 3], bytes(24)))
        self.assertIn("a stack of 1 layer", self.look("--", "-x.npy")[0])

    def test_a_closed_output_is_an_error(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([PROGRAM, "--no-page", os.path.join(DATA, "states.safetensors")], stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"not written", done.stderr)


if __name__ == "__main__":
    unittest.main()
