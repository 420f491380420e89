"""Golden values of leave-one-out ridge: every cell alone, by its hat matrix in f64; a few rows by really leaving them out. Of f64 rows by
scikit-learn."""
import numpy as np
from sklearn.linear_model import RidgeClassifierCV

from golden import cut, layers, write

DEPTHS = (0, 6)
WIDTHS = (8, 96, 384)
PENALTIES = (0.01, 1.0, 30.0, 1000.0)
F64_CASES = ((40, 128), (100, 384))    # rows, dims
F64_PENALTIES = (0.001, 0.01, 0.1, 1.0, 10.0)

states = cut("states")
x = [layers(states)[depth] for depth in DEPTHS]
labels = np.stack([states["label.person"], states["label.starts_vowel"]]).astype(np.int64)
y = np.where(labels == 1, 1.0, -1.0).T


def predictions_without(x, y, penalty, i):
    rows = np.arange(len(x)) != i
    mean, target = x[rows].mean(0), y[rows].mean(0)
    centred = x[rows] - mean
    w = np.linalg.solve(centred.T @ centred + penalty * np.eye(x.shape[1]), centred.T @ (y[rows] - target))
    return (x[i] - mean) @ w + target


def left_out(x, y, penalty):
    """Prediction of each row by the fit to all others."""
    n = len(x)
    centred = x - x.mean(0)
    hat = centred @ np.linalg.solve(centred.T @ centred + penalty * np.eye(x.shape[1]), centred.T) + 1 / n
    residual = (y - hat @ y) / (1 - np.diag(hat))[:, None]
    for i in (0, n // 2):
        assert np.allclose(y[i] - residual[i], predictions_without(x, y, penalty, i), rtol=1e-6, atol=1e-8)
    return y - residual


error, accuracy = np.empty((2, len(DEPTHS), len(WIDTHS), len(PENALTIES), y.shape[1]))
for l, layer in enumerate(x):
    for k, width in enumerate(WIDTHS):
        for p, penalty in enumerate(PENALTIES):
            predicted = left_out(layer[:, :width], y, penalty)
            error[l, k, p] = ((y - predicted) ** 2).mean(0)
            accuracy[l, k, p] = (np.sign(predicted) == y).mean(0)
write("labels", labels)
write("error", error, relative=2e-5)
write("accuracy", accuracy, absolute=1 / len(y))
write("best", error.argmin(2).astype(np.int64))


def of_scikit_learn(x, label):
    fit = RidgeClassifierCV(F64_PENALTIES, store_cv_results=True).fit(x, label)
    error = fit.cv_results_.reshape(len(x), len(F64_PENALTIES)).mean(0)
    assert fit.alpha_ == F64_PENALTIES[error.argmin()]
    return error


def noise(n, state):
    """Multiples of 2^-23 between -1 and 1, as the test makes them."""
    out = np.empty(n)
    for i in range(n):
        state = (state * 1664525 + 1013904223) % 2**32
        out[i] = (state >> 8) / 2**23 - 1
    return out


# far from 0, so that f32 does not hold the numbers; one task shows in 8 columns, the other in none
rows, width = F64_CASES[-1]
f64_labels = np.stack([np.arange(rows) % 2, np.arange(rows) % 3 == 0]).astype(np.int64)
far = noise(rows * width, 11).reshape(rows, width) + 100
far[:, :8] += f64_labels[0][:, None]
f64_error = np.stack([np.stack([of_scikit_learn(far[:n, :m], label[:n]) for label in f64_labels], 1) for n, m in F64_CASES])
write("f64_labels", f64_labels)
write("f64_error", f64_error, relative=1e-6)
write("f64_best", f64_error.argmin(1).astype(np.int64))
