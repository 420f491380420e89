"""The Python programs of examples/python, those of the README among them, run from the root of a checkout as they stand."""
import glob
import os
import subprocess
import sys
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


class Programs(unittest.TestCase):
    def test_each_runs(self):
        programs = sorted(glob.glob(os.path.join(ROOT, "examples", "python", "*.py")))
        self.assertTrue(programs)
        for program in programs:
            with self.subTest(os.path.basename(program)):
                run = subprocess.run([sys.executable, "-W", "error", program], cwd=ROOT, capture_output=True, text=True)
                self.assertEqual((run.returncode, run.stderr), (0, ""))
                self.assertTrue(run.stdout.strip())


if __name__ == "__main__":
    unittest.main()
