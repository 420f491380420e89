"""Files as users have them, however odd, and the one sentence or reading that each gets: odd_files.py PROGRAM; with --table, the table.

A row is a file, what else is typed, and what look has to say. Where look asks, every line that it offers is typed, and has to work."""
import collections
import concurrent.futures
import json
import os
import shlex
import subprocess
import sys
import tempfile
import unittest

from files import encode, npy, safetensors

TABLE = "--table" in sys.argv and not sys.argv.remove("--table")
PROGRAM = os.path.abspath(sys.argv.pop(1))
N = 40   # samples

Row = collections.namedtuple("Row", "name data typed says offers beside")
ROWS = []


def row(name, data, says, *typed, offers=None, beside=None):
    """says: words that stand in what look prints. offers: None, it shows or refuses; else how many lines it offers, all to be typed."""
    ROWS.append(Row(name, data, typed, [says] if isinstance(says, str) else says, offers, beside or {}))


def floats(*shape, dtype="F32", scale=1.0):
    n = 1
    for extent in shape:
        n *= extent
    return dtype, list(shape), [((i * 7919 + 13) % 101 - 50) * scale for i in range(n)]


def whole(dtype, values, *shape):
    return dtype, list(shape) or [len(values)], values


def bits(dtype, *shape):
    return dtype, list(shape), [i % 2 for i in range(shape[0] * (shape[1] if len(shape) > 1 else 1))]


def file(metadata=None, /, **arrays):
    return safetensors({name.replace("__", "."): array for name, array in arrays.items()}, metadata)


def family(pattern, numbers, *shape, dtype="F32"):
    return {pattern.replace("{}", str(k)): floats(*(shape or (N, 6)), dtype=dtype) for k in numbers}


def of(*parts, metadata=None):
    arrays = {}
    for part in parts:
        arrays.update(part)
    return safetensors(arrays, metadata)


# ---- names of layers: the number last, inside, first ----

for name in ("layer.{}", "h.{}", "z{}", "L{}", "hidden_states.{}", "hidden_states_{}", "encoder.layer.{}", "transformer.h.{}", "blocks/{}", "Layer {}",
             "layer-{}"):
    row("last: " + name, of(family(name, range(3))), ["a stack of 3 layers", name.format(0) + " to " + name.format(2)])
for name in ("blocks.{}.hook_resid_post", "model.layers.{}.hidden_states", "blk.{}.out", "layer_{}_out", "hs[{}]"):
    row("inside: " + name, of(family(name, range(3))), ["a stack of 3 layers", name.format(0) + " to " + name.format(2)])
for name in ("{}.hidden", "{}_layer", "{}"):
    row("first: " + name, of(family(name, range(3))), ["a stack of 3 layers", name.format(0) + " to " + name.format(2)])
row("two kinds inside", of(family("blocks.{}.hook_resid_post", range(3)), family("blocks.{}.hook_mlp_out", range(3))), "2 ways", offers=2)
row("layer and batch", of(family("layer_{}_0", range(3)), family("layer_{}_1", range(3))), ["2 ways", "layer_{}_0", "layer_{}_1"], offers=2)
row("that batch, typed", of(family("layer_{}_0", range(3)), family("layer_{}_1", range(3))), "layer_0_1 to layer_2_1", "--prefix", "layer_{}_1")
row("layers among other families", of(family("h.{}", range(3)), family("proj.{}", range(2), 6, 6)), "h.0 to h.2")
row("two unknown families", of(family("a{}", range(2)), family("b{}", range(2))), "2 ways", offers=2)
row("ten and more layers", of(family("layer.{}", range(12), 2, 3)), ["a stack of 12 layers", "layer.0 to layer.11"])
row("padded numbers", of(family("layer.0{}", range(3))), "a stack of 3 layers")
row("layers from 1", of(family("block_{}", range(1, 4))), "block_1 to block_3")
row("some depths only", of(family("layer.{}", (0, 4, 8)), metadata={"n_depths": "13"}), "13 in the model, 3 here")
row("unequal widths", of(family("layer.{}", [0]), {"layer.1": floats(N, 9)}), "a stack of 2 layers")

# ---- names that say something else ----

row("versions", of(family("emb_v{}", (1, 2))), ["3 ways", "--prefix emb_v ", "--prefix emb_v1"], offers=3)
row("batches", of(family("batch_{}", range(2))), "3 ways", offers=3)
row("folds", of(family("fold{}", range(2))), "3 ways", offers=3)
row("no word, not from 0", of(family("z{}", (1, 2))), "3 ways", offers=3)
row("minus or hyphen", of(family("layer-{}", (1, 2))), "3 ways", offers=3)
row("one array with a number", of(family("h.{}", [5])), "h.5, one matrix as one layer")
row("layer.K alone", of(family("layer.{}", [5])), "layer.5, the only layer")
row("two matrices", of({"docs": floats(N, 6), "queries": floats(7, 6)}), "2 ways", offers=2)
row("one matrix", of({"docs": floats(N, 6)}), "docs, one matrix as one layer")

# ---- misfits ----

row("misfit in rank", of({"h.0": floats(12, 20, 6)}, family("h.{}", (1, 2), 12, 6)), '"h.1" differs from the first in more than its last axis', offers=5)
row("misfit in samples", of(family("h.{}", (0, 1)), family("h.{}", [2], 7, 6), family("proj.{}", range(2), 6, 6)),
    '"h.2" differs from the first in more than its last axis', offers=1)
row("misfit of layer.", of(family("layer.{}", (0, 1)), family("layer.{}", [2], 7, 6)), '"layer.2" differs from the first', offers=3)
row("misfit inside", of(family("blocks.{}.out", (0, 1)), family("blocks.{}.out", [2], 7, 6)), '"blocks.2.out" differs from the first', offers=3)
row("a bias among layers", of(family("h.{}", (0, 1)), {"h.2": floats(6)}), '"h.2" is no layer: its rank is not 2 to 4', offers=2)
row("F16, then F8", of({"h.0": floats(N, 6, dtype="F16")}, {"h.%d" % k: bits("F8_E4M3", N, 6) for k in (1, 2)}),
    '"h.1" is F8_E4M3, of which there is no view', offers=1)
row("all F8", of({"h.%d" % k: bits("F8_E4M3", N, 6) for k in (0, 1)}), '"h.0" is F8_E4M3, of which there is no view', offers=0)
row("I16 layers", of({"x.%d" % k: bits("I16", N, 6) for k in (0, 1)}), "no part of it is layers of floats", offers=0)
row("whole among floats", of(family("h.{}", (0, 1)), {"h.2": bits("I64", N, 6)}), '"h.2" is I64, the first F32', offers=2)
row("one number twice", of({"layer.1": floats(N, 6), "layer.01": floats(N, 6)}), "has the number of the one before", offers=2)
row("counted from the end", of(family("layer.-{}", (1, 2, 3))), '"layer.-1" has a negative number', offers=3)
row("from both ends", of(family("layer.{}", range(3)), family("layer.-{}", [1])), '"layer.-1" has a negative number', offers=4)
row("h from the end", of(family("h.-{}", (1, 2))), '"h.-1" has a negative number', offers=2)

# ---- one array ----

row("last_hidden_state", of({"last_hidden_state": floats(8, 25, 4)}), ["3 ways", "--layer-axis none"], offers=3)
row("few and many", of({"states": floats(3, 200, 2)}), "3 ways", offers=3)
row("batch first, four axes", of({"states": floats(20, 3, 4, 6)}), ["3 ways", "3 layers of f32 [20, 4, 6]"], offers=3)
row("five axes", of({"maps": floats(3, 4, 2, 2, 2)}), "2 ways", offers=2)
row("a version of one array", of({"hidden_states_v2": floats(3, 40, 8)}), "3 ways", offers=3)
row("its second axis, typed", of({"states": floats(20, 3, 4, 6)}), "a stack of 3 layers", "--layer-axis", "2")
row("no axis, typed", of({"states": floats(20, 3, 6)}), "states, one layer with tokens", "--layer-axis", "none")
row("x.npy of three axes", npy("<f4", [3, 8, 5], encode("F32", floats(3, 8, 5)[2])), "3 ways", offers=3)
row("x.npy of two", npy("<f4", [N, 6], encode("F32", floats(N, 6)[2])), "a stack of 1 layer")
row("a mask settles it", of({"last_hidden_state": floats(8, 5, 4), "attention_mask": bits("I64", 8, 5)}),
    ["one layer with tokens", "attention_mask leaves 20"])
row("ids settle it", of({"states": floats(3, N, 4), "sample_id": whole("I64", list(range(N)))}), "a stack of 3 layers")
row("offsets settle it", of({"states": floats(3, N, 4), "offsets": whole("I64", [0, 10, N])}), "a stack of 3 layers")

# ---- masks ----

tokens = family("hidden_states.{}", range(2), 8, 5, 4)
for name in ("mask", "attention_mask", "attn_mask", "token_mask", "input_mask", "valid_mask"):
    row(name, of(tokens, {name: bits("I64", 8, 5)}), ("the mask" if name == "mask" else name) + " leaves 20 in all")
for dtype in ("I32", "U8", "BOOL", "I16", "U64"):
    row("attention_mask of " + dtype, of(tokens, {"attention_mask": bits(dtype, 8, 5)}), "attention_mask leaves 20 in all")
row("attention_mask of floats", of(tokens, {"attention_mask": floats(8, 5)}), "is F32 of rank 2, expected BOOL or whole numbers", offers=0)
row("an additive mask", of(tokens, {"attention_mask": whole("I64", [0, -10000] * 20, 8, 5)}), "0 for padding and 1 for a token, nothing below 0", offers=0)
row("attention_mask [8, 1, 1, 5]", of(tokens, {"attention_mask": ("I64", [8, 1, 1, 5], [i % 2 for i in range(40)])}), "attention_mask leaves 20 in all")
row("a mask of other tokens", of(tokens, {"attention_mask": bits("I64", 8, 7)}), '"attention_mask" does not fit the layers', offers=0)
row("a mask beside pooled states", of(family("layer.{}", range(2)), {"attention_mask": bits("I64", N, 5)}), "also there  attention_mask I64 [40, 5]")
row("padding_mask", of(tokens, {"padding_mask": bits("BOOL", 8, 5)}), ["2 ways", "--mask-marks tokens", "--mask-marks padding"], offers=2)
row("its meaning, typed", of(tokens, {"key_padding_mask": bits("BOOL", 8, 5)}), "key_padding_mask leaves 20", "--mask-marks", "padding")
row("two masks that differ", of(tokens, {"mask": bits("U8", 8, 5), "attention_mask": whole("I64", [1] * 40, 8, 5)}), "differ, expected one mask", offers=0)
row("two masks alike", of(tokens, {"mask": bits("U8", 8, 5), "attention_mask": bits("I64", 8, 5)}), "the mask leaves 20")

# ---- metadata ----

for said in ("1", "true", "True", "TRUE"):
    row("last_normed " + said, of(family("layer.{}", range(2)), metadata={"last_normed": said}), "the last layer already went through it")
row("last_normed maybe", of(family("layer.{}", range(2)), metadata={"last_normed": "maybe"}), 'last_normed is "maybe", expected true or false')
row("n_depths many", of(family("layer.{}", range(2)), metadata={"n_depths": "many"}), 'n_depths is "many", expected a number')

# ---- labels of every dtype, as words, in files of their own ----

SIDE = [i % 2 for i in range(N)]
WORDS = ["cat" if s else "dog, big" for s in SIDE]


def with_labels(**arrays):
    states = {"layer.%d" % k: floats(N, 6) for k in range(2)}
    for i in range(N):
        states["layer.1"][2][6 * i] += 500 * SIDE[i]
    return of(states, {name.replace("__", "."): array for name, array in arrays.items()})


PROBED = "logistic probes for side, 2 classes, of the file"
for dtype in ("I8", "U8", "BOOL", "I16", "U16", "I32", "U32", "I64", "U64"):
    row("label.side of " + dtype, with_labels(label__side=whole(dtype, SIDE)), [PROBED, "side (2 values, 0 to 1)"], "side")
for dtype in ("F16", "BF16", "F32", "F64"):
    row("label.side of " + dtype, with_labels(label__side=whole(dtype, [float(s) for s in SIDE])), [PROBED, "side (2 values, 0 to 1)"], "side")
row("fractions", with_labels(label__x=("F16", [N], [i / 64 for i in range(N)])), ["x (40 values, 0 to 0.609375)", "x over 0.296875, its median"], "x")
row("U64 over i64", with_labels(label__id=whole("U64", [2 ** 64 - 1] * N), label__side=whole("U8", SIDE)),
    ["side (2 values, 0 to 1)", "not read", '"label.id" is U64, and holds numbers over 9223372036854775807'])
row("that label, typed", with_labels(label__id=whole("U64", [2 ** 64 - 1] * N)), "holds numbers over 9223372036854775807", "id")
row("a label of F8", with_labels(label__x=bits("F8_E4M3", N)), '"label.x" is F8_E4M3, of which there is no view')
row("an array without label.", with_labels(side=whole("U16", SIDE)), PROBED, "side")
row("NaN among labels", with_labels(label__x=("F32", [N], [float("nan")] + [1.0] * (N - 1))), "x (1 value, 1 to 1, 1 not finite)")

states = with_labels()
for ending, data, what in (
        ("npy", npy("<i2", [N], encode("I16", SIDE)), "2 classes"), ("npy", npy("<u2", [N], encode("U16", SIDE)), "2 classes"),
        ("npy", npy("<u4", [N], encode("U32", SIDE)), "2 classes"), ("npy", npy("<u8", [N], encode("U64", SIDE)), "2 classes"),
        ("npy", npy(">i4", [N], b"".join(s.to_bytes(4, "big") for s in SIDE)), "2 classes"), ("npy", npy("|b1", [N], bytes(SIDE)), "2 classes"),
        ("npy", npy("<U8", [N], b"".join(w.encode("utf-32-le").ljust(32, b"\0") for w in WORDS)), "2 classes (cat, dog, big)"),
        ("npy", npy(">U8", [N], b"".join(w.encode("utf-32-be").ljust(32, b"\0") for w in WORDS)), "2 classes (cat, dog, big)"),
        ("npy", npy("|S8", [N], b"".join(w.encode().ljust(8, b"\0") for w in WORDS)), "2 classes (cat, dog, big)"),
        ("txt", "\n".join(map(str, SIDE)).encode(), "2 classes"), ("txt", "\r\n".join(WORDS).encode() + b"\r\n\r\n", "2 classes (cat, dog, big)"),
        ("txt", b"\xef\xbb\xbf" + "\n".join("ä" if s else "潜" for s in SIDE).encode(), "2 classes (ä, 潜)"),
        ("csv", b"side\n" + "\n".join(map(str, SIDE)).encode(), "2 classes"),
        ("csv", "\n".join('"%s"' % w for w in WORDS).encode(), "2 classes (cat, dog, big)"),
        ("json", json.dumps(SIDE).encode(), "2 classes"), ("json", json.dumps(WORDS).encode(), "2 classes (cat, dog, big)"),
        ("json", json.dumps([s == 1 for s in SIDE]).encode(), "2 classes"),
        ("json", json.dumps(["\u00e9t\U0001f600" if s else "\"" for s in SIDE]).encode(), "2 classes (\", \u00e9t\U0001f600)"),
        ("txt", "\n".join(str(i / 4) for i in range(N)).encode(), "over 4.75, its median")):
    row("labels.%s, %s %d" % (ending, what, len(ROWS)), states, "logistic probes for labels.%s, %s%s" % (ending, "labels.%s " % ending if "over" in what else "", what),
        "labels." + ending, beside={"labels." + ending: data})

TABLE_OF_THREE = b"id,side,text\n" + "".join('%d,%s,"a, ""b"""\n' % (i, "yes" if s else "no") for i, s in enumerate(SIDE)).encode()
row("a table of three columns", states, ["it has 3 columns: type one of them after a colon, t.csv:id, t.csv:side, t.csv:text"], "t.csv", beside={"t.csv": TABLE_OF_THREE})
row("its column, typed", states, "t.csv:side, 2 classes (no, yes)", "t.csv:side", beside={"t.csv": TABLE_OF_THREE})
row("its column by number", states, "t.csv:2, 2 classes (no, yes)", "t.csv:2", beside={"t.csv": TABLE_OF_THREE})
row("tabs", states, "t.tsv:2, 2 classes (no, yes)", "t.tsv:2", beside={"t.tsv": TABLE_OF_THREE.replace(b"a, ", b"a").replace(b",", b"\t")})
row("one label short", states, "holds 39 values [39], expected 40: one for each sample", "l.txt", beside={"l.txt": "\n".join(WORDS[1:]).encode()})
row("an empty line", states, "value 2 is empty", "l.txt", beside={"l.txt": "\n".join([WORDS[0], "", *WORDS[2:]]).encode()})
row("a word among numbers", states, "value 3 is n/a, the others are numbers", "l.txt",
    beside={"l.txt": "\n".join(["1", "0", "n/a"] + ["1"] * (N - 3)).encode()})
row("too many words", states, "40 different words, expected at most 30 classes", "l.txt", beside={"l.txt": "\n".join("w%d" % i for i in range(N)).encode()})
row("JSON that is no list", states, "no list of numbers or words", "l.json", beside={"l.json": json.dumps({"a": SIDE}).encode()})
row("JSON of lists", states, "no list of numbers or words", "l.json", beside={"l.json": json.dumps([[s] for s in SIDE]).encode()})
row("no such labels", states, "there are no labels nowhere in", "nowhere")

# ---- groups ----

GROUP = [i // 4 for i in range(N)]
for name in ("group", "groups", "label.group", "label.groups", "group_id"):
    row("groups as " + name, with_labels(label__side=whole("U8", SIDE), **{name: whole("I32", GROUP)}), "rows of one group stay together, by " + name, "side")
for dtype in ("I8", "U8", "I16", "U16", "U32", "I64", "U64"):
    row("group of " + dtype, with_labels(label__side=whole("U8", SIDE), group=whole(dtype, GROUP)), "rows of one group stay together, by group", "side")
for dtype in ("F32", "F64", "F16"):
    row("group of " + dtype, with_labels(label__side=whole("U8", SIDE), group=whole(dtype, [float(g) for g in GROUP])),
        "groups group are %s, expected whole numbers or words; --groups none" % dtype, "side")
row("group of F8", with_labels(label__side=whole("U8", SIDE), group=bits("F8_E4M3", N)), ["F8_E4M3", "--groups none"], "side")
row("a group short", with_labels(label__side=whole("U8", SIDE), group=whole("I32", GROUP[1:])), ["group holds 39 values [39], expected 40", "--groups none"], "side")
row("group and groups", with_labels(label__side=whole("U8", SIDE), group=whole("I32", GROUP), groups=whole("I32", GROUP)),
    "type --groups group or --groups groups", "side")
row("one of them, typed", with_labels(label__side=whole("U8", SIDE), group=whole("I32", GROUP), groups=whole("I32", GROUP)), "by groups", "side", "--groups", "groups")
row("no groups, typed", with_labels(label__side=whole("U8", SIDE), group=whole("F32", [float(g) for g in GROUP])), PROBED, "side", "--groups", "none")
row("groups as words", with_labels(label__side=whole("U8", SIDE)), "by g.txt", "side", "--groups", "g.txt", beside={"g.txt": "\n".join("q%d" % g for g in GROUP).encode()})
row("groups in JSON", with_labels(label__side=whole("U8", SIDE)), "by g.json", "side", "--groups", "g.json", beside={"g.json": json.dumps(GROUP).encode()})

# ---- shards and other files ----

INDEX = json.dumps({"weight_map": {"a": "m-1-of-2.safetensors", "b": "m-2-of-2.safetensors"}}).encode()
row("an index without its shards", INDEX, "Not beside it: 2 of its 2 shards")
row("an index with one", INDEX, ["Not beside it: 1 of its 2 shards", "examples/look m-2-of-2.safetensors"], beside={"m-2-of-2.safetensors": file(layer__0=floats(4, 3))}, offers=1)
row("an index with all", INDEX, "one by one", offers=2, beside={"m-%d-of-2.safetensors" % k: file(layer__0=floats(4, 3)) for k in (1, 2)})
row("one shard of layers", of(family("model.layers.{}.out", (4, 5))), "model.layers.4.out to model.layers.5.out")


class Told:
    """What look prints for a row, and what the lines that it offers print."""

    def __init__(self, row):
        self.row = row
        with tempfile.TemporaryDirectory() as folder:
            self.folder = folder
            self.file = "x.npy" if row.data[:6] == b"\x93NUMPY" else "x.safetensors"
            for name, data in {self.file: row.data, **row.beside}.items():
                with open(os.path.join(folder, name), "wb") as out:
                    out.write(data)
            self.status, self.text = self.run([self.file, *row.typed])
            lines = [line.split("    #")[0] for line in self.text.splitlines() if line.startswith(("  examples/look", "    examples/look"))]
            self.offered = [self.run(shlex.split(line)[1:]) for line in lines]

    def run(self, words):
        done = subprocess.run([PROGRAM, "--no-page", "--threads", "1", *words], cwd=self.folder, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def sentence(self):
        """The line that holds what was expected first."""
        return next((line.strip() for line in self.text.splitlines() if self.row.says[0] in line), "(nothing of it)")


class OddFiles(unittest.TestCase):
    def test_each_gets_its_sentence(self):
        with concurrent.futures.ThreadPoolExecutor(max(2, os.cpu_count() or 2)) as pool:
            for told in pool.map(Told, ROWS):
                if TABLE:
                    print("%-34s %-26s %s" % (told.row.name, " ".join(told.row.typed), told.sentence()))
                with self.subTest(told.row.name):
                    for said in told.row.says:
                        self.assertIn(said, told.text)
                    self.assertGreaterEqual(told.status, 0, "ended by a signal")
                    self.assertEqual(len(told.offered), told.row.offers or 0, told.text)
                    for status, text in told.offered:
                        self.assertEqual(status, 0, text)
                        self.assertIn("a stack of", text)
        if TABLE:
            print(len(ROWS), "files")


if __name__ == "__main__":
    unittest.main()
