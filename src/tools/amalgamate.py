"""Writes the library as one .c and one .h: every source file once, own headers where they are first included, kernels.inc at each place.

What several files call by one name has the file's before it in the one: the headers first, then `#define pass solve_logistic_pass`, the
file, `#undef pass`. Macros of a file end with it.

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
SYSTEM = re.compile(r"\s*#\s*include\s+<")
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
    """Appends a file with own headers in place of their includes, each once; .inc files each time. Of a .c all includes come first: its
    names are its own from there on. The number of lines up to them."""
    depth, n_first = 0, len(out)
    base = 1 if name.endswith(".h") else 0    # inside the header's guard
    for number, line in enumerate((root / "src" / name).read_text(encoding="utf-8").rstrip("\n").split("\n"), 1):
        directive = re.match(r"\s*#\s*(if|endif)", line)
        if directive:
            depth += 1 if directive[1] == "if" else -1
        match = OWN.match(line)
        if not match:
            out.append(line)
            if SYSTEM.match(line) and depth == base:
                n_first = len(out)
        elif match[1].endswith(".inc"):
            inlined(root, match[1], seen, out)
        elif not match[1].startswith("lamella") and match[1] not in seen:
            if depth != base:
                raise Stray(f"{name}:{number}: {match[1]} is included under a condition")
            seen.add(match[1])
            inlined(root, match[1], seen, out)
            n_first = len(out)
    return n_first


def sources(root):
    return [str(path.relative_to(root / "src")) for folder in FOLDERS for path in sorted((root / "src" / folder).glob("*.c"))]


def all_names(root):
    """Path under src -> Names at its file scope."""
    paths = [path for folder in FOLDERS for path in sorted((root / "src" / folder).glob("*.[ch]"))]
    return {path.relative_to(root / "src").as_posix(): csource.names_of(path.read_text(encoding="utf-8"), path.suffix == ".h") for path in paths}


def clashes(root):
    """Names that two headers declare, and macros of headers that are a name elsewhere."""
    places, macros, found = {}, {}, []
    names = all_names(root)
    for path in names:
        if path.endswith(".h"):
            for space in ("macros", "tags", "ordinary"):
                for name in getattr(names[path], space):
                    places.setdefault((space, name), []).append(f"src/{path}")
            macros.update((name, path) for name in names[path].macros)
    found += [f"{', '.join(where)}: {name} is declared in each ({space})" for (space, name), where in sorted(places.items()) if len(where) > 1]
    for path in names:
        found += [f"src/{path}: {name} is a macro of src/{macros[name]}" for name in sorted(names[path].tags | names[path].ordinary) if name in macros]
        if path.endswith(".c"):
            found += [f"src/{path}: {name} is a macro of src/{macros[name]}" for name in sorted(names[path].macros) if name in macros]
    return found


def own_names(names):
    """Path of each .c -> its names that some other file declares too. A struct that a header names is the header's."""
    files = {}
    for path, found in names.items():
        for name in found.tags | found.ordinary | found.macros:
            files.setdefault(name, set()).add(path)
    of_headers = set().union(*(found.tags | found.ordinary for path, found in names.items() if path.endswith(".h")))
    return {path: sorted(name for name in found.ordinary | found.tags - of_headers if len(files[name]) > 1)
            for path, found in names.items() if path.endswith(".c")}


def one_source(api):
    seen, out = set(), [OPENING.format(version=api.version())]
    names = all_names(api.root)
    own_of = own_names(names)
    for name in sources(api.root):
        out.append(f"\n/* ---- {name} ---- */")
        n_first = inlined(api.root, name, seen, out)
        before = name[:-2].replace("/", "_")
        out[n_first:n_first] = [f"#define {own} {before}_{own}" for own in own_of[name]]
        out += [f"#undef {own}" for own in own_of[name] + sorted(names[name].macros)]
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
