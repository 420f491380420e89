"""NumPy arrays as views and back, without a copy wherever a view can describe the array. bf16 is a uint16 array."""
import collections
import ctypes

from ._errors import ArgumentError, DtypeError, ShapeError
from ._mirror import ENUMS, MAX_RANK, lamella_view

NUMBER = ENUMS["LAMELLA_F32"]
NAME = {number: name for name, number in NUMBER.items()}
FLAGS = ENUMS["LAMELLA_READONLY"]
IN_NUMPY = {"f32": "float32", "f64": "float64", "f16": "float16", "bf16": "uint16", "i8": "int8", "u8": "uint8", "i32": "int32",
            "i64": "int64", "bool": "bool"}
FROM_NUMPY = {**{numpy: name for name, numpy in IN_NUMPY.items() if name != "bf16"}, "bfloat16": "bf16"}

Layout = collections.namedtuple("Layout", "shape dtype")
Layout.__doc__ = "An array that is not in memory: its shape and its dtype as the library names it, as \"f16\"."


def dtype_number(array_dtype, bf16):
    import numpy
    name = numpy.dtype(array_dtype).name if isinstance(array_dtype, type) else str(array_dtype)
    if name == "uint16" and bf16:
        name = "bfloat16"
    if name in NUMBER:
        return NUMBER[name]
    if name not in FROM_NUMPY:
        hint = '; for bf16 in uint16 say dtype="bf16"' if name == "uint16" else ""
        raise DtypeError(f"dtype {name} has no view, expected one of {', '.join(IN_NUMPY.values())}{hint}")
    return NUMBER[FROM_NUMPY[name]]


def as_array(value):
    """What NumPy makes of it, in this machine's byte order, with strides that are whole elements."""
    import numpy
    if isinstance(value, numpy.ma.MaskedArray):
        raise ArgumentError("a masked array, whose mask would be lost: give its .data, and Stack(..., mask=) what is valid")
    array = numpy.asarray(value)
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    if any(stride % max(array.itemsize, 1) for stride in array.strides):
        array = array.copy()
    return array


def as_integers(value, kinds):
    """NumPy's other integers, and booleans where they are labels, as int64, for which the library takes int32 and int64."""
    array = as_array(value)
    if array.dtype.kind not in kinds or array.dtype.name in ("int32", "int64"):
        return value
    if array.dtype.name == "uint64" and array.size and int(array.max()) > 2**63 - 1:
        raise ArgumentError(f"an integer is {int(array.max())}, expected at most 2^63 - 1")
    return array.astype("int64")


def fill_view(view, value, bf16=False, written=False):
    """Describes an array, or a Layout with no data; returns what has to live as long as the view."""
    if isinstance(value, Layout):
        set_shape(view, value.shape, [0] * len(value.shape))
        view.dtype = dtype_number(value.dtype, bf16)
        return None
    array = as_array(value)
    if written and array is not value:
        raise ArgumentError("an output is a NumPy array in native byte order with strides of whole elements")
    set_shape(view, array.shape, [stride // array.itemsize for stride in array.strides])
    view.dtype = dtype_number(array.dtype, bf16)
    view.data = array.ctypes.data
    if not array.flags.writeable:
        view.flags |= FLAGS["readonly"]
    if any(stride == 0 and extent > 1 for stride, extent in zip(array.strides, array.shape)):
        view.flags |= FLAGS["broadcast"]
    return array


def set_shape(view, shape, strides):
    if len(shape) > MAX_RANK:
        raise ShapeError(f"an array of {len(shape)} axes, expected at most {MAX_RANK}")
    view.rank = len(shape)
    view.shape[:len(shape)] = shape
    view.stride[:len(shape)] = strides


class Memory:
    """Memory of the library as NumPy takes it: the array keeps this, and this keeps the owner."""

    def __init__(self, interface, owner):
        self.__array_interface__ = interface
        self.owner = owner


def array_at(view, owner):
    """The array that a filled view describes, or its Layout if its data is not in memory."""
    import numpy
    shape = tuple(view.shape[:view.rank])
    dtype = numpy.dtype(IN_NUMPY[NAME[view.dtype]])
    if not view.data:
        return numpy.empty(shape, dtype) if 0 in shape else Layout(shape, NAME[view.dtype])
    strides = [stride * dtype.itemsize for stride in view.stride[:view.rank]]
    implied = not any(strides) and not view.flags & FLAGS["broadcast"]
    return numpy.asarray(Memory({"version": 3, "shape": shape, "typestr": dtype.str, "strides": None if implied else tuple(strides),
                                 "data": (view.data, bool(view.flags & FLAGS["readonly"]))}, owner))


def address(value):
    """A place in memory: a number, or where an array begins."""
    if isinstance(value, int):
        return value, None
    array = as_array(value)
    return array.ctypes.data, array


def views_of(values, bf16=False, written=False):
    """A C array of views and what they need alive."""
    views = (lamella_view * len(values))()
    return views, [fill_view(view, value, bf16, written) for view, value in zip(views, values)]


def pointer(views):
    return ctypes.cast(views, ctypes.POINTER(lamella_view))
