"""Golden values of token pooling: each text apart, from its own rows; then the same through zero-padded dense arrays and masks,
padded right and left, which has to give the same (and, for the maximum, does not without the mask)."""
import numpy as np

from golden import cut, layers, write

DEPTHS = (0, 6)
N_TEXTS = 12
N_PADDED = 4

tokens = cut("tokens")
offsets = tokens["offsets"][:N_TEXTS + 1]
ends = list(zip(offsets[:-1], offsets[1:]))
weights = np.concatenate([np.arange(1, end - first + 1) for first, end in ends]).astype(np.float32)  # later tokens count more
states = [layers(tokens)[depth] for depth in DEPTHS]

READOUTS = {
    "mean": lambda x, w: x.mean(0),
    "cls": lambda x, w: x[0],
    "last": lambda x, w: x[-1],
    "max": lambda x, w: x.max(0),
    "weighted": lambda x, w: np.average(x, axis=0, weights=w),
    "first_mean": lambda x, w: (x[0] + x.mean(0)) / 2,
}


def pooled(readout, x):
    return np.stack([READOUTS[readout](x[first:end], weights[first:end]) for first, end in ends])


def padded(x, left):
    """[text, token, dim] with zeros where there is no token, and the mask."""
    longest = max(end - first for first, end in ends)
    dense, mask = np.zeros((N_TEXTS, longest, x.shape[1])), np.zeros((N_TEXTS, longest), np.uint8)
    for i, (first, end) in enumerate(ends):
        place = slice(longest - (end - first), longest) if left else slice(0, end - first)
        dense[i, place], mask[i, place] = x[first:end], 1
    return dense, mask


def check_dense(x, left):
    dense, mask = padded(x, left)
    m = mask[:, :, None]
    mean = (dense * m).sum(1) / m.sum(1)
    first = dense[np.arange(N_TEXTS), mask.argmax(1)]
    last = dense[np.arange(N_TEXTS), mask.shape[1] - 1 - mask[:, ::-1].argmax(1)]
    weight = mask.cumsum(1)[:, :, None] * m
    routes = {"mean": mean, "cls": first, "last": last, "max": np.where(m, dense, -np.inf).max(1),
              "weighted": (dense * weight).sum(1) / weight.sum(1), "first_mean": (first + mean) / 2}
    for readout, route in routes.items():
        assert np.allclose(route, pooled(readout, x), rtol=1e-13, atol=1e-13), readout
    assert not np.allclose(dense.max(1), routes["max"]), "zero padding does not show in the maximum: choose other texts"
    return dense, mask


for readout in READOUTS:
    exact = readout in ("cls", "last", "max")
    cancels = readout == "first_mean"
    write(readout, np.stack([pooled(readout, x) for x in states]).astype(np.float32),
          relative=0.0 if exact or cancels else 2**-23, absolute=2**-22 if cancels else 0.0)
write("weights", weights)
for side in ("right", "left"):
    dense, mask = check_dense(states[-1], side == "left")
    write(f"padded_{side}", dense[:N_PADDED].astype(np.float16))
    write(f"mask_{side}", mask[:N_PADDED])
