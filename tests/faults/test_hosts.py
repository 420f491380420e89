"""What hosts in C and their builds met. Needs the library of build/release, and a C compiler."""
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

import lamella

ROOT = Path(__file__).resolve().parents[2]
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]


def text_of(*names):
    return re.sub(r"[\s*]+", " ", " ".join((ROOT / name).read_text(encoding="utf-8") for name in names))


class Hosts(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def runs(self, *command):
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        return done.stdout

    def test_E1_one_file_is_strict_c11(self):
        self.runs(sys.executable, ROOT / "src" / "tools" / "amalgamate.py", self.folder)
        self.runs("cc", "-std=c11", *STRICT, "-fsyntax-only", "lamella.c")

    def test_E2_a_monitor_without_blas(self):
        self.runs("cc", "-std=c99", *STRICT, "-O2", "-I", ROOT / "include", ROOT / "examples" / "embed" / "monitor.c",
                  ROOT / "build" / "release" / "liblamella.a", "-Wl,--gc-sections", "-lm", "-pthread", "-o", "monitor")
        self.assertLess((Path(self.folder) / "monitor").stat().st_size, 200000)
        self.assertNotIn("openblas", self.runs("ldd", "monitor"))

    def test_E5_a_row_of_another_width_is_the_callers_axis(self):
        x = np.random.default_rng(0).standard_normal((40, 6)).astype("f4")
        probe = lamella.probe.Linear.fit([x], np.arange(40) % 2, kind="ridge", n_bootstrap=-1)
        with self.assertRaisesRegex(lamella.Error, r"x\.shape\[0\] is 5, expected 6"):
            probe.score(0, x[0, :5])

    def test_E11_what_hosts_may_rely_on_is_written(self):
        headers = text_of("include/lamella/base.h", "include/lamella/context.h")
        for promise in ("release(user) when they are freed, also after the context was", "neither throws nor longjmps", "In a forked child contexts",
                        "what a file's reader took or left aside; what a saver could not make sure", "`threads` at once are of use, those beyond wait",
                        "LAMELLA_VERSION_NUMBER 100"):
            self.assertIn(promise, headers)
        self.assertRegex(text_of("README.md"), r"Linux on x86-64 with glibc, gcc \d+ and clang \d+ are tested")

    def test_B15_no_code_reads_a_message(self):
        for path in [*ROOT.glob("src/**/*.c"), *ROOT.glob("examples/**/*.c")]:
            for line in path.read_text(encoding="utf-8").splitlines():
                if "last_error" in line and path.name != "status.c":
                    self.assertNotRegex(line, r"\bstr\w+\(|\bsscanf\(|\bmem\w+\(", path)


class Promises(unittest.TestCase):
    """A call that fails leaves its inputs and objects as they were, wherever it fails."""

    def test_M7_a_nan_in_the_last_row(self):
        rng = np.random.default_rng(0)
        layers = [rng.standard_normal((60, 8)).astype("f4") for _ in range(3)]
        good, labels = [x.copy() for x in layers], np.arange(60) % 2
        project = lamella.relative.Project.fit(good, range(9))
        for x in layers:
            x[-1, -1] = np.nan
        before, kept = [x.copy() for x in layers], bytes(project.bytes())
        calls = {
            "pool": lambda: lamella.fusion.pool([x[:, None] for x in layers]),
            "truncate": lambda: lamella.matryoshka.truncate(layers, [4]),
            "grid_cosine": lambda: lamella.matryoshka.grid_cosine(layers, pairs=[[0, 59]], widths=[4]),
            "ridge": lambda: lamella.matryoshka.ridge(layers, labels[None], penalties=[1], widths=[4]),
            "search": lambda: lamella.matryoshka.search(layers[0], layers[1], 3),
            "fit": lambda: lamella.relative.Project.fit(layers, range(51, 60)),
            "apply": lambda: project.apply(layers),
            "probe": lambda: lamella.probe.Linear.fit(layers, labels, kind="ridge", n_bootstrap=-1),
        }
        for name, call in calls.items():
            with self.subTest(name):
                with self.assertRaises(lamella.NonfiniteError):
                    call()
                for x, b in zip(layers, before):
                    np.testing.assert_array_equal(x, b)
                self.assertEqual(bytes(project.bytes()), kept)


if __name__ == "__main__":
    unittest.main()
