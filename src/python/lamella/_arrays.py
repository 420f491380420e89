"""NumPy arrays as views and back, without a copy wherever a view can describe the array. bf16 is a uint16 array."""
import ctypes

from . import _scalars
from ._dlpack import bf16_interface
from ._errors import ArgumentError, DtypeError, Error, ShapeError
from ._mirror import ENUMS, MAX_RANK
from ._mirror.base import lamella_view

NUMBER = ENUMS["LAMELLA_F32"]
NAME = {number: name for name, number in NUMBER.items()}
FLAGS = ENUMS["LAMELLA_READONLY"]
IN_NUMPY = {"f32": "float32", "f64": "float64", "f16": "float16", "bf16": "uint16", "i8": "int8", "u8": "uint8", "i32": "int32",
            "i64": "int64", "bool": "bool"}
FROM_NUMPY = {**{numpy: name for name, numpy in IN_NUMPY.items() if name != "bf16"}, "bfloat16": "bf16"}
# What integers become where the argument takes the dtype and not what it has: the least and the greatest that stay what they are.
EXACT = {"i64": (-2**63, 2**63 - 1), "u8": (0, 255), "f64": (-2**53, 2**53)}


class Layout:
    """An array that is not in memory: its shape and its dtype as the library names it, as "f16"."""

    def __init__(self, shape, dtype):
        self.shape, self.dtype = tuple(_scalars.array(shape, "i64", "shape")), dtype

    def __eq__(self, other):
        return isinstance(other, Layout) and (self.shape, self.dtype) == (other.shape, other.dtype)

    __hash__ = None

    def __repr__(self):
        return f"{type(self).__name__}(shape={self.shape}, dtype={self.dtype!r})"


def dtype_name(array_dtype, bf16=False):
    """The library's name of a dtype, however it is given; None for what has no view."""
    import numpy
    name = numpy.dtype(array_dtype).name if isinstance(array_dtype, type) else str(array_dtype)
    if name in NUMBER:
        return name
    return "bf16" if name == "uint16" and bf16 else FROM_NUMPY.get(name)


def dtype_number(array_dtype, name):
    found = dtype_name(array_dtype)
    if not found:
        raise DtypeError(f"{name} is {_scalars.shown(array_dtype)}, expected one of {', '.join(NUMBER)}")
    return NUMBER[found]


# ---- what is given ----

def as_array(value, name):
    """What NumPy makes of it, in this machine's byte order, with strides that are whole elements; and the library's dtype if NumPy
    has no word for it."""
    import numpy
    if isinstance(value, numpy.ma.MaskedArray):
        raise ArgumentError(f"{name} is a masked array, whose mask would be lost: give its .data, and Stack(..., mask=) what is valid")
    if hasattr(value, "toarray"):
        raise ArgumentError(f"{name} is a sparse {type(value).__name__}, expected an array: type {name}.toarray()")
    if hasattr(value, "n_layers"):
        raise ArgumentError(f"{name} is a {type(value).__name__}, expected an array: of its layers one, as {name}.layers[0]")
    dtype = value.dtype if isinstance(value, Layout) else None
    array = numpy.frombuffer(value, "u1") if isinstance(value, (bytes, bytearray)) else _asked(value, name)
    if array.dtype == object and hasattr(value, "__dlpack__") and array is not value:
        array, dtype = numpy.asarray(Memory(*bf16_interface(value, name))), "bf16"
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    if any(stride % max(array.itemsize, 1) for stride in array.strides):
        array = array.copy()
    return array, dtype


def _asked(value, name):
    """What asarray gives; without NumPy's own words where it fails."""
    import numpy
    try:
        return numpy.asarray(value)
    except Error:
        raise
    except Exception as error:
        if hasattr(value, "__dlpack__"):
            return numpy.empty((), object)      # a dtype of its own: the tensor is asked itself
        if isinstance(value, (list, tuple)):
            raise ShapeError(f"{name} is a list of parts of different shapes, expected an array") from None
        raise ArgumentError(f"{name} is a {type(value).__name__}, expected an array: {error}") from error


def fitted(array, dtype, name, takes, booleans):
    """The array in a dtype that the argument takes, where nothing is lost: integers, and small floats, that it has no dtype for."""
    kind = array.dtype.kind
    if dtype in takes:
        return array, dtype
    whole = next((to for to in ("i64", "u8", "f64") if to in takes), None) if takes[0] != "f32" or "i8" not in takes else None
    if whole and (kind in "iu" and dtype != "bf16" or kind == "b" and booleans):
        low, high = (int(array.min()), int(array.max())) if array.size else (0, 0)
        least, most = EXACT[whole]
        if low < least or high > most:
            raise ArgumentError(f"{name} holds {low if low < least else high}, expected {least} to {most}")
        return array.astype(IN_NUMPY[whole]), whole
    if "f64" in takes and dtype == "f16" or whole and kind == "f" and array.size == 0:
        to = "f64" if "f64" in takes else whole
        return array.astype(IN_NUMPY[to]), to
    raise DtypeError(f"{name} {unfit(array, dtype, name, takes)}")


def unfit(array, dtype, name, takes):
    """What an array holds that the argument does not take, and what to type."""
    kind, first = array.dtype.kind, next(iter(array.flat), None)
    first = first.item() if hasattr(first, "item") else first
    whole = takes[0] in ("i8", "i32", "i64", "u8")
    names = ["bf16" if t == "bf16" else IN_NUMPY[t] for t in takes]
    expected = f"expected {', '.join(names[:-1])}{' or ' * (len(names) > 1)}{names[-1]}"
    if kind == "O" and any(element is None for element in array.flat):
        at = next(i for i, element in enumerate(array.flat) if element is None)
        return f"holds None at {at}, {expected}: what is missing is a number that a mask leaves out"
    if kind in "USO" and isinstance(first, (str, bytes)):
        if array.ndim == 0:
            return f"is the text {first!r}, {expected}" + (f"; labels of a stack file are states.labels[{first!r}]" if takes[0] == "i32" else "")
        return f"holds text, {expected}" + (f": type np.unique({name}, return_inverse=True)[1]" if whole else "")
    if kind == "O" and isinstance(first, int):
        return f"holds {max(array.flat, key=abs)}, {expected}"
    if kind == "O":
        of = f"a {type(first).__name__}" if array.ndim == 0 else f"objects of Python, as a {type(first).__name__}"
        return f"{'is' if array.ndim == 0 else 'holds'} {of}, {expected}"
    said = f"is of dtype {array.dtype if dtype != 'bf16' else 'bf16'}, {expected}"
    if kind == "u" and array.itemsize == 2 and "bf16" in takes:
        return f'{said}; for bf16 in uint16 say dtype="bf16"'
    if kind == "b":
        return f"{said}: row numbers of a mask are np.flatnonzero({name})"
    if kind == "f" and whole and "u8" in takes:
        return f"{said}: type {name} == 0 if it is added to scores, else {name} != 0"
    if kind == "f" and whole and (array % 1 != 0).any():
        return f"{said}, and {array[array % 1 != 0].flat[0]} is none"
    if kind in "iuf" and dtype != "bf16":
        return f'{said}: type {name}.astype("{IN_NUMPY["i64" if whole else "f32" if "f32" in takes else takes[0]]}")'
    return said


# ---- views ----

def fill_view(view, value, name, bf16=False, takes=tuple(NUMBER), booleans=True, written=False):
    """Describes an array, or a Layout with no data; returns what has to live as long as the view."""
    if isinstance(value, Layout) and not hasattr(value, "__array__"):
        set_shape(view, value.shape, [0] * len(value.shape), name)
        view.dtype = dtype_number(value.dtype, f"{name}.dtype")
        return None
    array, dtype = as_array(value, name)
    if written and array is not value:
        raise ArgumentError(f"{name} is {_scalars.shown(value)}: an output is a NumPy array in native byte order with strides of whole elements")
    array, dtype = fitted(array, dtype or dtype_name(array.dtype, bf16), name, takes, booleans)
    set_shape(view, array.shape, [stride // array.itemsize for stride in array.strides], name)
    view.dtype = NUMBER[dtype]
    view.data = array.ctypes.data
    if not array.flags.writeable:
        view.flags |= FLAGS["readonly"]
    if any(stride == 0 and extent > 1 for stride, extent in zip(array.strides, array.shape)):
        view.flags |= FLAGS["broadcast"]
    return array


def set_shape(view, shape, strides, name):
    if len(shape) > MAX_RANK:
        raise ShapeError(f"{name} is an array of {len(shape)} axes, expected at most {MAX_RANK}")
    view.rank = len(shape)
    view.shape[:len(shape)] = shape
    view.stride[:len(shape)] = strides


class Memory:
    """Memory of the library as NumPy takes it: the array keeps this, and this keeps the owner."""

    def __init__(self, interface, owner):
        self.__array_interface__ = interface
        self.owner = owner


def array_at(view, owner, readonly=False):
    """The array that a filled view describes, or its Layout if its data is not in memory."""
    import numpy
    shape = tuple(view.shape[:view.rank])
    dtype = numpy.dtype(IN_NUMPY[NAME[view.dtype]])
    if not view.data:
        return numpy.empty(shape, dtype) if 0 in shape else Layout(shape, NAME[view.dtype])
    strides = [stride * dtype.itemsize for stride in view.stride[:view.rank]]
    implied = not any(strides) and not view.flags & FLAGS["broadcast"]
    return numpy.asarray(Memory({"version": 3, "shape": shape, "typestr": dtype.str, "strides": None if implied else tuple(strides),
                                 "data": (view.data, readonly or bool(view.flags & FLAGS["readonly"]))}, owner))


def address(value, name):
    """A place in memory: a number, or where an array begins."""
    if isinstance(value, int):
        return value, None
    array, _ = as_array(value, name)
    return array.ctypes.data, array


def views_of(values, name, *how):
    """A C array of views and what they need alive."""
    views = (lamella_view * len(values))()
    return views, [fill_view(view, value, f"{name}[{i}]", *how) for i, (view, value) in enumerate(zip(views, values))]


def pointer(views):
    return ctypes.cast(views, ctypes.POINTER(lamella_view))
