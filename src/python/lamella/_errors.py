"""An exception for each failing status, a warning for each that is not one. The message is the library's."""
from ._mirror import ENUMS

STATUS = ENUMS["LAMELLA_OK"]


class Error(Exception):
    """A call failed; nothing changed. `status` is the library's number. What the call filled on failure is an attribute, as `fault`."""
    status = None


class Stopped(Error):
    """The progress callback or the deadline stopped the call."""
    status = STATUS["stopped"]


class Note(UserWarning):
    """Results stand, something was counted: look at the result."""


class NotConverged(UserWarning):
    """Results stand, with flags in the result."""


_ALSO = {"argument": ValueError, "shape": ValueError, "dtype": TypeError, "nonfinite": ValueError, "empty": ValueError,
         "memory": MemoryError, "io": OSError, "format": ValueError, "numeric": ArithmeticError, "unsupported": NotImplementedError,
         "callback": RuntimeError}


def _of_statuses():
    """ERR_SHAPE becomes ShapeError, which is also a ValueError."""
    for name, status in STATUS.items():
        if name.startswith("err_"):
            word = name[len("err_"):]
            bases = (Error, _ALSO[word]) if word in _ALSO else (Error,)
            yield status, type(word.capitalize() + "Error", bases, {"status": status, "__module__": "lamella"})


ERRORS = dict(_of_statuses())
ERRORS[STATUS["stopped"]] = Stopped
WARNINGS = {STATUS["note"]: Note, STATUS["not_converged"]: NotConverged}
ArgumentError = ERRORS[STATUS["err_argument"]]
ShapeError = ERRORS[STATUS["err_shape"]]
DtypeError = ERRORS[STATUS["err_dtype"]]
for _class in (Error, Stopped, Note, NotConverged):
    _class.__module__ = "lamella"
EXPORTED = {c.__name__: c for c in [Error, Note, NotConverged, *ERRORS.values()]}


def named(error, function):
    """The error, whose words begin with the function that it came out of."""
    error.args = (f"{function}: {error}",)
    return error
