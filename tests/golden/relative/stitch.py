"""Golden values of zero-shot stitching: five autoencoders of the digits, 300 anchors, heads by scikit-learn, converged, on representations in
f64; accuracies of all ordered pairs, within one of the 500 test rows. accuracy[j, i]: the head of space j on the rows of space i."""
import numpy as np
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.metrics import f1_score

from golden import cut, write

digits = cut("digits")
train, test, labels = digits["train"], digits["test"], digits["labels"]
anchors = np.random.default_rng(0).choice(train, 300, replace=False)
write("anchors", anchors.astype(np.int64))
spaces = [digits[f"z{i}"].astype(np.float64) for i in range(5)]
ONE_ROW = 1.01 / len(test)


def cosine(x, s):
    return (x / np.linalg.norm(x, axis=1, keepdims=True)) @ (s / np.linalg.norm(s, axis=1, keepdims=True)).T


def centred(x, s):
    return cosine(x - s.mean(0), s - s.mean(0))


def angular(x, s):
    return np.arccos(np.clip(centred(x, s), -1, 1)) / np.pi


def euclidean(x, s):
    distance = lambda a: np.sqrt(((a[:, None] - s[None]) ** 2).sum(2))
    return distance(x) / distance(s).mean()


def whitened(x, s):
    values, vectors = np.linalg.eigh((s - s.mean(0)).T @ (s - s.mean(0)) / len(s))
    kept = values >= 1e-6 * values[-1]
    root = (vectors[:, kept] / np.sqrt(values[kept] + 0.1 * values[-1])) @ vectors[:, kept].T
    return cosine((x - s.mean(0)) @ root, (s - s.mean(0)) @ root)


def matrices(represent, head, among=spaces):
    r = [represent(x, x[anchors]) for x in among]
    accuracy, f1 = np.zeros((len(r), len(r))), np.zeros((len(r), len(r)))
    for j, own in enumerate(r):
        fitted = head().fit(own[train], labels[train])
        for i, other in enumerate(r):
            predicted = fitted.predict(other[test])
            accuracy[j, i] = (predicted == labels[test]).mean()
            f1[j, i] = f1_score(labels[test], predicted, average="weighted")
    return accuracy, f1


def logistic():
    return LogisticRegression(C=10, solver="newton-cg", tol=1e-8, max_iter=1000)


for name, represent in {"plain": cosine, "centred": centred, "angular": angular, "euclidean": euclidean, "whitened": whitened}.items():
    accuracy, f1 = matrices(represent, logistic)
    write(f"accuracy.{name}", accuracy, absolute=ONE_ROW)
    write(f"f1.{name}", f1, absolute=2 * ONE_ROW)
accuracy, f1 = matrices(centred, lambda: RidgeClassifier(alpha=1))
write("accuracy.ridge", accuracy, absolute=ONE_ROW)
write("f1.ridge", f1, absolute=2 * ONE_ROW)
accuracy, _ = matrices(lambda x, s: x, logistic, spaces[:2])
write("accuracy.absolute", accuracy, absolute=ONE_ROW)
