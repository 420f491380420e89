"""Golden scores of predictions: scikit-learn. Average precision of tied scores, which scikit-learn takes at the end of each group, comes
from the hypergeometric distribution of the positives ahead, place by place."""
from itertools import permutations
from math import comb

import numpy as np
from sklearn.metrics import accuracy_score, average_precision_score, f1_score, roc_auc_score

from golden import cut, layers, write

states = cut("states")
x = layers(states)[3]
person, supersense, words = states["label.person"], states["label.supersense"], states["label.words"]
held = np.arange(0, 500, 4)
rest = np.setdiff1d(np.arange(500), held)


def ap_of_order(gold):
    precision = np.cumsum(gold) / np.arange(1, len(gold) + 1)
    return precision[gold == 1].mean()


def expected_ap(gold, score):
    """sum over places of P(positive there) E[precision | positive there] / positives."""
    total, seen, positives = 0.0, 0, 0
    for value in np.unique(score)[::-1]:
        tied = gold[score == value]
        m, p = len(tied), int(tied.sum())
        for j in range(1, m + 1 if p else 0):
            chance = [comb(p - 1, ahead) * comb(m - p, j - 1 - ahead) / comb(m - 1, j - 1) for ahead in range(min(j, p))]
            total += p / m * sum(c * (positives + ahead + 1) for ahead, c in enumerate(chance)) / (seen + j)
        seen, positives = seen + m, positives + p
    return total / gold.sum()


def check_expected_ap():
    gold, score = np.array([1, 0, 1, 1, 0, 0, 1]), np.array([3, 2, 2, 2, 1, 1, 1])
    orders = [np.concatenate(([1], a, b)) for a in permutations(gold[1:4]) for b in permutations(gold[4:])]
    assert abs(np.mean([ap_of_order(order) for order in orders]) - expected_ap(gold, score)) < 1e-14


def figures(gold, score, weight=None):
    claimed = (score > 0).astype(int)
    ap = average_precision_score(gold, score, sample_weight=weight) if len(np.unique(score)) == len(score) else expected_ap(gold, score)
    return [accuracy_score(gold, claimed, sample_weight=weight), f1_score(gold, claimed, sample_weight=weight, zero_division=0),
            roc_auc_score(gold, score, sample_weight=weight), ap]


check_expected_ap()
direction = x[rest][person[rest] == 1].mean(0) - x[rest][person[rest] == 0].mean(0)
score = x[held] @ direction
score -= np.median(score)
gold = person[held].astype(int)
weight = words[held] / 4
tied = np.round(score * 2 / score.std()) / 2
assert len(np.unique(score)) == len(score) and len(np.unique(tied)) < 20
write("score", score)
write("tied", tied)
write("gold", np.where(gold == 1, -3, -7).astype(np.int32))   # any integers
write("weight", weight)
write("plain.figures", np.array(figures(gold, score)), relative=1e-12)
write("weighted.figures", np.array(figures(gold, score, weight)), relative=1e-12)
write("tied.figures", np.array(figures(gold, tied)), relative=1e-12)
write("tied.weighted_auc", np.array([roc_auc_score(gold, tied, sample_weight=weight)]), relative=1e-12)

names, counts = np.unique(supersense, return_counts=True)
names = np.sort(names[np.argsort(-counts)[:5]])
rows = np.flatnonzero(np.isin(supersense, names))
fit, test = rows[::2], rows[1::2][:90]
centres = np.stack([x[fit][supersense[fit] == name].mean(0) for name in names])
scores = -((x[test][:, None] - centres) ** 2).sum(2).astype(np.float32).astype(np.float64)
absent = supersense[test] != names[2]                            # a class that no gold label of these rows holds


def figures_of_classes(gold, scores):
    claimed, present = names[scores.argmax(1)], np.unique(gold)
    against = [(gold == name, scores[:, k]) for k, name in enumerate(names) if name in present]
    return [accuracy_score(gold, claimed), f1_score(gold, claimed, labels=present, average="macro", zero_division=0),
            np.mean([roc_auc_score(*pair) for pair in against]), np.mean([average_precision_score(*pair) for pair in against])]


assert all(len(np.unique(column)) == len(column) for column in scores.T)
write("classes.scores", scores.astype(np.float32))
write("classes.gold", supersense[test])
write("classes.names", names.astype(np.int64))
write("classes.present", absent.astype(np.uint8))
write("classes.figures", np.array(figures_of_classes(supersense[test], scores)), relative=1e-12)
write("classes.absent_figures", np.array(figures_of_classes(supersense[test][absent], scores[absent])), relative=1e-12)
