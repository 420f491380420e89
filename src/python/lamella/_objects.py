"""Classes of the library's objects, and the place of every function: lamella.<room>.<operation> or a verb of an object."""
import ctypes
import functools
import sys
import threading
import types
import weakref

from . import _mirror, _probe
from ._calls import Function
from ._errors import ArgumentError
from ._library import LIBRARY

LIBRARY.lamella_last_error.restype = ctypes.c_char_p


def _end(free, pointer, keep):
    """`keep` lives until here: callbacks, and memory that the object reads."""
    free(pointer)


class Core:
    """What is freed when the object and all arrays of its memory are gone."""

    def __init__(self, pointer, free, keep):
        self.pointer = pointer
        self.end = weakref.finalize(self, _end, free, pointer, keep)


def _loaded(class_, saved, told):
    """A copy of an object from its bytes, with what the call that made the first one gave beside it."""
    made = class_.load(saved)
    made.__dict__.update(told)
    return made


class Object:
    """Base of the library's objects; usable as a context manager."""
    _core = _handle = None

    def __init__(self, *args, **kwargs):
        made_by = [name for name, verb in vars(type(self)).items() if isinstance(verb, staticmethod) and not name.startswith("_")]
        raise TypeError(f"a {_name(type(self))} is made by {' or '.join(f'{_name(type(self))}.{name}' for name in made_by)}")

    def _pointer(self):
        """The C handle, and what keeps it."""
        core = self._core
        if core is None:
            raise ValueError(f"the {_name(type(self))} is freed")
        return ctypes.c_void_p(core.pointer), core

    def _adopt(self, pointer, keep):
        self._core = Core(pointer, self._free, keep)
        self._lock = threading.RLock()  # one thread at a time uses a context

    def _make(self, function, args, kwargs):
        values = function.run(self, args, kwargs)
        self.__dict__.update(zip((a["name"] for a in function.outputs), values))
        self._add(function.bound(args, kwargs))

    def _add(self, given):
        """What a class adds from the arguments that made it."""

    def __getattr__(self, name):
        """Its named arrays are attributes: what `get` gives for the name."""
        if self._core is not None and not name.startswith("_") and hasattr(type(self), "get"):
            try:
                return self.get(name)
            except ArgumentError as error:
                raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}': {error}") from None
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def free(self):
        """Lets go of it; it is freed when the last array of its memory is gone."""
        self.__dict__.clear()

    def __reduce__(self):
        """Pickles, and is copied, by its bytes."""
        if not hasattr(type(self), "bytes") or self._core is None:
            raise TypeError(f"a {_name(type(self))} lives in one process: make it anew where it is needed")
        told = {name: value for name, value in self.__dict__.items() if not name.startswith("_")}
        return _loaded, (type(self), self.bytes().tobytes(), told)

    def __repr__(self):
        told = "".join(f", {value}" for value in self.__dict__.values() if isinstance(value, tuple))
        return f"<{_name(type(self))}{told if self._core else ', freed'}>"

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.free()


def _name(class_):
    return f"{class_.__module__}.{class_.__name__}"


def _named(function, call, place):
    room = next(i for i, word in enumerate(place) if word[0].isupper() or word is place[-1])
    call.__name__, call.__qualname__, call.__module__ = place[-1], ".".join(place[room:]), ".".join(place[:room])
    call.__doc__ = function.entry["doc"]
    return call


def _plain(function):
    def call(*args, **kwargs):
        return function(*args, **kwargs)
    call.__signature__ = function.signature
    return call


def _maker(function, class_):
    def call(*args, **kwargs):
        made = class_.__new__(class_)
        made._make(function, args, kwargs)
        return made
    call.__signature__ = function.signature
    return call


def _constructor(function):
    def __init__(self, *args, **kwargs):
        self._make(function, args, kwargs)
    return __init__


def _verb(function):
    def call(self, *args, **kwargs):
        return function(self, *args, **kwargs)
    call.__signature__ = function.signature
    return call


def _class(handle, python):
    """The class of an object, without its verbs."""
    *place, name, _ = python.split(".")
    free = getattr(LIBRARY, handle + "_free")
    free.restype, free.argtypes = None, [ctypes.c_void_p]
    return type(name, (*_probe.ADDED.get(python, ()), Object), {"_free": staticmethod(free), "_handle": handle, "__module__": ".".join(place)})


def _module(package, name):
    """lamella.<room>, importable."""
    if not hasattr(package, name):
        module = types.ModuleType(f"lamella.{name}", _mirror.ROOMS[name])
        sys.modules[module.__name__] = module
        setattr(package, name, module)
    return getattr(package, name)


_LOCAL = threading.local()


def thread_context(class_):
    """The context of this thread, made at its first call: the threads of the affinity mask, BLAS left as it is."""
    if not hasattr(_LOCAL, "context"):
        _LOCAL.context = class_()
    return _LOCAL.context


def build(package):
    """Puts every function of the table where its Python name says."""
    classes = {handle: _class(handle, python) for handle, python in _mirror.OBJECTS.items()}
    for handle, python in _mirror.OBJECTS.items():
        place = python.split(".")[1:-1]
        setattr(_module(package, place[0]) if len(place) > 1 else package, place[-1], classes[handle])
    context = functools.partial(thread_context, classes["lamella_context"])
    for entry in _mirror.FUNCTIONS:
        if entry["name"].endswith("_free"):
            continue
        _place(package, entry["python"].split("."), Function(entry, context), classes)


def _place(package, place, function, classes):
    made = classes[function.by_name[function.makes]["of"]] if function.makes else None
    home = package
    for word in place[1:-1]:
        home = getattr(home, word, None) or _module(package, word)
    here = getattr(home, place[-1], None)
    if isinstance(here, type):
        here.__init__ = _named(function, _constructor(function), place)
        here.__doc__, here.__signature__ = function.entry["doc"], function.signature
    elif made:
        call = _named(function, _maker(function, made), place)
        made.__doc__ = made.__doc__ or f"Made by {function.entry['python']}. {function.entry['doc'].strip().split(chr(10))[0]}"
        first = next(a for a in function.arguments if a["kind"] != "context")
        of_one = first["way"] != "out" and first.get("of") == getattr(home, "_handle", "")  # made of another of its kind: a method
        setattr(home, place[-1], staticmethod(call) if isinstance(home, type) and not of_one else call)
    else:
        call = _verb(function) if isinstance(home, type) else _plain(function)
        setattr(home, place[-1], _named(function, call, place))
