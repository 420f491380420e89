"""Golden values of relative projections, in long double (whitening by LAPACK in double): rows 0, 7, 14 ... of the digits in two spaces of
different width, 60 anchors of numpy's default generator. Every transform, every similarity."""
import numpy as np

from golden import cut, write

digits = cut("digits")
anchors = np.random.default_rng(1).choice(digits["train"], 60, replace=False)
write("anchors", anchors.astype(np.int64))
ROWS = slice(0, 140, 7)
LONG = np.longdouble


def fit(transform, s):
    """x -> T x, fitted on the anchors s."""
    mean, spread = s.mean(0), s.std(0)
    if transform == "none":
        return lambda x: x
    if transform == "centre":
        return lambda x: x - mean
    if transform == "zscore":
        return lambda x: (x - mean) / spread
    z = (s - mean).astype(np.float64)
    values, vectors = np.linalg.eigh(z.T @ z / len(z))
    kept = values >= 1e-6 * values[-1]
    root = (vectors[:, kept] / np.sqrt(values[kept] + 0.1 * values[-1])) @ vectors[:, kept].T
    return lambda x: (x - mean) @ root


def cosine(x, s):
    return (x / np.sqrt((x * x).sum(1, keepdims=True))) @ (s / np.sqrt((s * s).sum(1, keepdims=True))).T


def between(x, s):
    return np.abs(x[:, None] - s[None])


SIMILARITIES = {
    "cosine": cosine,
    "angular": lambda x, s: np.arccos(np.clip(cosine(x, s), -1, 1)) / LONG(np.pi),
    "euclidean": lambda x, s: np.sqrt((between(x, s) ** 2).sum(2)),
    "l1": lambda x, s: between(x, s).sum(2),
    "linf": lambda x, s: between(x, s).max(2),
    "basis": lambda x, s: x @ np.linalg.pinv(s.T.astype(np.float64)).T,
}


def project(space, transform, similarity, by_mean=False, relative="none"):
    x, s = digits[space][ROWS].astype(LONG), digits[space][anchors].astype(LONG)
    t = fit(transform, s)
    compare = SIMILARITIES[similarity]
    scale = compare(t(s), t(s)).mean() if by_mean else 1
    r, own = compare(t(x), t(s)) / scale, compare(t(s), t(s)) / scale
    return fit(relative, own)(r)


def out(name, *arguments, absolute, **options):
    for space in ("z0", "z2"):
        write(f"{name}.{space}", project(space, *arguments, **options).astype(np.float32), absolute=absolute)


for transform in ("none", "centre", "zscore", "whiten"):
    out(f"cosine.{transform}", transform, "cosine", absolute=1e-6)
out("angular.centre", "centre", "angular", absolute=1e-7)
out("euclidean.zscore", "zscore", "euclidean", absolute=2e-6)
out("l1.centre", "centre", "l1", absolute=4e-6)
out("linf.whiten", "whiten", "linf", absolute=1e-6)
out("basis.centre", "centre", "basis", absolute=1e-6)
out("euclidean.by_mean", "none", "euclidean", by_mean=True, absolute=1e-6)
out("l1.by_mean", "none", "l1", by_mean=True, absolute=1e-6)
out("linf.by_mean", "none", "linf", by_mean=True, absolute=1e-6)
out("cosine.relative_zscore", "centre", "cosine", relative="zscore", absolute=4e-6)
out("euclidean.relative_centre", "centre", "euclidean", relative="centre", absolute=2e-6)
for space in ("z0", "z2"):
    write(f"l1.none.{space}", project(space, "none", "l1").astype(np.float32), absolute=4e-6)
    write(f"linf.none.{space}", project(space, "none", "linf").astype(np.float32), absolute=1e-6)
    write(f"euclidean.none.{space}", project(space, "none", "euclidean").astype(np.float32), absolute=1e-6)
