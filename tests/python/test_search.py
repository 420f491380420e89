"""Exact search and the grid of similarities against their golden values."""
import tempfile
import unittest
from pathlib import Path

import lamella
import numpy as np

ROOT = Path(__file__).resolve().parents[2]


def arrays(path):
    file = lamella.io.File.load(np.fromfile(ROOT / path, "u1"))
    return lambda name: file.get(name)


class Search(unittest.TestCase):
    golden = staticmethod(arrays("tests/data/golden/matryoshka/search.safetensors"))
    data = staticmethod(arrays("examples/data/retrieval.safetensors"))

    def test_ids_and_scores(self):
        index = lamella.matryoshka.Index(self.data("docs"))
        for kind in ("example", "lemma"):
            for width in (8, 64, 384):
                found = lamella.matryoshka.search(self.data("docs"), self.data(f"queries.{kind}"), 10, width=width)
                np.testing.assert_array_equal(found.ids, self.golden(f"{kind}.ids.{width}"))
                np.testing.assert_allclose(found.scores, self.golden(f"{kind}.scores.{width}"), rtol=0, atol=2e-13)
                self.assertTrue((found.found == 10).all())
                kept = index.search(self.data(f"queries.{kind}"), 10, width=width)
                np.testing.assert_array_equal(kept.ids, found.ids)
                np.testing.assert_array_equal(kept.scores, found.scores)

    def test_dot_and_what_is_left_out(self):
        x = np.array([[1, 0], [3, 0], [0, 2]], "f4")
        numbers = np.arange(3)
        found = lamella.matryoshka.search(x, x, 3, base_ids=numbers, query_ids=numbers, similarity="dot")
        np.testing.assert_array_equal(found.ids, [[1, 2, -1], [0, 2, -1], [0, 1, -1]])
        np.testing.assert_array_equal(found.scores, [[3, 0, np.nan], [3, 0, np.nan], [0, 0, np.nan]])
        np.testing.assert_array_equal(found.found, [2, 2, 2])
        self.assertEqual(found.result.n_short_queries, 3)

    def test_shards(self):
        docs, queries = self.data("docs"), self.data("queries.lemma")
        whole = lamella.matryoshka.search(docs, queries, 10)
        first = lamella.matryoshka.search(docs[:700], queries, 10)
        second = lamella.matryoshka.search(docs[700:], queries, 10, base_ids=np.arange(700, len(docs)))
        merged = lamella.matryoshka.search_merge(second.ids, second.scores, first.ids, first.scores, 10)
        np.testing.assert_array_equal(merged.ids, whole.ids)
        np.testing.assert_array_equal(merged.scores, whole.scores)

    def test_a_saved_index_finds_the_same(self):
        docs, queries = self.data("docs"), self.data("queries.lemma")
        index = lamella.matryoshka.Index(docs, base_ids=np.arange(len(docs)) * 3, similarity="dot")
        expected = index.search(queries, 10, width=64)
        with tempfile.TemporaryDirectory() as folder:
            index.save(Path(folder) / "index.safetensors")
            opened = lamella.matryoshka.Index.open(Path(folder) / "index.safetensors")
        for each in opened, lamella.matryoshka.Index.load(index.bytes()):
            found = each.search(queries, 10, width=64)
            np.testing.assert_array_equal(found.ids, expected.ids)
            np.testing.assert_array_equal(found.scores, expected.scores)

    def test_an_index_shows_its_rows(self):
        docs = self.data("docs")
        index = lamella.matryoshka.Index(docs, base_ids=np.arange(len(docs)) + 5)
        np.testing.assert_array_equal(index.get("rows"), docs.astype("f4"))
        np.testing.assert_array_equal(index.get("ids"), np.arange(len(docs)) + 5)


class Grid(unittest.TestCase):
    golden = staticmethod(arrays("tests/data/golden/matryoshka/grid.safetensors"))
    widths = [384, 8, 16, 100, 1]

    def setUp(self):
        states = arrays("examples/data/states.safetensors")
        self.layers = [states(f"layer.{l}") for l in range(7)]

    def test_cosines(self):
        cosine = lamella.matryoshka.grid_cosine(self.layers, self.golden("pairs"), self.widths).cosine
        np.testing.assert_allclose(cosine[:, :, ::10], self.golden("cosine"), rtol=0, atol=1e-14)
        both = lamella.matryoshka.grid_cosine(self.layers, self.golden("pairs"), self.widths, second=self.layers).cosine
        np.testing.assert_array_equal(both, cosine)

    def test_dot_products(self):
        dot = lamella.matryoshka.grid_cosine(self.layers, self.golden("pairs"), self.widths).dot
        np.testing.assert_allclose(dot[:, :, ::10], self.golden("dot"), rtol=0, atol=1e-13)

    def test_a_dot_product_is_the_sum_of_sixteen_lanes(self):
        x = np.random.default_rng(5).standard_normal((60, 384)).astype("f4")
        pairs = np.stack([np.arange(60), np.arange(60)[::-1]], 1)
        dot = lamella.matryoshka.grid_cosine([x], pairs, [8, 384, 100]).dot
        products = x[pairs[:, 0]].astype("f8") * x[pairs[:, 1]].astype("f8")
        lanes = np.cumsum(products.reshape(60, -1, 16), 1)[:, -1]    # cumsum adds one after the other, sum in pairs
        for half in (8, 4, 2, 1):
            lanes = lanes[:, :half] + lanes[:, half:]
        np.testing.assert_array_equal(dot[0, 1], lanes[:, 0])

    def test_rank_correlations(self):
        rho = lamella.matryoshka.grid_spearman(self.layers, self.golden("pairs"), self.golden("gold"), self.widths).rho
        np.testing.assert_allclose(rho, self.golden("rho"), rtol=0, atol=1e-9)


if __name__ == "__main__":
    unittest.main()
