"""bf16 tensors of other libraries, for which NumPy has no dtype: their memory by the DLPack protocol, as uint16."""
import ctypes

from ._errors import ArgumentError, DtypeError

IN_HOST_MEMORY = (1, 3)     # kDLCPU, kDLCUDAHost
BFLOAT = 4                  # kDLBfloat


class Tensor(ctypes.Structure):
    """DLTensor, with which a DLManagedTensor begins."""
    _fields_ = [("data", ctypes.c_void_p), ("device_type", ctypes.c_int32), ("device_id", ctypes.c_int32), ("ndim", ctypes.c_int32),
                ("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16), ("shape", ctypes.POINTER(ctypes.c_int64)),
                ("strides", ctypes.POINTER(ctypes.c_int64)), ("byte_offset", ctypes.c_uint64)]


def _pointer_of(capsule):
    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return get(capsule, b"dltensor")


def bf16_interface(value, name):
    """The __array_interface__ of a bf16 tensor as uint16, and the capsule, which frees the tensor's memory when it is forgotten."""
    capsule = value.__dlpack__()
    t = Tensor.from_address(_pointer_of(capsule))
    if t.device_type not in IN_HOST_MEMORY:
        raise ArgumentError(f"{name} is a {type(value).__name__} in the memory of a device, expected one in main memory: type {name}.cpu()")
    if (t.code, t.bits, t.lanes) != (BFLOAT, 16, 1):
        raise DtypeError(f"{name} is a {type(value).__name__} that NumPy cannot take: type {name}.numpy()")
    strides = tuple(2 * t.strides[a] for a in range(t.ndim)) if t.strides else None
    return {"version": 3, "shape": tuple(t.shape[:t.ndim]), "typestr": "<u2", "strides": strides,
            "data": ((t.data or 0) + t.byte_offset, False)}, capsule
