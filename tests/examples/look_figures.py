"""examples/look on the bundled cuts of real data: look_figures.py PROGRAM DATA. What it takes a sanitizer most of a minute to run."""
import os
import unittest

from files import read_safetensors
from look import DATA, Look


class Figures(Look):
    def test_cuts_of_real_states_equal_their_definitions(self):
        for name in ("states", "tokens"):
            path = os.path.join(DATA, name + ".safetensors")
            with open(path, "rb") as file:
                arrays = read_safetensors(file.read())
            numbers = self.numbers(path)
            self.check_stack(numbers, arrays, ["layer.%d" % k for k in range(7)])
            self.assertEqual([l["name"] for l in numbers["stack"]["labels"]], sorted(n[6:] for n in arrays if n.startswith("label.")))

    def test_table_and_page_show_the_numbers_of_the_json(self):
        path = os.path.join(DATA, "states.safetensors")
        numbers = self.numbers(path, "label.person", "--page", "p.html")["probe"]
        out, _ = self.look(path, "person", "--page", "p.html")
        page = self.page("p.html").text
        for layer in numbers["tasks"][0]["layers"]:
            self.assertIn("%.3f%s" % (layer["accuracy"], "*" if layer["as_good_as_best"] else " "), out)
            self.assertIn("%.3f %.3f to %.3f" % (layer["accuracy"], layer["accuracy_low"], layer["accuracy_high"]), page)
        for accuracy in numbers["ridge"]["accuracy"]:
            self.assertIn("%.3f" % accuracy, out)
            self.assertIn("%.3f" % accuracy, page)

    def test_groups_of_the_file_stay_together(self):
        path = os.path.join(DATA, "order.safetensors")
        out, _ = self.look(path, "shuffled")
        self.assertIn("rows of one group stay together", out)
        numbers = self.numbers(path, "shuffled")["probe"]
        self.assertNotIn("ridge", numbers)
        self.assertAlmostEqual(numbers["tasks"][0]["jump"], 1 / 7)
        self.assertGreater(numbers["tasks"][0]["layers"][0]["accuracy"], 0.45)


if __name__ == "__main__":
    unittest.main()
