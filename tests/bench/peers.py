#!/usr/bin/env python3
"""Times what a user would pick today, on the data in $LAMELLA_DATA, one JSON line per measurement.

tests/bench/run prepares what it needs and calls it. By hand: peers.py [moments|truncate|search|probe|grid|relative|similarity|pool ...].
Runs every measurement with one thread and with two (busy machines make BLAS threads spin: two can be 100 times slower)
and prints the faster: that is the one to beat. THREADS=n fixes the number. Measure on an otherwise idle machine.
Each line: {"work": ..., "peer": name and version, "seconds": best of as many runs as ours, "threads": T, ...quality figures...}
"""
import json, os, subprocess, sys, time, warnings
T = int(os.environ.get("THREADS", "0")) or 2
for v in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(v, str(T))
import numpy as np
from repeats import repeats
from safetensors.numpy import load_file
warnings.filterwarnings("ignore")
DATA = os.environ["LAMELLA_DATA"]


def best(work, f, n=None):
    t, r = 1e99, None
    for _ in range(n or repeats(work)):
        s = time.perf_counter(); r = f(); t = min(t, time.perf_counter() - s)
    return t, r


def say(work, peer, seconds, **kw):
    version = "".join(f" {module.__version__}" for name in PACKAGES if name in peer for module in [sys.modules[PACKAGES[name]]])
    print(json.dumps(dict(work=work, peer=peer + version, seconds=seconds, threads=T, **kw)), flush=True)


PACKAGES = {"faiss": "faiss", "scikit-learn": "sklearn", "torch": "torch", "numpy": "numpy"}


def retrieval():
    d = load_file(f"{DATA}/wordnet_retrieval.safetensors")
    x = d["docs"].astype(np.float32); q = np.concatenate([d["queries.example"], d["queries.lemma"]]).astype(np.float32)
    x /= np.linalg.norm(x, axis=1, keepdims=True); q /= np.linalg.norm(q, axis=1, keepdims=True)
    return np.ascontiguousarray(x), np.ascontiguousarray(q)


def recall(a, b):
    return float(np.mean([len(set(i) & set(j)) / len(i) for i, j in zip(a, b)]))


def truncate():
    x, _ = retrieval(); widths = (8, 16, 32, 64, 128, 256, 384); work = "prefixes of 60000x384 at 7 widths, renormalised"
    t, _ = best(work, lambda: [x[:, :m] / np.linalg.norm(x[:, :m], axis=1, keepdims=True) for m in widths])
    say(work, "numpy", t)


def moments():
    x, _ = retrieval(); work = "covariance, 60000x384"
    t, _ = best(work, lambda: np.cov(x, rowvar=False)); say(work, "numpy cov (f64)", t)
    d = load_file(f"{DATA}/wordnet_states.safetensors")
    layers = [d[f"layer.{depth}"].astype(np.float32) for depth in range(7)]
    def figures():
        norm = [np.linalg.norm(x, axis=1) for x in layers]
        square = [np.square(x).sum(0, dtype=np.float64) for x in layers]
        share = [np.cumsum(s) / s.sum() for s in square]
        cosine = [((x * y).sum(1) / (n * m)).mean() for x, y, n, m in zip(layers, layers[1:], norm, norm[1:])]
        return norm, share, cosine, [x.mean(0, dtype=np.float64) for x in layers], [x.var(0, dtype=np.float64) for x in layers]
    work = "norms, shares, cosines, means and variances of 7 layers, 4000x384"
    t, _ = best(work, figures); say(work, "numpy", t)


def search():
    import faiss
    faiss.omp_set_num_threads(T)
    x, q = retrieval(); k = 10
    flat = faiss.IndexFlatIP(384); flat.add(x)
    work = "exact top-10, 60000x384, 3000 queries"
    t, (s, exact) = best(work, lambda: flat.search(q, k)); say(work, "faiss IndexFlatIP", t)
    work = "exact top-10, one query at a time, 100 queries"
    t, _ = best(work, lambda: [flat.search(q[i:i + 1], k) for i in range(100)]); say(work, "faiss IndexFlatIP", t)
    w, v = np.linalg.eigh(x.T @ x); v = v[:, ::-1]; xr, qr = np.ascontiguousarray(x @ v), np.ascontiguousarray(q @ v)
    for d, keep in ((64, 200), (128, 100)):
        p = faiss.IndexFlatIP(d); p.add(np.ascontiguousarray(xr[:, :d])); qd = np.ascontiguousarray(qr[:, :d])
        def funnel():
            _, c = p.search(qd, keep); out = np.empty((len(q), k), np.int64)
            for i in range(len(q)):
                sc = x[c[i]] @ q[i]; out[i] = c[i][np.argsort(-sc)[:k]]
            return out
        work = f"adaptive top-10, prefix {d}, shortlist {keep}, 3000 queries"; t, got = best(work, funnel); say(work, "faiss IndexFlatIP + numpy rerank", t, recall=recall(exact, got))
    bx, bq = np.packbits(x > 0, axis=1), np.packbits(q > 0, axis=1)
    b = faiss.IndexBinaryFlat(384); b.add(bx)
    work = "hamming top-100, 60000x384 bits, 3000 queries"; t, _ = best(work, lambda: b.search(bq, 100)); say(work, "faiss IndexBinaryFlat", t)
    sq = faiss.index_factory(384, "SQ8", faiss.METRIC_INNER_PRODUCT); sq.train(x[:20000]); sq.add(x)
    work = "int8 top-10, 60000x384, 3000 queries"; t, (_, got) = best(work, lambda: sq.search(q, k), 1); say(work, "faiss SQ8", t, recall=recall(exact, got))


def states():
    d = load_file(f"{DATA}/wordnet_states.safetensors")
    x = np.stack([d[f"layer.{i}"] for i in range(7)]).astype(np.float32)
    return x, d


def objective(x, s, w, b, C=1.0):
    """What a logistic probe minimises, s = -1 or 1: one formula for all who are compared."""
    return float(.5 * (w * w).sum() + C * np.logaddexp(0, -s * (x.astype(np.float64) @ w + b)).sum())


def probe():
    from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
    from sklearn.model_selection import train_test_split
    x, d = states(); y = d["label.person"]; sign = 2. * y - 1
    work = "logistic probe of 7 layers, 2400x384"
    parts = [train_test_split(x[l], y, test_size=.4, random_state=42) for l in range(7)]  # not timed, nor is the objective
    t, o = best(work, lambda: [(m, m.score(b, e)) for a, b, c, e in parts for m in [LogisticRegression().fit(a, c)]], None if T == 1 else 3)
    say(work, "scikit-learn LogisticRegression (defaults)", t, accuracy=[float(s) for _, s in o],
        objective=[objective(a, 2. * c - 1, m.coef_[0], m.intercept_[0]) for (m, _), (a, _, c, _) in zip(o, parts)])
    work = "logistic probe of 7 layers to convergence, 4000x384"
    t, o = best(work, lambda: [LogisticRegression(tol=1e-8, max_iter=10000).fit(x[l], y) for l in range(7)])
    say(work, "scikit-learn lbfgs tol 1e-8", t, objective=[objective(x[l], sign, m.coef_[0], m.intercept_[0]) for l, m in enumerate(o)])
    work = "logistic path, 10 penalties x 5 folds, 4000x384, one layer"
    t, _ = best(work, lambda: LogisticRegressionCV(Cs=10, cv=5).fit(x[6], y)); say(work, "scikit-learn LogisticRegressionCV", t)
    ys = d["label.supersense"]
    work = "multinomial probe, 4000x384, 26 classes, one layer"
    t, m = best(work, lambda: LogisticRegression(max_iter=1000).fit(x[6], ys)); say(work, "scikit-learn LogisticRegression", t)
    try:
        from liblinear.liblinearutil import parameter, problem, train
        import ctypes
        work = "logistic probe of 7 layers, 4000x384"
        p = [problem(sign, np.hstack([x[l], np.ones((len(x[l]), 1), np.float32)]).astype(np.float64)) for l in range(7)]
        t, m = best(work, lambda: [train(a, parameter("-s 0 -c 1 -e 0.0001 -q")) for a in p])
        # weights are of the label seen first; the last is the intercept, which liblinear penalises
        w = [np.ctypeslib.as_array(ctypes.cast(f.w, ctypes.POINTER(ctypes.c_double)), (385,)) * f.get_labels()[0] for f in m]
        say(work, "liblinear -s 0 (conversion excluded)", t, objective=[objective(x[l], sign, w[l][:384], w[l][384]) for l in range(7)])
    except ImportError:
        pass


def grid():
    from sklearn.linear_model import LogisticRegression, RidgeClassifierCV
    x, d = states(); y = d["label.person"]; dims = (8, 16, 32, 64, 128, 256, 384)
    work = "ridge probe grid, 7 layers x 7 widths x 10 penalties (leave-one-out), 4000 rows"
    t, m = best(work, lambda: [RidgeClassifierCV(alphas=np.logspace(-2, 3, 10)).fit(x[l][:, :k], y) for l in range(7) for k in dims])
    say(work, "scikit-learn RidgeClassifierCV", t, penalties=[float(f.alpha_) for f in m], errors=[float(-f.best_score_) for f in m])
    work = "logistic probe grid, 7 layers x 7 widths, 4000 rows"
    t, m = best(work, lambda: [LogisticRegression().fit(x[l][:, :k], y) for l in range(7) for k in dims])
    say(work, "scikit-learn LogisticRegression", t, objective=[objective(x[l][:, :k], 2. * y - 1, f.coef_[0], f.intercept_[0])
                                                              for f, (l, k) in zip(m, ((l, k) for l in range(7) for k in dims))])


def relative():
    import torch, torch.nn.functional as F
    torch.set_num_threads(T)
    x, _ = retrieval(); a = torch.from_numpy(x[:768].copy()); z = torch.from_numpy(x)
    work = "relative projection, 60000x384 on 768 anchors, cosine"
    t, _ = best(work, lambda: F.normalize(z, dim=-1) @ F.normalize(a, dim=-1).mT); say(work, "torch (as latentis cosine_proj)", t)
    n = 3000; m = np.random.default_rng(0).standard_normal((n, n)).astype(np.float32)
    work = "sgemm 3000 (limit)"; t, _ = best(work, lambda: m @ m); say(work, "numpy", t, gflops=2 * n ** 3 / t / 1e9)


def similarity():
    x, _ = states()
    def cka():
        z = x - x.mean(1, keepdims=True); g = [np.linalg.norm(z[i].T @ z[i]) for i in range(7)]
        return [[np.linalg.norm(z[i].T @ z[j]) ** 2 / (g[i] * g[j]) for j in range(7)] for i in range(7)]
    work = "linear CKA of all layer pairs, 7x4000x384"; t, _ = best(work, cka); say(work, "numpy", t)


def pool():
    import torch
    torch.set_num_threads(T)
    torch.manual_seed(0); d, r, h = 384, 128, 8   # heads as wide as the model, as NV-Embed has them
    H = torch.randn(64, 128, d); C = torch.randn(r, d); q, k, v = (torch.nn.Linear(d, h * d, bias=False) for _ in range(3)); o = torch.nn.Linear(h * d, d, bias=False)
    def f():
        with torch.inference_mode():
            Q = q(H).view(64, 128, h, -1).transpose(1, 2); K = k(C).view(1, r, h, -1).transpose(1, 2).expand(64, -1, -1, -1); V = v(C).view(1, r, h, -1).transpose(1, 2).expand(64, -1, -1, -1)
            return (o(torch.nn.functional.scaled_dot_product_attention(Q, K, V).transpose(1, 2).reshape(64, 128, h * d)) + H).mean(1)
    work = "latent attention (without its feed-forward), 64x128x384, 128 latents, 8 heads of 384"
    t, _ = best(work, f); say(work, "torch scaled_dot_product_attention", t)


if __name__ == "__main__":
    names = sys.argv[1:] or ("moments", "truncate", "search", "probe", "grid", "relative", "similarity", "pool")
    if "THREADS" in os.environ:
        for name in names:
            globals()[name]()
    else:
        for name in names:
            faster = {}
            for n in ("1", "2"):
                clean = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
                out = subprocess.run([sys.executable, __file__, name], env=dict(clean, THREADS=n), stdout=subprocess.PIPE, text=True, check=True).stdout
                for line in map(json.loads, out.splitlines()):
                    key = line["work"], line["peer"]
                    if key not in faster or line["seconds"] < faster[key]["seconds"]:
                        faster[key] = line
            for line in faster.values():
                print(json.dumps(line), flush=True)
