"""The Python programs of examples/python, those of the README among them, run from the root of a checkout as they stand."""
import concurrent.futures
import glob
import os
import subprocess
import sys
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def run(program):
    return subprocess.run([sys.executable, "-W", "error", program], cwd=ROOT, capture_output=True, text=True)


class Programs(unittest.TestCase):
    def test_each_runs(self):
        programs = sorted(glob.glob(os.path.join(ROOT, "examples", "python", "*.py")))
        self.assertTrue(programs)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for program, done in zip(programs, pool.map(run, programs)):
                with self.subTest(os.path.basename(program)):
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    self.assertTrue(done.stdout.strip())


if __name__ == "__main__":
    unittest.main()
