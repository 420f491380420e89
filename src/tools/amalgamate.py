"""Writes the library as one .c and one .h: every source file once, own headers where they are first included, kernels.inc at each place.

    python3 src/tools/amalgamate.py OUT_DIR [ROOT]
"""
import re
import sys
from pathlib import Path

import csource
import headers

# Folders by level. On levels 2 and 3 each may include those before it.
LEVELS = (("base",), ("options", "simd", "par"), ("order", "tensor", "linalg"),
          ("io", "codes", "reduce", "samples", "moments", "measure", "similar", "attend", "loss", "solve", "canvas", "edit", "record", "context"),
          ("probe", "matryoshka", "relative", "fusion"))
FOLDERS = [folder for level in LEVELS for folder in level]    # those that are not there yet are passed over
OWN = re.compile(r'\s*#\s*include\s+"([^"]+)"')
OPENING = """\
/* Lamella {version} as one file, made by src/tools/amalgamate.py. Compile it as C99 or later and link OpenBLAS and threads. */
#define LAMELLA_AMALGAMATION
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE /* the names of POSIX, which -std=c11 hides */
#endif
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize ("fp-contract=off")
#endif
#include "lamella.h"
"""


class Stray(Exception):
    """What keeps the sources from standing in one file."""


def one_header(api):
    """All public headers in the order of the umbrella, without their own includes of each other."""
    first = (api.root / "include" / "lamella.h").read_text(encoding="utf-8").split("\n", 1)[0]
    parts = [first, "#ifndef LAMELLA_H", "#define LAMELLA_H"]
    for path, _, _, _ in api.headers:
        lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
        parts += [line for line in lines if not OWN.match(line)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts + ["", "#endif", ""]))


def inlined(root, name, seen, out):
    """A source file with own headers in place of their includes, each once; .inc files each time."""
    depth = 0
    base = 1 if name.endswith(".h") else 0    # inside the header's guard
    for number, line in enumerate((root / "src" / name).read_text(encoding="utf-8").rstrip("\n").split("\n"), 1):
        directive = re.match(r"\s*#\s*(if|endif)", line)
        if directive:
            depth += 1 if directive[1] == "if" else -1
        match = OWN.match(line)
        if not match:
            out.append(line)
        elif match[1].endswith(".inc"):
            inlined(root, match[1], seen, out)
        elif not match[1].startswith("lamella") and match[1] not in seen:
            if depth != base:
                raise Stray(f"{name}:{number}: {match[1]} is included under a condition")
            seen.add(match[1])
            inlined(root, match[1], seen, out)


def sources(root):
    return [str(path.relative_to(root / "src")) for folder in FOLDERS for path in sorted((root / "src" / folder).glob("*.c"))]


def clashes(root):
    """Names at file scope that two files of src declare."""
    places = {}
    paths = [path for folder in FOLDERS for path in sorted((root / "src" / folder).glob("*.[ch]"))]
    for path in paths:
        names = csource.names_of(path.read_text(encoding="utf-8"), path.suffix == ".h")
        for space in ("macros", "tags", "ordinary"):
            for name in getattr(names, space):
                places.setdefault((space, name), []).append(str(path.relative_to(root)))
    macros = {name for space, name in places if space == "macros"}
    found = [f"{', '.join(where)}: {name} is declared in each ({space})" for (space, name), where in sorted(places.items()) if len(where) > 1]
    found += [f"{where[0]}: {name} is a macro elsewhere" for (space, name), where in sorted(places.items())
              if space != "macros" and name in macros]
    return found


def one_source(api):
    seen, out = set(), [OPENING.format(version=api.version())]
    for name in sources(api.root):
        out.append(f"\n/* ---- {name} ---- */")
        inlined(api.root, name, seen, out)
    return "\n".join(out) + "\n"


def main():
    if len(sys.argv) not in (2, 3):
        print(__doc__)
        return 2
    root = Path(sys.argv[2]) if len(sys.argv) == 3 else Path(__file__).resolve().parents[2]
    api = headers.read(root)
    try:
        faults = api.errors + clashes(api.root)
        text = one_source(api)
    except Stray as stray:
        faults = [str(stray)]
    if faults:
        print("\n".join(faults))
        return 1
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    (target / "lamella.c").write_text(text, encoding="utf-8")
    (target / "lamella.h").write_text(one_header(api), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
