"""Files to look at, written byte by byte, and the figures of their layers computed from the definitions. Standard library only."""
import json
import math
import struct

SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "U8": 1, "I8": 1, "BOOL": 1, "U16": 2, "U32": 4, "U64": 8,
         "F8_E4M3": 1}
CODES = {"F64": "d", "F32": "f", "F16": "e", "I64": "q", "I32": "i", "I16": "h", "U8": "B", "I8": "b", "BOOL": "B", "U16": "H", "U32": "I",
         "U64": "Q", "F8_E4M3": "B"}


def count(shape):
    return math.prod(shape)


def encode(dtype, values):
    if dtype == "BF16":
        return b"".join(struct.pack("<f", v)[2:] for v in values)
    return struct.pack("<%d%s" % (len(values), CODES[dtype]), *values)


def decode(dtype, data):
    if dtype == "BF16":
        return [struct.unpack("<f", b"\0\0" + data[i:i + 2])[0] for i in range(0, len(data), 2)]
    return struct.unpack("<%d%s" % (len(data) // SIZES[dtype], CODES[dtype]), data)


def safetensors(arrays, metadata=None):
    """arrays: name -> (dtype, shape, flat values)"""
    header, body = {}, b""
    if metadata:
        header["__metadata__"] = metadata
    for name, (dtype, shape, values) in arrays.items():
        data = encode(dtype, values)
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + body


def read_safetensors(data):
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    body = data[8 + length:]
    return {name: (e["dtype"], e["shape"], decode(e["dtype"], body[slice(*e["data_offsets"])])) for name, e in header.items()}


def npy(descr, shape, data):
    text = ("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }" % (descr, "".join("%d," % n for n in shape))).encode()
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text + data


def rows_of(array):
    _, shape, values = array
    dim = shape[-1]
    return [values[i:i + dim] for i in range(0, len(values), dim)]


def column_figures(rows, dim):
    """Mean and variance of each column, and its sum of squares."""
    n = len(rows)
    columns = list(zip(*rows))
    mean = [math.fsum(c) / n for c in columns]
    variance = [math.fsum((x - m) ** 2 for x in c) / n for c, m in zip(columns, mean)]
    return mean, variance, [math.fsum(x * x for x in c) for c in columns]


def cosine(a, b):
    na, nb = math.sqrt(math.fsum(x * x for x in a)), math.sqrt(math.fsum(x * x for x in b))
    return math.fsum(x * y for x, y in zip(a, b)) / (na * nb) if na * nb else 0.0


def layer_figures(rows, before, threshold=100):
    """What include/lamella/moments.h defines, as look's JSON spells it."""
    dim, finite = len(rows[0]), [all(map(math.isfinite, r)) for r in rows]
    kept = [r for r, ok in zip(rows, finite) if ok]
    mean, variance, squares = column_figures(kept, dim)
    norms = [math.sqrt(math.fsum(x * x for x in r)) for r in kept]
    eps, n = 2.0 ** -52, len(kept)
    constant = [j for j in range(dim) if variance[j] <= n * eps * variance[j] + (n * eps * mean[j]) ** 2]
    rms = [math.sqrt(q / n) for q in squares]
    order = sorted(rms)
    median = (order[(dim - 1) // 2] + order[dim // 2]) / 2
    total = math.fsum(squares)
    pairs = [(a, b) for a, b, ok in zip(rows, before or [], finite) if ok and all(map(math.isfinite, b))]
    same = before and len(before[0]) == dim
    return {
        "rows": len(rows), "width": dim,
        "norm_mean": math.fsum(norms) / n, "norm_min": min(norms), "norm_max": max(norms),
        "zero_rows": sum(not any(r) for r in kept), "constant_rows": sum(min(r) == max(r) for r in kept),
        "nonfinite_rows": len(rows) - n, "zero_columns": sum(q == 0 for q in squares), "constant_columns": len(constant),
        "nonfinite_columns": sum(not all(map(math.isfinite, c)) for c in zip(*rows)),
        "outlier_columns": sum(x > threshold * median for x in rms),
        "share_eighth": math.fsum(squares[:-(-dim // 8)]) / total if total else 0.0,
        "share_quarter": math.fsum(squares[:-(-dim // 4)]) / total if total else 0.0,
        "share_half": math.fsum(squares[:-(-dim // 2)]) / total if total else 0.0,
        "cosine": math.fsum(cosine(a, b) for a, b in pairs) / len(pairs) if same and pairs else None,
        "outlier_dims": [j for j in range(dim) if rms[j] > threshold * median],
        "zero_dims": [j for j in range(dim) if squares[j] == 0],
        "constant_dims": constant,
    }
