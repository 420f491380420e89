"""Golden values of the decompositions, from NumPy and SciPy on the states: spectra, factors and inverses that the signs and orders of the
library fix. `wide`, `rows` and `gram` are what goes in."""
import numpy as np
import scipy.linalg

from golden import cut, layers, write


def largest_positive(vectors):
    """Of each row."""
    at = np.abs(vectors).argmax(1)
    return vectors * np.sign(vectors[np.arange(len(vectors)), at])[:, None]


states = layers(cut("states", rows=slice(0, 500, 5)))[4][:, :40]
rows = np.ascontiguousarray(states - states.mean(0))
gram = rows.T @ rows
write("rows", rows)
write("gram", gram)

write("cholesky", np.linalg.cholesky(gram), absolute=1e-13)
write("inverse", np.linalg.inv(np.linalg.cholesky(gram)), absolute=1e-11)

values, vectors = np.linalg.eigh(gram)
write("eigenvalues", values[::-1], relative=1e-12)
write("eigenvectors", largest_positive(vectors.T[::-1]), absolute=1e-11)

u, s, vt = np.linalg.svd(rows, full_matrices=False)
fixed = largest_positive(vt)
write("singular", s, relative=1e-12)
write("right", fixed, absolute=1e-11)
write("left", u * (fixed * vt).sum(1), absolute=1e-11)
write("pinv", np.linalg.pinv(rows), absolute=1e-12)

q, r = np.linalg.qr(rows)
sign = np.sign(np.diag(r))
write("q", q * sign, absolute=1e-13)
write("r", r * sign[:, None], absolute=1e-12)
_, r, pivot = scipy.linalg.qr(rows, mode="economic", pivoting=True)
write("pivot", pivot.astype(np.int64))
write("pivoted_r", r * np.sign(np.diag(r))[:, None], absolute=1e-12)
