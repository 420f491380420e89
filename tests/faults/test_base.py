"""What stood in the ground floor: address space, contexts, tiny numbers."""
import subprocess
import sys
import threading
import time
import unittest

import numpy as np

import lamella

WITHIN = """
import os, resource, numpy as np, lamella
x = np.random.default_rng(0).standard_normal((40, 8)).astype("f4")
lamella.version()
mapped = int(open("/proc/self/statm").read().split()[0]) * os.sysconf("SC_PAGESIZE")
resource.setrlimit(resource.RLIMIT_AS, (mapped + %d * 2**20,) * 2)
try:
    %s
    print("ok")
except MemoryError:
    print("memory")
"""
CONTEXT = "lamella.Context(threads=1)"
NO_CONTEXT = "lamella.relative.Project.fit([x], range(20))"


def within(megabytes, line):
    """What `line` comes to in a process that may map so much more; it is killed after ten seconds."""
    run = subprocess.run([sys.executable, "-c", WITHIN % (megabytes, line)], capture_output=True, text=True, timeout=10)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


class Base(unittest.TestCase):
    def test_M4_no_room_for_blas_is_memory(self):
        for line in (CONTEXT, NO_CONTEXT):
            self.assertEqual(within(100, line), "memory")
            self.assertEqual(within(400, line), "ok")
            self.assertIn(within(32, line), ("ok", "memory"))
            self.assertIn(within(129, line), ("ok", "memory"))

    def test_M10_threads_with_one_context_take_turns(self):
        context, wrong = lamella.Context(threads=2), []
        x = np.random.default_rng(0).standard_normal((300, 16)).astype("f4")
        right = lamella.matryoshka.search(x, x, 5).scores

        def search():
            for _ in range(100):
                if not np.array_equal(lamella.matryoshka.search(x, x, 5, ctx=context).scores, right):
                    wrong.append(1)

        threads = [threading.Thread(target=search) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_M12_rows_of_subnormal_numbers_are_searched_as_fast(self):
        def seconds(rows):
            def once():
                begun = time.process_time()
                lamella.matryoshka.search(rows, queries, 10, ctx=context)
                return time.process_time() - begun
            return min(once() for _ in range(5))

        context = lamella.Context(threads=1)
        x = np.random.default_rng(0).standard_normal((8000, 128)).astype("f4")
        queries = x[:100].copy()
        self.assertLess(seconds(x * np.float32(1e-40)), 4 * seconds(x))


if __name__ == "__main__":
    unittest.main()
