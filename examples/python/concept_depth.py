"""Probes that reach their optimum, and the layer where word order is first told: figures that the tests hold the library to."""
import lamella
import numpy as np


def arrays_of(name):
    return lamella.io.File.load(np.fromfile(f"examples/data/{name}.safetensors", "u1")).get


def hold_out(n):
    """0 = tested, as scikit-learn's train_test_split(test_size=.4, random_state=42) takes them; -1 = trained on."""
    folds = np.full(n, -1)
    folds[np.random.RandomState(42).permutation(n)[:int(np.ceil(.4 * n))]] = 0
    return folds


# An 8 or a 3? The least 1/2 |w|^2 + sum log(1 + exp(-y (w.x + b))); scikit-learn stops at 26.485451871 unless it is told to go on.
digits = arrays_of("digits")
rows = np.flatnonzero(np.isin(digits("labels"), [3, 8]))
probe = lamella.probe.Linear.fit([digits("images")[rows]], digits("labels")[rows], folds=hold_out(len(rows)))
print(f"digits: objective {probe.objective.item():.9f}, {probe.correct.sum()} of {probe.correct.size} right")

# Definitions, and the same with their words shuffled. Pairs stay together: by one of a pair the other is known.
order = arrays_of("order")
layers, shuffled, pair = [order(f"layer.{k}") for k in range(7)], order("label.shuffled"), order("group")
probe = lamella.probe.Linear.fit(layers, shuffled, groups=pair, folds=hold_out(300)[pair])
depth = lamella.probe.depth(probe.correct[0], probe.groups)
for layer, accuracy, good in zip(probe.depths, depth.accuracy, depth.as_good):
    print(f"layer {layer}: accuracy {accuracy:.4f}{' *' if good else ''}")
print(f"word order jumps at {depth.result.jump:.3f} of the depth; * = not told from the best layer")

torn = lamella.probe.Linear.fit(layers[:1], shuffled, folds=hold_out(600))
print(f"layer 0 with pairs torn apart: {torn.accuracy_pooled.item():.4f}, below chance")
