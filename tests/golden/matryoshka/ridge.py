"""Golden values of leave-one-out ridge: every cell alone, by its hat matrix in f64; a few rows by really leaving them out."""
import numpy as np

from golden import cut, layers, write

DEPTHS = (0, 6)
WIDTHS = (8, 96, 384)
PENALTIES = (0.01, 1.0, 30.0, 1000.0)

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
