"""Regenerates everything that is made from the headers; with --check only says what is stale.

    python3 src/tools/generate.py [--check] [ROOT]
"""
import argparse
import sys
from pathlib import Path

import abi
import catalogue
import headers
import inferred
import matrix
import mirror
import options


MIRROR = "src/python/lamella/_mirror"


def first_line(path):
    return path.read_text(encoding="utf-8").split("\n", 1)[0]


def includes(paths):
    """#include lines with the first comment of each header behind them, in one column."""
    quoted = [f'#include "lamella/{path}"' for path, _ in paths]
    width = max(len(line) for line in quoted)
    return "\n".join(f"{line:{width}} {comment}" for line, (_, comment) in zip(quoted, paths))


def plate(title, guard, paths):
    return f"{title}\n#ifndef {guard}\n#define {guard}\n\n{includes(paths)}\n\n#endif\n"


def doorplates(api):
    """The umbrella, and for each room of several families its own header; their first lines are kept."""
    folder = api.root / "include" / "lamella"
    rooms = list(dict.fromkeys(room for _, room, _, _ in api.headers))
    made = {}
    for room in rooms:
        families = [(f"{room}/{path.name}", first_line(path)) for path, r, _, _ in api.headers if r == room and path.parent != folder]
        if families:
            door = folder / f"{room}.h"
            if not door.exists():
                raise SystemExit(f"{door}: write its first line, /* {room}: what the room holds */; the rest is made")
            made[door] = plate(first_line(door), f"LAMELLA_{room.upper()}_H", families)
    umbrella = api.root / "include" / "lamella.h"
    made[umbrella] = plate(first_line(umbrella), "LAMELLA_H", [(f"{room}.h", first_line(folder / f"{room}.h")) for room in rooms])
    return made


def everything(api):
    """Path -> text of all that is generated."""
    made = doorplates(api)
    made.update((api.root / MIRROR / name, text) for name, text in mirror.files(api).items())
    made[api.root / "src/options/options.h"] = options.c_header(api)
    made[api.root / "src/options/options.c"] = options.c_source(api)
    made[api.root / "tests/api/abi.txt"] = abi.text(api)
    made[api.root / "tests/api/inferred.txt"] = inferred.text(api)
    made[api.root / "tests/support/operations.inc"] = matrix.operations(api)
    made[api.root / "README.md"] = catalogue.readme(api)
    return made


def stale(root):
    """What differs from what the headers say now."""
    api = headers.read(root)
    if api.errors:
        return api.errors
    made = everything(api)
    left = sorted(set((api.root / MIRROR).glob("*.py")) - set(made))
    return [f"stale: {path.relative_to(api.root)}; type: python3 src/tools/generate.py" for path, text in made.items()
            if not path.exists() or path.read_text(encoding="utf-8") != text] + [f"left over: {path.relative_to(api.root)}; delete it" for path in left]


def write(root):
    """Writes what is stale; returns what is wrong in the headers."""
    api = headers.read(root)
    if api.errors:
        return api.errors
    for path, text in everything(api).items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(api.root)}")
    return []


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; say what is stale")
    parser.add_argument("root", nargs="?", default=Path(__file__).resolve().parents[2], type=Path)
    given = parser.parse_args()
    faults = (stale if given.check else write)(given.root)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
