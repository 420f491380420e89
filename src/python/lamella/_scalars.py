"""Numbers and text on their way to C, where ctypes would cut them without a word."""
import ctypes
import operator
import os

from ._errors import ArgumentError

INTEGERS = (ctypes.c_int32, ctypes.c_uint32, ctypes.c_int64, ctypes.c_uint64)


def shown(value):
    """A value in a message: what is long by what it is."""
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and shape:
        return f"an array {value.dtype} {list(shape)}"
    text = repr(value.item() if shape == () and hasattr(value, "item") else value)
    return text if len(text) <= 60 else f"a {type(value).__name__}"


def integer(value, ctype, name):
    try:
        number = operator.index(value)
    except TypeError:
        raise ArgumentError(f"{name} is {shown(value)}, expected an integer") from None
    if ctype(number).value != number:
        within = f"an integer of {8 * ctypes.sizeof(ctype)} bits" + (" from 0 on" if ctype(-1).value > 0 else "")
        raise ArgumentError(f"{name} is {number}, expected {within}")
    return number


def real(value, name):
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ArgumentError(f"{name} is {shown(value)}, expected a number") from None


def function(value, name):
    if not callable(value):
        raise ArgumentError(f"{name} is {shown(value)}, expected a function")
    return value


def text(value, name):
    if not isinstance(value, str):
        raise ArgumentError(f"{name} is {shown(value)}, expected text")
    return without_nul(value.encode(), name)


def path(value, name):
    try:
        return without_nul(os.fsencode(value), name)
    except TypeError:
        raise ArgumentError(f"{name} is {shown(value)}, expected the path of a file") from None


def without_nul(encoded, name):
    """In C, text ends at the first."""
    if b"\0" in encoded:
        raise ArgumentError(f"{name} is {encoded!r}, expected no NUL in it")
    return encoded


def elements(values, name):
    """The elements of what has an order."""
    if not isinstance(values, (str, bytes, set, frozenset, dict)):
        try:
            return list(values)
        except TypeError:
            pass
    hint = f", as [{values!r}]" if isinstance(values, (int, float)) else ""
    raise ArgumentError(f"{name} is {shown(values)}, expected a list{hint}")


ELEMENTS = {"i64": (ctypes.c_int64, lambda value, name: integer(value, ctypes.c_int64, name)),
            "f64": (ctypes.c_double, real),
            "text": (ctypes.c_char_p, text)}


def array(values, of, name):
    """A list as a C array of i64, f64 or text."""
    ctype, converted = ELEMENTS[of]
    made = [converted(value, f"{name}[{i}]") for i, value in enumerate(elements(values, name))]
    return (ctype * len(made))(*made)
