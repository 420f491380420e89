"""Times Lamella's side of the lines in peers.py, one JSON line each: work as there, seconds (best of as many runs as there), threads, kernel.

tests/bench/run calls it. By hand: ours.py PART..., with the package importable and $LAMELLA_DATA set.
"""
import json
import os
import sys
import time

import numpy as np
from safetensors.numpy import load_file

import lamella
from repeats import repeats

THREADS = 2
DATA = os.environ["LAMELLA_DATA"]
WIDTHS = (8, 16, 32, 64, 128, 256, 384)
context = lamella.Context(threads=THREADS, own_blas=1)


def best(work, run):
    seconds, result = float("inf"), None
    for _ in range(repeats(work)):
        started = time.perf_counter()
        result = run()
        seconds = min(seconds, time.perf_counter() - started)
    return seconds, result


def say(work, seconds, kernel=None, **quality):
    kernel = kernel or lamella.build_info(ctx=context).simd_chosen
    print(json.dumps(dict(work=work, seconds=seconds, threads=THREADS, kernel=kernel, **quality)), flush=True)


def unit_rows(x):
    x = x.astype(np.float32)
    return np.ascontiguousarray(x / np.linalg.norm(x, axis=1, keepdims=True))


def retrieval():
    data = load_file(f"{DATA}/wordnet_retrieval.safetensors")
    return unit_rows(data["docs"]), unit_rows(np.concatenate([data["queries.example"], data["queries.lemma"]]))


def truncate():
    x, _ = retrieval()
    work = "prefixes of 60000x384 at 7 widths, renormalised"
    seconds, _ = best(work, lambda: lamella.matryoshka.truncate([x], widths=WIDTHS, ctx=context))
    say(work, seconds)


def states():
    data = load_file(f"{DATA}/wordnet_states.safetensors")
    return np.stack([data[f"layer.{depth}"] for depth in range(7)]).astype(np.float32), data


def grid():
    """All 384 widths, where the peer answers 7."""
    x, data = states()
    penalties = np.logspace(-2, 3, 10)
    work = "ridge probe grid, 7 layers x 7 widths x 10 penalties (leave-one-out), 4000 rows"
    seconds, found = best(work, lambda: lamella.matryoshka.ridge(x, data["label.person"][None], penalties=penalties, widths=range(1, 385), ctx=context))
    at = [width - 1 for width in WIDTHS]
    chosen = found.best[:, at, 0].ravel()
    errors = found.error[:, at, :, 0].reshape(-1, 10)[np.arange(len(chosen)), chosen]
    say(work, seconds, widths=384,
        penalties=[float(penalties[i]) for i in chosen], errors=[float(e) for e in errors])
    labels = data["label.person"]
    cuts = [layer[:, :width] for layer in x for width in WIDTHS]
    work = "logistic probe grid, 7 layers x 7 widths, 4000 rows"
    seconds, found = best(work, lambda: lamella.probe.Linear.fit(cuts, labels, folds=all_but_two(labels), tolerance=1e-4, n_bootstrap=-1, ctx=context))
    say(work, seconds, trained=3998, objective=found.get("objective").ravel().tolist())


def relative():
    x, _ = retrieval()
    # fit and projection, as the peer normalises its anchors within the line
    def projected():
        project = lamella.relative.Project.fit([x], range(768), transform="none", ctx=context)
        return project.apply([x], ctx=context).out[0]
    work = "relative projection, 60000x384 on 768 anchors, cosine"
    seconds, out = best(work, projected)
    expected = x[::997].astype(np.float64) @ x[:768].T.astype(np.float64)
    say(work, seconds, largest_difference=float(np.abs(out[::997] - expected).max()))


def search():
    x, q = retrieval()
    index = lamella.matryoshka.Index(x, ctx=context)
    work = "exact top-10, 60000x384, 3000 queries"
    seconds, found = best(work, lambda: index.search(q, 10, ctx=context))
    rows, wide = x.astype(np.float64), q[::60].astype(np.float64)
    scores = (wide @ rows.T) / np.sqrt((wide * wide).sum(1))[:, None] / np.sqrt((rows * rows).sum(1))
    exact = np.sort(scores, axis=1)[:, :-11:-1]
    say(work, seconds, largest_score_difference=float(np.abs(exact - found.scores[::60]).max()))
    work = "exact top-10, one query at a time, 100 queries"
    seconds, single = best(work, lambda: [index.search(q[i:i + 1], 10, ctx=context).ids for i in range(100)])
    say(work, seconds, ids_equal_the_batch=bool((np.concatenate(single) == found.ids[:100]).all()))


def all_but_two(labels):
    """A fold that tests one row of each of two classes: a fit on all rows, as far as there is something to score."""
    fold = np.full(len(labels), -1)
    fold[[0, int(np.flatnonzero(labels != labels[0])[0])]] = 0
    return fold


def probe():
    """The peer's split; fitted until the objective is within 1e-4 of its least value, which lies below what the peer stops at."""
    x, data = states()
    labels, fold = data["label.person"], np.full(4000, -1)
    fold[np.random.RandomState(42).permutation(4000)[:1600]] = 0  # as train_test_split(test_size=.4, random_state=42) takes its test rows
    work = "logistic probe of 7 layers, 2400x384"
    seconds, found = best(work, lambda: lamella.probe.Linear.fit(x, labels, folds=fold, tolerance=1e-4, n_bootstrap=-1, ctx=context))
    say(work, seconds, accuracy=found.get("accuracy").ravel().tolist(),
        objective=found.get("objective").ravel().tolist())
    for work, layers, y, options in (
            ("logistic probe of 7 layers to convergence, 4000x384", x, labels, {}),
            ("logistic probe of 7 layers, 4000x384", x, labels, dict(tolerance=1e-4)),
            ("multinomial probe, 4000x384, 26 classes, one layer", x[6:], data["label.supersense"], dict(tolerance=1e-4))):
        seconds, found = best(work, lambda: lamella.probe.Linear.fit(layers, y, folds=all_but_two(y), n_bootstrap=-1, ctx=context, **options))
        say(work, seconds, trained=3998, objective=found.get("objective").ravel().tolist())
    work = "logistic path, 10 penalties x 5 folds, 4000x384, one layer"
    seconds, found = best(work, lambda: lamella.probe.Linear.fit(x[6:], labels, penalties=np.logspace(-4, 4, 10), n_folds=5, tolerance=1e-4,
                                                                     n_bootstrap=-1, ctx=context))
    say(work, seconds, not_converged=found.result.n_not_converged)


def moments():
    x, _ = retrieval()

    def covariance():
        gram = lamella.moments.Gram(x.shape[1], 0)
        gram.update(x, ctx=context)
        return gram.get("gram") / (len(x) - 1)
    work = "covariance, 60000x384"
    seconds, found = best(work, covariance)
    expected = np.cov(x[:, :3].astype(np.float64), rowvar=False)
    say(work, seconds, largest_difference=float(np.abs(found[:3, :3] - expected).max()))
    layers, _ = states()
    work = "norms, shares, cosines, means and variances of 7 layers, 4000x384"
    seconds, _ = best(work, lambda: lamella.moments.layers(layers, ctx=context))
    say(work, seconds)


PARTS = {"moments": moments, "truncate": truncate, "search": search, "relative": relative, "grid": grid, "probe": probe}

if __name__ == "__main__":
    for part in sys.argv[1:]:
        if part in PARTS:
            PARTS[part]()
