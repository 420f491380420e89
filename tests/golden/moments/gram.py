"""Golden values of second moments, in long double by two passes: of [x | y], x = layer 5 of the states at its first 24 dims, y = layer 6
at its first 5, plain and with weights of which every seventh is 0; and
inverse roots of their covariance: whole, with a ridge, without small eigenvalues."""
import numpy as np

from golden import cut, layers, write

states = layers(cut("states"))
x, y = states[5][:, :24].astype(np.longdouble), states[6][:, :5].astype(np.longdouble)
weights = (np.arange(len(x)) % 7) / 4.0
write("weights", weights)


def moments(name, w):
    w = w.astype(np.longdouble)[:, None]
    z = np.hstack([x, y])
    mean = (w * z).sum(0) / w.sum()
    square = (w * (z - mean)).T @ (z - mean)
    scale = float(np.abs(square).max())
    for part, value in (("mean", mean[:24]), ("cross_mean", mean[24:])):
        write(f"{name}.{part}", value.astype(np.float64), absolute=1e-14)
    for part, value in (("gram", square[:24, :24]), ("cross", square[:24, 24:]), ("cross_gram", square[24:, 24:])):
        write(f"{name}.{part}", value.astype(np.float64), absolute=1e-14 * scale)


moments("plain", np.ones(len(x)))
moments("weighted", weights)

z = np.hstack([x, y]).astype(np.float64)
covariance = np.cov(z.T, ddof=0)
values, vectors = np.linalg.eigh(covariance)
for name, ridge in (("whiten", 0.0), ("shrunk", 0.1)):
    write(name, (vectors / np.sqrt(values + ridge * values[-1])) @ vectors.T, absolute=1e-8)
kept = values > 0.1 * values[-1]
write("dropped", (vectors[:, kept] / np.sqrt(values[kept])) @ vectors[:, kept].T, absolute=1e-8)
write("dropped.rank", np.array([kept.sum()]))
