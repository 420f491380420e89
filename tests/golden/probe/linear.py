"""Golden values of linear probes: scikit-learn converged, in f64, on cuts of real data; splits are its own, as fold numbers."""
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from golden import cut, layers, write

warnings.simplefilter("ignore", ConvergenceWarning)
PENALTIES = (1.0, 0.01, 30.0)


def objective(model, x, y, c):
    s = np.where(y == model.classes_[1], 1, -1)
    return 0.5 * np.sum(model.coef_ ** 2) + c * np.sum(np.logaddexp(0, -s * (x @ model.coef_[0] + model.intercept_[0])))


def newton(c=1.0, **kw):
    return LogisticRegression(C=c, solver="newton-cholesky", tol=1e-12, max_iter=1000, **kw)


def hold_out(n, **kw):
    train, test = train_test_split(np.arange(n), test_size=0.4, random_state=42, **kw)
    fold = np.full(n, -1)
    fold[test] = 0
    return fold


# Digits 3 against 8, images as they are.
digits = cut("digits")
rows = np.flatnonzero((digits["labels"] == 3) | (digits["labels"] == 8))
x, y, fold = digits["images"][rows].astype(np.float64), (digits["labels"][rows] == 8).astype(np.int64), hold_out(len(rows))
model = newton().fit(x[fold < 0], y[fold < 0])
write("digits.rows", rows.astype(np.int64))
write("digits.fold", fold)
write("digits.objective", np.array([objective(model, x[fold < 0], y[fold < 0], 1)]), absolute=1e-8)
write("digits.weights", model.coef_[0], absolute=1e-5)
write("digits.intercept", model.intercept_, absolute=1e-5)
write("digits.accuracy", np.array([model.score(x[fold == 0], y[fold == 0])]))
write("digits.training_accuracy", np.array([model.score(x[fold < 0], y[fold < 0])]))

# Other splits and pixels than the figure's: by class, and 0 to 16.
by_class = hold_out(len(rows), stratify=y)
model = newton().fit(x[by_class < 0], y[by_class < 0])
write("digits.by_class.fold", by_class)
write("digits.by_class.objective", np.array([objective(model, x[by_class < 0], y[by_class < 0], 1)]), absolute=1e-8)
model = newton().fit(16 * x[fold < 0], y[fold < 0])
write("digits.unscaled.objective", np.array([objective(model, 16 * x[fold < 0], y[fold < 0], 1)]), absolute=1e-8)

# What is no probe, at its best: the direction between centroids with the best scale and intercept; 50 gradient steps of the best size out of
# many; an intercept that is penalised like a weight. Each as weights, then intercept.
x, y = x[fold < 0], y[fold < 0]
ones = np.column_stack([x, np.ones(len(x))])


def objective_of(w):
    return 0.5 * w[:-1] @ w[:-1] + np.logaddexp(0, -(2 * y - 1) * (ones @ w)).sum()


def fifty_steps(size):
    w = np.zeros(ones.shape[1])
    for _ in range(50):
        w -= size * (ones.T @ (1 / (1 + np.exp(-ones @ w)) - y) + np.append(w[:-1], 0))
    return w


between = x[y == 1].mean(0) - x[y == 0].mean(0)
between /= np.linalg.norm(between)
along = newton().fit((x @ between)[:, None], y)
largest = 1 / (1 + np.linalg.eigvalsh(ones.T @ ones)[-1] / 4)
traps = [np.append(along.coef_[0, 0] * between, along.intercept_),
         min((fifty_steps(largest * factor) for factor in np.geomspace(0.1, 10, 41)), key=objective_of),
         newton(fit_intercept=False).fit(ones, y).coef_[0]]
write("digits.traps", np.array(traps), absolute=1e-6)
write("digits.traps.objective", np.array([objective_of(w) for w in traps]), absolute=1e-6)

# Word order: 300 definitions and the same shuffled, pairs on one side.
order = cut("order")
y, group = order["label.shuffled"].astype(np.int64), order["group"]
fold = hold_out(300)[group]
write("order.fold", fold)
accuracy = []
for x in layers(order):
    model = newton().fit(x[fold < 0], y[fold < 0])
    accuracy.append(model.score(x[fold == 0], y[fold == 0]))
write("order.accuracy", np.array(accuracy), absolute=1.0 / (fold == 0).sum())

# Three layers, two tasks, three penalties, four folds: every score.
states = cut("states")
labels = np.stack([states["label.person"], states["label.starts_vowel"]]).astype(np.int64)
fold = np.random.default_rng(7).integers(0, 4, 500)
weights = np.random.default_rng(8).uniform(0.5, 2, 500)
write("states.fold", fold)
write("states.weights", weights)
shape = (3, 2, len(PENALTIES), 4)
found = {name: np.empty(shape) for name in ("objective", "accuracy", "f1", "auc")}
for l, depth in enumerate((0, 3, 6)):
    x = states[f"layer.{depth}"].astype(np.float64)
    for t in range(2):
        for q, c in enumerate(PENALTIES):
            for f in range(4):
                train, test, y = fold != f, fold == f, labels[t]
                model = newton(c).fit(x[train], y[train])
                decision, gold = model.decision_function(x[test]), y[test]
                found["objective"][l, t, q, f] = objective(model, x[train], y[train], c)
                found["accuracy"][l, t, q, f] = np.mean((decision > 0) == gold)
                found["f1"][l, t, q, f] = f1_score(gold, decision > 0)
                found["auc"][l, t, q, f] = roc_auc_score(gold, decision)
write("states.objective", found["objective"], relative=1e-9)
for name in ("accuracy", "f1"):
    write(f"states.{name}", found[name], absolute=1e-12)
write("states.auc", found["auc"], absolute=4e-4)

# Weighted, balanced, standardised: the weights in raw units.
train, y = fold != 0, labels[0]
x = states["layer.3"].astype(np.float64)
share = np.where(y[train] == 1, 1 / weights[train][y[train] == 1].sum(), 1 / weights[train][y[train] == 0].sum())
total = weights[train] * weights[train].sum() / 2 * share
scaler = StandardScaler().fit(x[train], sample_weight=total)
model = newton().fit(scaler.transform(x[train]), y[train], sample_weight=total)
raw = model.coef_[0] / scaler.scale_
write("balanced.weights", raw, absolute=2e-5)
write("balanced.intercept", model.intercept_ - raw @ scaler.mean_, absolute=2e-4)

# Several classes: softmax of ten digits, and ridge of them.
x, y, fold = digits["images"].astype(np.float64), digits["labels"].astype(np.int64), hold_out(1797)
model = LogisticRegression(C=0.1, tol=1e-10, max_iter=20000).fit(x[fold < 0], y[fold < 0])
write("classes.fold", fold)
write("classes.weights", model.coef_, absolute=2e-5)
write("classes.accuracy", np.array([model.score(x[fold == 0], y[fold == 0])]))
write("classes.f1", np.array([f1_score(y[fold == 0], model.predict(x[fold == 0]), average="macro")]), absolute=1e-12)
ridge = RidgeClassifier(alpha=2.0, solver="cholesky").fit(x[fold < 0], y[fold < 0])
write("ridge.weights", ridge.coef_, relative=1e-6)
write("ridge.intercepts", ridge.intercept_, relative=1e-6)
write("ridge.accuracy", np.array([ridge.score(x[fold == 0], y[fold == 0])]))
# Fewer rows than dims.
x, y = states["layer.6"][:300:2].astype(np.float64), labels[1][:300:2]
dual = RidgeClassifier(alpha=0.5, solver="svd").fit(x, y)
write("dual.weights", np.ravel(dual.coef_), absolute=1e-9)
write("dual.intercept", np.ravel(dual.intercept_), absolute=1e-9)
