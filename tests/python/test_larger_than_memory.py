"""A stack ten times larger than the workspace goes through pooling, the grids and ridge probes by `read`, and the process stays small."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

import numpy as np

LIMIT = 16 << 20
LAYERS, ROWS, DIM, TOKENS = 7, 32000, 384, 8
RESIDENT = LIMIT + (200 << 20)

OPERATIONS = {
    "pool": "lamella.fusion.pool(stack, ctx=ctx)",
    "cosines": "lamella.matryoshka.grid_cosine(stack, pairs=pairs, widths=[8, 384], ctx=ctx)",
    "ridge grid": "lamella.matryoshka.ridge(stack, labels[None], penalties=[1, 100], widths=[8, 384], ctx=ctx)",
    "ridge probes": "lamella.probe.Linear.fit(stack, labels, kind='ridge', n_folds=2, n_bootstrap=-1, ctx=ctx)",
}

PROGRAM = """
import resource, sys
import numpy as np
import lamella
path, offsets_too = sys.argv[1], sys.argv[2] == "ragged"
stack = lamella.open(path)
ctx = lamella.Context(threads=2, max_workspace_bytes={limit})
labels = np.arange({rows}) // 3 % 2
pairs = np.stack([np.arange({rows} - 1), np.arange(1, {rows})], 1)
result = {call}
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def write_stack(path, ragged):
    """layer.0 .. as f16, block by block; ragged: TOKENS rows a sample."""
    header, offset = {}, 0
    if ragged:
        n = ROWS // TOKENS + 1
        header["offsets"] = {"dtype": "I64", "shape": [n], "data_offsets": [0, 8 * n]}
        offset = 8 * n
    for layer in range(LAYERS):
        size = 2 * ROWS * DIM
        header[f"layer.{layer}"] = {"dtype": "F16", "shape": [ROWS, DIM], "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-(8 + len(text)) % 64)
    rng = np.random.default_rng(0)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        if ragged:
            file.write(np.arange(0, ROWS + 1, TOKENS, dtype=np.int64).tobytes())
        for _ in range(LAYERS):
            file.write(rng.standard_normal((4000, DIM), dtype=np.float32).astype(np.float16).tobytes() * (ROWS // 4000))


class LargerThanMemory(unittest.TestCase):
    def test_each_operation(self):
        self.assertGreater(LAYERS * ROWS * DIM * 2, 10 * LIMIT)
        with tempfile.TemporaryDirectory() as folder:
            for ragged in (True, False):
                path = os.path.join(folder, "ragged" if ragged else "rows")
                write_stack(path, ragged)
                for name, call in OPERATIONS.items():
                    if ragged != (name == "pool"):
                        continue
                    with self.subTest(name):
                        program = PROGRAM.format(limit=LIMIT, rows=ROWS, call=call)
                        run = subprocess.run([sys.executable, "-c", program, path, "ragged" if ragged else ""], capture_output=True, text=True)
                        self.assertEqual(run.returncode, 0, run.stderr)
                        self.assertLess(int(run.stdout), RESIDENT)


if __name__ == "__main__":
    unittest.main()
