"""Python called from C: exceptions come out whole, signals too, and the interpreter is free while the library works."""
import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import unittest
from concurrent.futures import ThreadPoolExecutor

import lamella
import numpy as np

X = np.random.default_rng(2).standard_normal((2, 700, 8)).astype("f4")


class Oops(Exception):
    pass


def oops(*arguments):
    raise Oops("from inside")


def long_stack():
    """Minutes of work, no memory: one row, fifty million times."""
    return np.broadcast_to(np.ones(64, "f4"), (4, 50_000_000, 64))


class Exceptions(unittest.TestCase):
    def whole(self, call):
        try:
            call()
            self.fail("nothing was raised")
        except Oops as error:
            self.assertIn("oops", [frame.name for frame in traceback.extract_tb(error.__traceback__)])
        # nothing stays behind
        np.testing.assert_array_equal(lamella.moments.layers(X).norms.shape, (2, 3))

    def test_from_progress(self):
        self.whole(lambda: lamella.moments.layers(X, ctx=lamella.Context(progress=oops)))

    def test_from_read(self):
        self.whole(lambda: lamella.moments.layers(lamella.Stack([lamella.Layout((9, 4), "f32")], read=oops)))

    def test_from_parallel_for(self):
        self.whole(lambda: lamella.moments.layers(X, ctx=lamella.Context(parallel_for=oops, threads=2)))

    def test_from_log(self):
        code = "import lamella\ndef oops(level, message): raise KeyError(message)\nlamella.Context(own_blas=1, log=oops)"
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "OPENBLAS_NUM_THREADS": "2"})
        self.assertIn("KeyError: 'own_blas", run.stderr)

    def test_what_is_no_exception_class_of_ours(self):
        def leave(*arguments):
            raise SystemExit(3)
        with self.assertRaises(SystemExit):
            lamella.moments.layers(X, ctx=lamella.Context(progress=leave))

    def test_an_answer_that_is_no_number(self):
        with self.assertRaises(ValueError):
            lamella.moments.layers(X, ctx=lamella.Context(progress=lambda fraction, stage: "go on"))

    def test_an_answer_that_means_nothing(self):
        with self.assertRaises(lamella.CallbackError):
            lamella.moments.layers(X, ctx=lamella.Context(progress=lambda fraction, stage: 7))
        with self.assertRaises(lamella.CallbackError):
            lamella.moments.layers(lamella.Stack([lamella.Layout((9, 4), "f32")], read=lambda *_: 0))


class Host(unittest.TestCase):
    def test_progress_rises_to_one(self):
        seen = []
        lamella.moments.layers(X, ctx=lamella.Context(progress=lambda fraction, stage: seen.append((fraction, stage))))
        fractions = [fraction for fraction, _ in seen]
        self.assertEqual(fractions, sorted(fractions))
        self.assertTrue(0 <= fractions[0] and fractions[-1] == 1)
        self.assertEqual({stage for _, stage in seen}, {"lamella_moments_layers"})

    def test_progress_names_the_stage(self):
        stages = []
        lamella.probe.Linear.fit(X, np.arange(X.shape[1]) // 2 % 2, ctx=lamella.Context(progress=lambda _, stage: stages.append(stage)))
        self.assertIn("lamella_probe_linear_fit: scoring", stages)
        self.assertEqual(stages[-1], "lamella_probe_linear_fit")

    def test_the_hosts_parallel_for(self):
        ran = []

        def backwards(n, task):
            for i in reversed(range(n)):
                task(i)
            ran.append(n)
        theirs = lamella.moments.layers(X, ctx=lamella.Context(parallel_for=backwards, threads=4))
        self.assertTrue(ran)
        np.testing.assert_array_equal(theirs.norms, lamella.moments.layers(X).norms)

    def test_the_hosts_allocator(self):
        held, taken = {}, []

        def allocate(n_bytes, alignment):
            memory = ctypes.create_string_buffer(n_bytes + alignment)
            at = -(-ctypes.addressof(memory) // alignment) * alignment
            held[at] = memory
            taken.append(n_bytes)
            return at

        def release(memory, n_bytes, alignment):
            del held[memory]
        ctx = lamella.Context(allocate=allocate, release=release, threads=2)
        before = len(held)
        self.assertTrue(before)
        np.testing.assert_array_equal(lamella.moments.layers(X, ctx=ctx).norms, lamella.moments.layers(X).norms)
        self.assertEqual(len(held), before)
        ctx.free()
        self.assertEqual(held, {})

    def test_memory_that_runs_out(self):
        with self.assertRaises(MemoryError):
            lamella.Context(allocate=lambda n_bytes, alignment: None, release=lambda *_: None)

    def test_a_call_inside_a_callback(self):
        def read(depth, first, n, into):
            lamella.tensor.cast(X[depth, first:first + n], out=into)
        stack = lamella.Stack([lamella.Layout(layer.shape, "f32") for layer in X], read=read)
        np.testing.assert_array_equal(lamella.moments.layers(stack).norms, lamella.moments.layers(X).norms)

    def test_a_call_of_the_same_context_inside_its_callback(self):
        depths = []

        def progress(fraction, stage):
            depths.append(len(depths))
            if len(depths) < 4:
                lamella.tensor.finite(X, ctx=ctx)
        ctx = lamella.Context(progress=progress)
        lamella.moments.layers(X, ctx=ctx)
        self.assertGreater(len(depths), 4)

    def test_what_a_callback_frees_lives_until_the_call_is_over(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "x.safetensors")
            lamella.io.stack_save(path, X)
            states = lamella.open(path)

            def progress(fraction, stage):
                ctx.free()
                states.close()
            ctx = lamella.Context(progress=progress)
            np.testing.assert_array_equal(lamella.moments.layers(states, ctx=ctx).norms, lamella.moments.layers(X).norms)
            self.assertRaisesRegex(ValueError, "freed", lamella.moments.layers, X, ctx=ctx)


class Signals(unittest.TestCase):
    def setUp(self):
        """A shell starts what runs in the background with SIGINT ignored: then Python raises nothing by itself."""
        self.addCleanup(signal.signal, signal.SIGINT, signal.signal(signal.SIGINT, signal.default_int_handler))

    def after(self, seconds, number):
        timer = threading.Timer(seconds, os.kill, (os.getpid(), number))
        timer.start()
        self.addCleanup(timer.join)

    def stops(self, exception, call):
        started = time.monotonic()
        with self.assertRaises(exception):
            call()
        self.assertLess(time.monotonic() - started, 20)

    def test_ctrl_c_stops_a_long_call(self):
        self.after(0.3, signal.SIGINT)
        self.stops(KeyboardInterrupt, lambda: lamella.moments.layers(long_stack()))

    def test_ctrl_c_with_a_context_of_ones_own(self):
        self.after(0.3, signal.SIGINT)
        self.stops(KeyboardInterrupt, lambda: lamella.moments.layers(long_stack(), ctx=lamella.Context(threads=1)))

    def test_ctrl_c_under_a_callback_of_ones_own(self):
        """The signal is pending when the callback is entered: ctypes alone would lose the exception."""
        self.after(0.3, signal.SIGINT)
        self.stops(KeyboardInterrupt, lambda: lamella.moments.layers(long_stack(), ctx=lamella.Context(progress=lambda *_: 0)))

    def test_any_handler_that_raises(self):
        def handler(number, frame):
            raise Oops
        before = signal.signal(signal.SIGALRM, handler)
        self.addCleanup(signal.signal, signal.SIGALRM, before)
        self.after(0.3, signal.SIGALRM)
        self.stops(Oops, lambda: lamella.moments.layers(long_stack()))

    def test_a_handler_that_does_not_raise_lets_it_go_on(self):
        seen = []
        before = signal.signal(signal.SIGALRM, lambda number, frame: seen.append(number))
        self.addCleanup(signal.signal, signal.SIGALRM, before)
        self.after(0.05, signal.SIGALRM)
        wide = np.broadcast_to(np.ones(64, "f4"), (1, 3_000_000, 64))
        self.assertEqual(lamella.moments.layers(wide).counts[0, 0], 3_000_000)
        time.sleep(0.1)
        self.assertEqual(seen, [signal.SIGALRM])


class Threads(unittest.TestCase):
    def test_the_interpreter_is_free_during_work(self):
        counted, running = [0], [True]

        def count():
            while running[0]:
                counted[0] += 1
                time.sleep(0.001)
        thread = threading.Thread(target=count)
        thread.start()
        with self.assertRaises(lamella.Stopped):
            lamella.moments.layers(long_stack(), ctx=lamella.Context(threads=1, deadline_seconds=0.5))
        during = counted[0]
        running[0] = False
        thread.join()
        self.assertGreater(during, 50)

    def test_each_thread_has_one_context(self):
        from lamella import _objects

        def contexts():
            found = []
            for _ in range(2):
                lamella.moments.layers(X)
                found.append(_objects._LOCAL.context)
            return found
        with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
            first, second = one.submit(contexts).result(), other.submit(contexts).result()
        self.assertIs(*first)
        self.assertIs(*second)
        self.assertIsNot(first[0], second[0])

    def test_one_context_for_two_threads_waits(self):
        ctx = lamella.Context(threads=2)
        with ThreadPoolExecutor(3) as pool:
            for found in pool.map(lambda _: lamella.moments.layers(X, ctx=ctx), range(100)):
                np.testing.assert_array_equal(found.norms, lamella.moments.layers(X).norms)

    def test_a_forked_child_works_on(self):
        lamella.moments.layers(X)
        child = os.fork()
        if child == 0:
            os._exit(0 if lamella.moments.layers(X).norms.shape == (2, 3) else 1)
        self.assertEqual(os.waitpid(child, 0)[1], 0)


if __name__ == "__main__":
    unittest.main()
