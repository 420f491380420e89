"""One check of the tree: python3 check.py NAME ROOT [compiler or library]. Lists what is wrong; status 1 if something is."""
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "src" / "tools"))
sys.dont_write_bytecode = True

import built  # noqa: E402
import generate  # noqa: E402
import headers  # noqa: E402
import levels  # noqa: E402
import touched  # noqa: E402
import tree  # noqa: E402

CHECKS = {
    "grammar": lambda root: headers.read(root).errors,
    "stale": generate.stale,
    "levels": levels.check,
    "circles": levels.check_circles,
    "tested": tree.check_tested,
    "options": touched.check_options,
    "golden": touched.check_golden,
    "catalogue": tree.check_catalogue,
    "words": tree.check_words,
    "alone": built.check_alone,
    "layout": built.check_layout,
    "symbols": built.check_symbols,
    "one_file": built.check_one_file,
}


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in CHECKS:
        print(__doc__, *CHECKS, sep="\n")
        return 2
    faults = CHECKS[sys.argv[1]](Path(sys.argv[2]).resolve(), *sys.argv[3:])
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
