"""Golden values of anchors: farthest points by brute force on the states, condition and rank of a list with NumPy's SVD."""
import numpy as np

from golden import cut, layers, write

states = layers(cut("states"))
start, count = 7, 40


def farthest(x):
    chosen, nearest = [start], np.full(len(x), np.inf)
    while len(chosen) < count:
        nearest = np.minimum(nearest, ((x - x[chosen[-1]]) ** 2).sum(1))
        nearest[chosen] = -1
        chosen.append(int(nearest.argmax()))    # the first of equals
    return np.array(chosen)


write("farthest.unit", farthest(states[5] / np.linalg.norm(states[5], axis=1, keepdims=True)))
write("farthest.raw", farthest(states[5]))

given = np.array([3, 499, 3, 250, 17, 88, 120, 499, 301])
write("given", given)
distinct = np.unique(given)
write("distinct", distinct)
write("condition", np.array([(s := np.linalg.svd(x[distinct], compute_uv=False))[0] / s[-1] for x in states]), relative=1e-9)
write("duplicates", np.array([2] * len(states)))
rank = []
for x in states:
    norms = np.linalg.norm(x, axis=0)
    scaled = x / np.where(norms > 0, norms, 1)
    s = np.linalg.svd(scaled, compute_uv=False) ** 2
    rank.append((s >= max(2.0**-20, 384 * 2.0**-52) * s[0]).sum())
write("rank", np.array(rank))    # of all 500 rows, in the stored f16
