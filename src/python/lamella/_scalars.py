"""Numbers and text on their way to C, where ctypes would cut them without a word."""
import ctypes
import operator

from ._errors import ArgumentError

INTEGERS = (ctypes.c_int32, ctypes.c_uint32, ctypes.c_int64, ctypes.c_uint64)


def integer(value, ctype, name):
    try:
        number = operator.index(value)
    except TypeError:
        raise ArgumentError(f"{name} is {value!r}, expected an integer") from None
    if ctype(number).value != number:
        raise ArgumentError(f"{name} is {number}, expected an integer of {8 * ctypes.sizeof(ctype)} bits")
    return number


def real(value, name):
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ArgumentError(f"{name} is {value!r}, expected a number") from None


def text(value, name):
    if not isinstance(value, str):
        raise ArgumentError(f"{name} is {value!r}, expected text")
    return without_nul(value.encode(), name)


def without_nul(encoded, name):
    """In C, text ends at the first."""
    if b"\0" in encoded:
        raise ArgumentError(f"{name} is {encoded!r}, expected no NUL in it")
    return encoded


ELEMENTS = {"i64": (ctypes.c_int64, lambda value, name: integer(value, ctypes.c_int64, name)),
            "f64": (ctypes.c_double, real),
            "text": (ctypes.c_char_p, text)}


def array(values, of, name):
    """A list as a C array of i64, f64 or text."""
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        raise ArgumentError(f"{name} is {values!r}, expected a list")
    ctype, converted = ELEMENTS[of]
    elements = [converted(value, f"{name}[{i}]") for i, value in enumerate(values)]
    return (ctype * len(elements))(*elements)
