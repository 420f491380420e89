import pathlib
import tempfile

import lamella
import numpy as np

with tempfile.TemporaryDirectory() as folder, lamella.open("examples/data/states.safetensors") as states:
    for i in range(3):
        lamella.io.stack_save(pathlib.Path(folder, f"batch{i}.safetensors"), [layer[200 * i:200 * i + 200] for layer in states.layers])
    batches = [lamella.open(path) for path in sorted(pathlib.Path(folder).glob("batch*"))]
    layers = [np.concatenate(parts) for parts in zip(*(batch.layers for batch in batches))]
print(lamella.Stack(layers))
