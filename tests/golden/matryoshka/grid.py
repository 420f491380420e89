"""Golden values of the grid: cosines in f64 of renormalised prefixes, dot products of all prefixes by one cumulative sum, SciPy's spearmanr
with gold full of ties."""
import numpy as np
from scipy.stats import spearmanr

from golden import cut, layers, write

WIDTHS = (384, 8, 16, 100, 1)

arrays = cut("states")
states = layers(arrays)
rng = np.random.default_rng(17)
pairs = rng.integers(0, len(states[0]), (400, 2))
depth = arrays["label.depth"]
gold = -np.abs(depth[pairs[:, 0]] - depth[pairs[:, 1]])    # how near in depth of the hierarchy: 400 pairs, some ten values


def cosine(a, b, width):
    a, b = a[:, :width], b[:, :width]
    return (a * b).sum(1) / np.sqrt((a * a).sum(1) * (b * b).sum(1))


grid = np.array([[cosine(x[pairs[:, 0]], x[pairs[:, 1]], width) for width in WIDTHS] for x in states])
write("pairs", pairs.astype(np.int64))
write("gold", gold.astype(np.int32))
write("cosine", grid[:, :, ::10], absolute=1e-14)
nested = np.array([np.cumsum(x[pairs[::10, 0]] * x[pairs[::10, 1]], 1)[:, np.array(WIDTHS) - 1].T for x in states])
write("dot", nested, absolute=1e-13)
write("rho", np.array([[spearmanr(cell, gold).statistic for cell in layer] for layer in grid]), absolute=1e-9)
print(len(np.unique(gold)), "gold values")
