"""Python functions as C callbacks. Whatever they raise is kept, the call is told to stop, and the exception comes out of the call whole.

A signal (Ctrl-C) that came while the library worked is delivered at the first bytecode of the next Python function that runs. If
that were the callback's own first bytecode, no `try` of ours would see the KeyboardInterrupt and ctypes would drop it. So callbacks
enter a generator that already waits inside its `try`, through a C function that packs the arguments into one list for `send`.
"""
import contextlib
import ctypes
import functools
import threading
import weakref

from ._arrays import array_at
from ._mirror import STOP


class _Caught(threading.local):
    exception = None


CAUGHT = _Caught()  # callbacks run on the thread of the call


@contextlib.contextmanager
def raised_here():
    """What a callback raises inside comes out at the end, whatever the library made of it."""
    before, CAUGHT.exception = CAUGHT.exception, None
    try:
        yield
        if CAUGHT.exception:
            raise CAUGHT.exception
    finally:
        CAUGHT.exception = before


def _waiting(function, answer_of, failed):
    """Calls function(*arguments) for every list of arguments sent. Signals are also handled where the inner loop turns."""
    answer = None
    while True:
        try:
            while True:
                arguments = yield answer
                answer = answer_of(function(*arguments))
        except GeneratorExit:
            return
        except BaseException as error:
            # without this frame: who clears the frames of a traceback would close the generator
            CAUGHT.exception = CAUGHT.exception or error.with_traceback(error.__traceback__.tb_next)
            answer = failed


class _Entry:
    """`send` of a generator that waits."""


def _entered(entry, n):
    """A callable of n arguments, all C, that calls entry.send with a list of them."""
    prototype = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object, ctypes.c_char_p, ctypes.c_char_p, *[ctypes.py_object] * n)
    call = prototype(("PyObject_CallMethod", ctypes.pythonapi))
    return functools.partial(call, entry, b"send", b"[" + b"O" * n + b"]")


def _in_python(types, arguments):
    """C arguments as Python takes them: without `user`, a task as a function of one number, a view as an array of its memory, NULL as None."""
    arguments = arguments[:-1]
    found, i = [], 0
    while i < len(arguments):
        type_, value = types[i][0], arguments[i]
        if type_ == "task":
            data = arguments[i + 1]
            value, i = functools.partial(_run_task, value, data), i + 1
        elif type_ == "const char *":
            value = value.decode("utf-8", "replace") if value is not None else None
        elif type_ in ("lamella_view *", "const lamella_view *"):
            value = array_at(value.contents, None, type_.startswith("const")) if value else None
        found.append(value)
        i += 1
    return found


def _run_task(task, data, i):
    task(i, data)


def callback(function, ctype, types):
    """function as a C function pointer of ctype; keep the result as long as C may call it."""
    returns = ctype._restype_
    answers = {None: (lambda answer: None, None), ctypes.c_void_p: (lambda answer: answer, None)}
    answer_of, failed = answers.get(returns, (lambda answer: int(answer or 0), STOP))
    entry = _Entry()
    home = weakref.ref(entry)   # else the generator would hold itself

    def waiting():
        generator = _waiting(called, answer_of, failed)
        next(generator)
        return generator.send

    def called(*arguments):
        """A call that comes back from within the function meets a generator of its own: this one is busy."""
        busy, home().send = home().send, waiting()
        try:
            return function(*_in_python(types, arguments))
        finally:
            home().send = busy

    entry.send = waiting()
    return ctype(_entered(entry, len(ctype._argtypes_)))
