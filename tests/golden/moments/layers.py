"""Golden values of what a stack's layers look like: long double, two passes, of the states, of the tokens (every token is a row),
and of a small stack with odd rows and columns planted in it."""
import numpy as np

from golden import cut, layers, write

EPS = 2.0**-52
OUTLIER = 100


def figures(stack):
    result = {name: [] for name in ("norms", "counts", "shares", "cosine", "mean", "variance")}
    before = None
    for given in stack:
        finite = np.isfinite(given).all(1)
        x = given[finite].astype(np.longdouble)
        n, dim = x.shape
        norm = np.sqrt((x**2).sum(1))
        mean, variance = x.mean(0), x.var(0)
        rms = np.sqrt((x**2).mean(0))
        constant = variance <= n * EPS * variance + (n * EPS * mean) ** 2
        energy = (x**2).sum(0)
        result["norms"].append((norm.mean(), norm.min(), norm.max()))
        result["counts"].append((len(given), (norm == 0).sum(), (np.ptp(x, axis=1) == 0).sum(), (~finite).sum(), (energy == 0).sum(),
                                 constant.sum(), (~np.isfinite(given)).any(0).sum(), (rms > OUTLIER * np.median(rms)).sum()))
        result["shares"].append([energy[:-(-dim // part)].sum() / energy.sum() for part in (8, 4, 2)])
        result["cosine"].append(np.nan if before is None else mean_cosine(before, given))
        result["mean"].append(mean)
        result["variance"].append(variance)
        before = given
    return {name: np.array(value, np.int64 if name == "counts" else np.float64) for name, value in result.items()}


def mean_cosine(a, b):
    both = np.isfinite(a).all(1) & np.isfinite(b).all(1)
    a, b = a[both].astype(np.longdouble), b[both].astype(np.longdouble)
    norms = np.sqrt((a**2).sum(1)) * np.sqrt((b**2).sum(1))
    return np.divide((a * b).sum(1), norms, out=np.zeros_like(norms), where=norms > 0).mean()


def planted():
    """Zero, constant and non-finite rows; a zero, a constant, a huge and a tiny column."""
    x = np.stack(layers(cut("states", rows=slice(0, 500, 12))))[2:4, :, :24].astype(np.float32)
    x[:, :, 9], x[:, :, 11] = 0, 2.5
    x[0, :, 13] *= 1000
    x[1, :, 15] *= np.float32(1e-20)
    x[0, 3], x[0, 5] = 0, 0.75
    x[0, 7, 20], x[1, 8, 21], x[1, 9, 21] = np.nan, np.inf, -np.inf
    return x


write("planted", planted())
for name, stack in (("states", layers(cut("states"))), ("tokens", layers(cut("tokens"))), ("planted", planted())):
    for figure, value in figures(stack).items():
        near_zero = figure == "mean"  # a mean of numbers of both signs: its error is measured against them
        write(f"{name}.{figure}", value, relative=0.0 if figure == "counts" or near_zero else 1e-12, absolute=1e-12 if near_zero else 0.0)
