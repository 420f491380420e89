"""Golden values of the exact search: brute force in f64 over renormalised prefixes of the cut, a full sort by score, then by number."""
import numpy as np

from golden import cut, write

data = {key: array.astype(np.float64) if array.dtype == np.float16 else array for key, array in cut("retrieval").items()}


def prefix(x, width):
    x = x[:, :width]
    return x / np.sqrt(np.sum(x * x, axis=1, keepdims=True))


for kind in ("example", "lemma"):
    for width in (8, 64, 384):
        scores = prefix(data[f"queries.{kind}"], width) @ prefix(data["docs"], width).T
        scores = np.round(scores, 13)    # equal rows tie, whatever the order of BLAS's sums
        order = np.lexsort((np.broadcast_to(np.arange(scores.shape[1]), scores.shape), -scores), axis=1)[:, :10]
        write(f"{kind}.ids.{width}", order.astype(np.int64))
        write(f"{kind}.scores.{width}", np.take_along_axis(scores, order, axis=1), absolute=2e-13)
