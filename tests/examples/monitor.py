"""examples/monitor as a user runs it: monitor.py PROGRAM DATA. Fits on first use, scores, says why it cannot."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM, DATA = os.path.abspath(sys.argv.pop(1)), os.path.abspath(sys.argv.pop(1))
STATES = os.path.join(DATA, "states.safetensors")


def run(*words):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True)


class Monitor(unittest.TestCase):
    def test_it_fits_once_and_scores(self):
        with tempfile.TemporaryDirectory() as folder:
            probe = os.path.join(folder, "probe.safetensors")
            first = run("--json", "--every", "100", probe, STATES)
            again = run("--json", "--every", "100", probe, STATES)
            text = run(probe, STATES)
        self.assertEqual((first.returncode, again.returncode, text.returncode), (0, 0, 0))
        self.assertIn("fitting person", first.stderr)
        self.assertEqual(again.stderr, "")
        found = json.loads(again.stdout)
        self.assertEqual((found["n_states"], found["dim"], len(found["scores"])), (500, 384, 5))
        self.assertEqual(found["scores"], json.loads(first.stdout)["scores"])
        self.assertIn("%d of 500 states over 0" % found["n_over"], text.stdout)

    def test_errors(self):
        for words, status, message in ((("--layer",), 2, "--layer"), (("--no",), 2, "--no"), (("p", "/no/such"), 1, "/no/such")):
            got = run(*words)
            self.assertEqual((got.returncode, got.stdout), (status, ""))
            self.assertIn(message, got.stderr)
        self.assertIn("usage: monitor", run("--help").stdout)


if __name__ == "__main__":
    unittest.main()
