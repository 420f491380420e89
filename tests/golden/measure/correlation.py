"""Golden correlations: scipy.stats.pearsonr with its Fisher interval, and spearmanr with ties. Cosines of two layers, against the words."""
import numpy as np
from scipy.stats import pearsonr, spearmanr

from golden import cut, layers, write

states = cut("states", rows=slice(0, 500, 5))
x = layers(states)
length = states["label.words"].astype(np.float64)
cosine = (x[1] * x[6]).sum(1) / np.linalg.norm(x[1], axis=1) / np.linalg.norm(x[6], axis=1)
CASES = {"words": (cosine, length), "shifted": (1e6 + cosine, length * 1e-200), "few": (cosine[:4], length[:4])}

for name, (a, b) in CASES.items():
    pearson = pearsonr(a, b * 1e200 if name == "shifted" else b)
    low, high = pearson.confidence_interval(0.95)
    low99, high99 = pearson.confidence_interval(0.99)
    write(f"{name}.x", a)
    write(f"{name}.y", b)
    write(f"{name}.figures", np.array([pearson.statistic, low, high, low99, high99, spearmanr(a, b).statistic]),
          relative=1e-8 if name == "shifted" else 1e-12)   # 1e6 + x holds nine digits of x
