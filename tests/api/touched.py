"""What no test touches: a field of options that none sets, an output or a figure that none looks at, a golden array that none reads.

By their texts: a test that names a function or its struct, and in it the field or output by its name."""
import json
import re
import struct

import headers

LEFT_ASIDE = re.compile(r"struct_size$|reserved\d*$")
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
BODY = re.compile(r"^OPERATION\(.*?^}", re.M | re.S)  # the matrix compares bits with bits; no value is looked at there


class Tests:
    """The texts of all tests by the words in them; matrix bodies apart."""

    def __init__(self, root):
        self.c, self.python = [], []
        for path in sorted((root / "tests").rglob("*")):
            if path.relative_to(root).parts[1] in ("api", "golden", "bench", "mutants", "fuzz", "support"):
                continue
            if path.suffix in (".c", ".h", ".py"):
                text = path.read_text(encoding="utf-8")
                kept = BODY.sub("", text) if path.suffix == ".c" else text
                (self.python if path.suffix == ".py" else self.c).append((set(re.findall(r"\w+", text)), text, kept))

    def find(self, function, of, in_c, in_python, outside=False):
        """Whether one that names the function or its struct has this."""
        words = function.python().split(".")[-2:]
        return (any(in_c.search(kept if outside else text) for named, text, kept in self.c if {function.name, of} & named)
                or any(in_python.search(text) for named, text, _ in self.python if set(words) & named))


def is_set(tests, function, of, name):
    """With something else than 0."""
    return tests.find(function, of, re.compile(rf"(\.|->){name}\s*=(?!=)(?!\s*0\s*[;,}}])"), re.compile(rf"\b{name}=(?!=)(?!0\s*[,)])"))


def is_looked_at(tests, function, of, name):
    return tests.find(function, of, re.compile(rf"(\.|->){name}\b(?!\s*=[^=])"), re.compile(rf"\.{name}\b"))


def is_named(tests, function, name):
    return tests.find(function, "", re.compile(rf"\b{name}\b"), re.compile(rf"\.{name}\b"), outside=True)


def faults_of(tests, function, a, structs):
    fields = [f.name for f in structs[a.of].fields if not LEFT_ASIDE.match(f.name)] if a.of in structs else []
    if a.kind in ("options", "outputs", "callbacks"):
        yield from (f"no test sets {a.kind}->{name}" for name in fields if not is_set(tests, function, a.of, name))
    elif a.kind == "result":
        yield from (f"no test looks at result->{name}" for name in fields if not is_looked_at(tests, function, a.of, name))
    elif a.kind in ("view", "views") and a.way == "out" and not is_named(tests, function, a.name):
        yield f"no test looks at {a.name}"


def check_options(root):
    api, tests = headers.read(root), Tests(root)
    return [f"{f.file}:{f.line}: {f.name}: {fault}" for f in api.functions if not f.name.endswith("_options_init")
            for a in f.arguments for fault in faults_of(tests, f, a, api.structs)]


def golden_arrays(root):
    """folder/file/array of everything that the oracles wrote."""
    folder = root / "tests" / "data" / "golden"
    for path in sorted(folder.rglob("*.safetensors")):
        data = path.read_bytes()
        for name in json.loads(data[8:8 + struct.unpack("<Q", data[:8])[0]]):
            if name != "__metadata__":
                yield f"{path.relative_to(folder).with_suffix('').as_posix()}/{name}"


def reads_of(text):
    """Patterns of the arrays that a test names: what %s stands for has to stand in the test too, as a text of its own."""
    literals = LITERAL.findall(text)
    word = "(?:" + "|".join(sorted({re.escape(w) for w in literals if w and "/" not in w and "%" not in w}, key=len, reverse=True)) + ")"
    for literal in literals:
        if literal.count("/") >= 2:
            parts = re.split(r"(%[-0-9.*]*(?:ll|l|z)?[sdu])", literal)
            yield re.compile("".join((word if part[-1] == "s" else r"\d+") if part.startswith("%") else re.escape(part) for part in parts))


def check_golden(root):
    tests = Tests(root)
    patterns = [p for _, text, _ in tests.c + tests.python for p in reads_of(text)]
    return [f"tests/data/golden: no test reads {name}" for name in golden_arrays(root) if not any(p.fullmatch(name) for p in patterns)]
