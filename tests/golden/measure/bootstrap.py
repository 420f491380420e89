"""Golden bootstrap intervals: Philox4x32-10 written down once more, rows gathered, scikit-learn and SciPy on what was gathered,
numpy.quantile. The resamples have to be the same for the percentiles to be."""
import numpy as np
from scipy.stats import spearmanr
from sklearn.metrics import accuracy_score, f1_score, r2_score, roc_auc_score

from golden import cut, layers, write

N_RESAMPLES, SEED, CONFIDENCE = 200, 0x123456789ABCDEF, 0.9
MASK = 0xFFFFFFFF
STREAM = 1 << 32    # + number of the resample


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & MASK, (a >> 32) ^ c[3] ^ k[1], a & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def drawn(resample, n):
    """n numbers 0 .. n - 1: two draws of 64 bits a block, each a fraction of n."""
    stream, bits = STREAM + resample, []
    for block in range((n + 1) // 2):
        w = philox((block & MASK, block >> 32, stream & MASK, stream >> 32), (SEED & MASK, SEED >> 32))
        bits += [w[0] | w[1] << 32, w[2] | w[3] << 32]
    return np.array([b * n >> 64 for b in bits[:n]])


def interval(statistic, rows_of):
    values = np.array([statistic(rows_of(b)) for b in range(N_RESAMPLES)])
    values = values[~np.isnan(values)]
    return [*np.quantile(values, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]), values.std(ddof=1), len(values)]


assert philox((0, 0, 0, 0), (0, 0)) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]   # the authors' known answer
order = cut("order", rows=slice(270, 330))     # pairs 270 .. 299 (rows 270 .. 299) and the first of the shuffled ones
x, gold = layers(order), order["label.shuffled"]
group = (np.arange(60) * 7 % 23 - 5).astype(np.int64)
members = [np.flatnonzero(group == g) for g in np.unique(group)]
score, other = (np.round(x[l] @ (x[l][gold == 1].mean(0) - x[l][gold == 0].mean(0)), 1) for l in (2, 6))
score, other = score - np.median(score), other - np.median(other)
words = np.round(x[1].std(1) * 400)


def rows(b):
    return drawn(b, 60)


def grouped(b):
    return np.concatenate([members[g] for g in drawn(b, len(members))])


def auc(of):
    return lambda i: roc_auc_score(gold[i], of[i]) if len(np.unique(gold[i])) == 2 else np.nan


write("score", score)
write("other", other)
write("gold", gold.astype(np.int32))
write("group", group)
write("words", words)
write("few_gold", (np.arange(60) < 2).astype(np.int32))   # some resamples hold one class only
FIGURES = {
    "accuracy": interval(lambda i: accuracy_score(gold[i], score[i] > 0), rows),
    "f1": interval(lambda i: f1_score(gold[i], score[i] > 0), rows),
    "auc": interval(auc(score), rows),
    "auc.groups": interval(auc(score), grouped),
    "auc.difference": interval(lambda i: auc(score)(i) - auc(other)(i), grouped),
    "r2": interval(lambda i: r2_score(words[i], score[i]), rows),
    "spearman": interval(lambda i: spearmanr(score[i], words[i]).statistic, rows),
    "mean": interval(lambda i: words[i].mean(), grouped),
}
few = np.arange(60) < 2
FIGURES["auc.few"] = interval(lambda i: roc_auc_score(few[i], score[i]) if few[i].any() else np.nan, rows)
for name, figures in FIGURES.items():
    write(f"{name}.figures", np.array(figures), relative=1e-10)
