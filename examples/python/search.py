"""Exact search at any width, in one piece and in shards, and how similarities of pairs rank at every layer and width."""
import lamella
import numpy as np

file = lamella.io.File.load(np.fromfile("examples/data/retrieval.safetensors", "u1"))
docs, words, relevant = (file.get(name) for name in ("docs", "queries.lemma", "queries.lemma.relevant"))

# How often is the definition of a word among the first ten, by so many of its dims?
index = lamella.matryoshka.Index(docs)
for width in (32, 128, 384):
    ids = index.search(words, 10, width=width).ids
    print(f"first {width:3} dims: found {(ids == relevant[:, None]).any(1).mean():.0%}")

# How near is another definition? Each looks for its nearest, itself left out by its number.
numbers = np.arange(len(docs))
nearest = lamella.matryoshka.search(docs, docs, 1, base_ids=numbers, query_ids=numbers)
print(f"nearest other definition: cosine {np.median(nearest.scores):.3f} in the median, {nearest.scores.max():.3f} at most")

# Two shards, searched apart, say what the whole says.
half = len(docs) // 2
first, second = (lamella.matryoshka.search(docs[part], words, 10, base_ids=numbers[part]) for part in (slice(half), slice(half, None)))
merged = lamella.matryoshka.search_merge(first.ids, first.scores, second.ids, second.scores, 10)
print("shards equal the whole:", np.array_equal(merged.ids, index.search(words, 10).ids))

# Are definitions of nearly equal depth in the hierarchy of nouns more alike? Rank correlation of 2,000 pairs, by layer and width.
file = lamella.io.File.load(np.fromfile("examples/data/states.safetensors", "u1"))
states, depth = [file.get(f"layer.{l}") for l in range(7)], file.get("label.depth")
pairs = np.random.default_rng(0).integers(0, 500, (2000, 2))
near = -np.abs(depth[pairs[:, 0]] - depth[pairs[:, 1]])
print(np.round(lamella.matryoshka.grid_spearman(states, pairs, near, [8, 64, 384]).rho, 3))
cosine = lamella.matryoshka.grid_cosine(states, pairs, [8, 64, 384]).cosine
print("mean cosine of pairs:", np.round(cosine.mean(2)[[0, 6]], 3).tolist())
