"""Golden values come from here: independent NumPy, on cuts of real data, with the tolerance stored beside each array.

A generator tests/golden/ROOM/OPERATION.py writes tests/data/golden/ROOM/OPERATION.safetensors:

    from golden import cut, layers, write
    write("mean", x.mean(0), relative=2**-23)

Run as a program, this file runs every generator afresh and compares with what is committed, within the stored tolerances.
"""
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "..", "examples", "data")
COMMITTED = os.path.join(HERE, "..", "data", "golden")
OUT = os.environ.get("GOLDEN_OUT", COMMITTED)
ALIGNMENT = 64
DTYPES = {"f4": "F32", "f8": "F64", "f2": "F16", "i4": "I32", "i8": "I64", "u1": "U8"}

arrays, tolerances = {}, {}


def cut(name, rows=slice(None)):
    """The arrays of examples/data/NAME.safetensors by name, these rows of each."""
    return {key: array[rows] for key, array in load_file(f"{DATA}/{name}.safetensors").items()}


def layers(arrays_of_cut):
    """layer.0, layer.1 ... of a cut, as f64."""
    depths = sorted(int(key[6:]) for key in arrays_of_cut if key.startswith("layer."))
    return [arrays_of_cut[f"layer.{depth}"].astype(np.float64) for depth in depths]


def write(name, array, relative=0.0, absolute=0.0):
    """Adds an array to the generator's file; no tolerance: it is an input, or has to be equal."""
    assert not (relative and absolute), "one tolerance, relative or absolute"
    arrays[name] = np.ascontiguousarray(array)
    tolerances[name] = f"absolute {float(absolute)!r}" if absolute else f"relative {float(relative)!r}"
    save(os.path.join(OUT, os.path.splitext(os.path.relpath(sys.modules["__main__"].__file__, HERE))[0] + ".safetensors"))


def save(path):
    """The same bytes whenever the arrays are the same; arrays by falling element size, so that each is aligned."""
    header, offset = {"__metadata__": dict(sorted(tolerances.items()))}, 0
    order = sorted(arrays, key=lambda name: (-arrays[name].itemsize, name))
    for name in order:
        array = arrays[name]
        header[name] = {"dtype": DTYPES[array.dtype.str[1:]], "shape": list(array.shape), "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(8 + len(text)) % ALIGNMENT)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for name in order:
            file.write(arrays[name].astype(arrays[name].dtype.newbyteorder("<")).tobytes())


def load(path):
    with safe_open(path, "np") as file:
        return {key: file.get_tensor(key) for key in file.keys()}, file.metadata()


def difference(name, fresh, committed, tolerance):
    """What is wrong with a fresh array; "" if nothing is."""
    if fresh.dtype != committed.dtype or fresh.shape != committed.shape:
        return f"{name} is {fresh.dtype} {fresh.shape}, committed {committed.dtype} {committed.shape}"
    kind, bound = tolerance.split()
    bounds = {"rtol": float(bound), "atol": 0} if kind == "relative" else {"rtol": 0, "atol": float(bound)}
    far = ~np.isclose(fresh.astype(np.float64), committed.astype(np.float64), equal_nan=True, **bounds)
    return f"{name} differs in {far.sum()} of {far.size} elements (tolerance {tolerance})" if far.any() else ""


def compare(fresh_path, committed_path):
    fresh, fresh_tolerances = load(fresh_path)
    committed, stored = load(committed_path)
    if fresh.keys() != committed.keys() or fresh_tolerances != stored:
        return [f"arrays or tolerances differ: {sorted(fresh_tolerances.items())}, committed {sorted(stored.items())}"]
    return [wrong for name in sorted(fresh) if (wrong := difference(name, fresh[name], committed[name], stored[name]))]


def generators():
    for room in sorted(entry.name for entry in os.scandir(HERE) if entry.is_dir() and entry.name != "__pycache__"):
        for script in sorted(os.listdir(os.path.join(HERE, room))):
            if script.endswith(".py"):
                yield f"{room}/{script[:-3]}"


def main():
    failed = 0
    with tempfile.TemporaryDirectory() as out:
        for name in generators():
            environment = dict(os.environ, GOLDEN_OUT=out, PYTHONPATH=HERE)
            run = subprocess.run([sys.executable, f"{HERE}/{name}.py"], env=environment)
            wrong = ["the generator failed"] if run.returncode else compare(f"{out}/{name}.safetensors", f"{COMMITTED}/{name}.safetensors")
            print(f"{'FAILED' if wrong else 'ok':6} {name}", *wrong, sep="\n       " if wrong else " ")
            failed += bool(wrong)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
