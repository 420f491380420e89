"""Files as the reference writers write them, and the arrays' own bytes: numpy.save and safetensors, every dtype that both sides know."""
import io

import numpy as np
from golden import write
from safetensors.numpy import save

rng = np.random.default_rng(5)
CODES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I8": "|i1", "U8": "|u1", "BOOL": "|b1"}
SHAPES = [(3, 5), (), (0, 4), (2, 1, 3)]


def as_bytes(data):
    return np.frombuffer(data, np.uint8)


def saved(array):
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def array_of(code, shape):
    """Any bits: NaN payloads, subnormals and infinities too; bool 0 or 1."""
    size = int(np.prod(shape, dtype=int)) * np.dtype(code).itemsize
    data = rng.integers(0, 2 if code == "|b1" else 256, size, dtype=np.uint8)
    return np.frombuffer(data.tobytes(), code).reshape(shape)


tensors = {}
for name, code in CODES.items():
    for k, shape in enumerate(SHAPES):
        x = array_of(code, shape)
        tensors[f"{name}.{k}"] = x
        write(f"npy.{name}.{k}", as_bytes(saved(x)))
        if shape:
            write(f"fortran.{name}.{k}", as_bytes(saved(np.asfortranarray(x))))
        write(f"raw.{name}.{k}", as_bytes(x.tobytes()))
raw = array_of("<u2", (3, 5))
write("npy.BF16.0", as_bytes(saved(raw.view("V2"))))
write("raw.BF16.0", as_bytes(raw.tobytes()))
# one key of metadata: the order of several differs from run to run
write("safetensors", as_bytes(save(tensors, {"who": "the reference writer"})))
