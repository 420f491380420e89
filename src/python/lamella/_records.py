"""Size-led structs: options from keywords, results as named tuples."""
import collections
import ctypes

from . import _mirror, _scalars
from ._callbacks import callback
from ._errors import ArgumentError

STRUCTS = {struct.__name__: struct for struct in _mirror.STRUCTS}


def is_own(name):
    """A field that carries something, not the size or a hole."""
    return name != "struct_size" and not name.startswith("reserved")


def fields_of(struct):
    """Those that are numbers and texts: arrays are arguments of their own."""
    return [name for name, _ in struct._fields_ if is_own(name) and name != "user" and struct.details.get(name, ("",))[0] != "inside"]


TUPLES = {}
FEW = 12    # numbers of an array, or elements of a list, that are shown


def short(value):
    """As repr shows it, but what is large by what it is: an array of many numbers, a list of many things."""
    if hasattr(value, "shape") and getattr(value, "size", 0) > FEW:
        return f"{value.dtype} {list(value.shape)}"
    if type(value) is list:
        shown = [short(each) for each in value[:FEW]]
        if len(value) > 2 and len(set(shown)) == 1:
            return f"{len(value)} x {shown[0]}"
        return f"[{', '.join(shown)}{', ...' if len(value) > FEW else ''}]"
    return repr(value)


def show(values):
    """A named tuple, in short."""
    return f"{type(values).__name__}({', '.join(f'{name}={short(value)}' for name, value in zip(values._fields, values))})"


def tuple_class(key, name, fields):
    """A named tuple that pickles by its key: nobody can import it by its name."""
    made = TUPLES[key] = collections.namedtuple(name, fields)
    made.__reduce__ = lambda values: (tuple_of, (key, *values))
    made.__repr__ = show
    return made


def tuple_of(key, *values):
    return TUPLES[key](*values)


RECORDS = {name: tuple_class(name, name[len("lamella_"):], fields_of(struct)) for name, struct in STRUCTS.items()}


def number_of(enum, value, name):
    """A choice by its name, as "mean", or by its number; yes and no are neither."""
    if not isinstance(value, (str, bool)):
        return _scalars.integer(value, ctypes.c_int32, name)
    if value not in _mirror.ENUMS[enum]:
        raise ArgumentError(f"{name} is {value!r}, expected one of {', '.join(_mirror.ENUMS[enum])}")
    return _mirror.ENUMS[enum][value]


def name_of(enum, number):
    """None for a number that is none, as the dtype of an array that has no view."""
    return next((name for name, value in _mirror.ENUMS[enum].items() if value == number), None)


def empty(name):
    struct = STRUCTS[name]()
    struct.struct_size = ctypes.sizeof(struct)
    return struct


def set_field(struct, name, value, keep):
    kind, detail = struct.details.get(name, ("", None))
    ctype = dict(struct._fields_)[name]
    if kind == "enum":
        value = number_of(detail, value, name)
    elif kind == "callback":
        value = callback(_scalars.function(value, name), ctype, detail)
    elif ctype in _scalars.INTEGERS:
        value = _scalars.integer(value, ctype, name)
    elif ctype is ctypes.c_double:
        value = _scalars.real(value, name)
    elif ctype is ctypes.c_char_p:
        value = _scalars.text(value, name)
    keep.append(value)
    setattr(struct, name, value)


def options(name, given, keep):
    """The struct of the keywords given; what is not given is the default."""
    struct = empty(name)
    for field, value in given.items():
        set_field(struct, field, value, keep)
    return struct


def get_field(struct, name):
    value = getattr(struct, name)
    kind, detail = struct.details.get(name, ("", None))
    if kind == "enum":
        return name_of(detail, value)
    if kind == "length":
        return tuple(value[:getattr(struct, detail)])
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return tuple(value) if isinstance(value, ctypes.Array) else value


def record(struct):
    """A struct that the library filled, copied."""
    name = type(struct).__name__
    return RECORDS[name](*[get_field(struct, field) for field in fields_of(type(struct))])
