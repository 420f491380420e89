"""One call while it runs: inputs converted, outputs allocated from the axes in the docs, results handed out."""
import ctypes
import os
import re

from . import _arrays, _records, _scalars, _stacks
from ._axes import Axes
from ._errors import ArgumentError, ShapeError
from ._mirror import OBJECTS, lamella_view

BUFFER = 4096                         # bytes of a text that is filled
TOLD = ("count", "bytes", "sizeof")   # inputs that other arguments tell
# A context that reports no progress of its own lets Python look at its signals: Ctrl-C stops a call.
DEFAULTS = {"lamella_context_options": {"progress": lambda fraction, stage: 0}}


class Frame:
    """C values by argument, sizes, and what has to live until the call returns. `given` are the arguments by name, without those
    that are None."""

    def __init__(self, function, given):
        self.function, self.given = function, given
        self.values, self.axes, self.keep, self.arrays = {}, Axes(), [], {}
        self.ctx, self.cores = None, {}     # of objects: freed by another thread or a callback, they live until the call is over
        self.bf16 = given.get("dtype") == "bf16"    # what uint16 means here

    # ---- inputs ----

    def context(self, argument):
        self.ctx = self.given.get("ctx") or self.function.default_context()
        return self.handle({"name": "ctx", "of": "lamella_context"}, self.ctx)

    def view(self, argument, value):
        view = lamella_view()
        value = _arrays.as_integers(value, argument["integers"]) if "integers" in argument else value
        self.keep.append(_arrays.fill_view(view, value, self.bf16))
        self.axes.of_view(argument, view)
        return ctypes.byref(view)

    def views(self, argument, value):
        views, alive = _arrays.views_of(list(value), self.bf16)
        self.keep += alive
        self.axes.count(argument, argument["each"][0], len(views))
        return views

    def stack(self, argument, value):
        struct = _stacks.as_stack(value, self.bf16)._for_call(self.keep)
        self.axes.of_stack(struct)
        return ctypes.byref(struct)

    def options(self, argument):
        names = _records.fields_of(_records.STRUCTS[argument["of"]])
        given = {**DEFAULTS.get(argument["of"], {}), **{name: self.given[name] for name in names if name in self.given}}
        struct = _records.options(argument["of"], given, self.keep)
        self.axes.names.update((name, getattr(struct, name)) for name in names if isinstance(getattr(struct, name), int))
        return ctypes.byref(struct)

    def handle(self, argument, value):
        if getattr(value, "_handle", None) != argument["of"]:
            raise ArgumentError(f"{argument['name']} is {value!r}, expected a {OBJECTS[argument['of']].rpartition('.')[0]}")
        pointer, core = value._pointer()
        self.keep.append(core)
        self.axes.objects[argument["name"]] = value
        self.cores[argument["name"]] = core
        return pointer

    def path(self, argument, value):
        return _scalars.without_nul(os.fsencode(value), argument["name"])

    def text(self, argument, value):
        return _scalars.text(value, argument["name"])

    def address(self, argument, value):
        place, alive = _arrays.address(value)
        self.keep.append(alive)
        return ctypes.c_void_p(place)

    def i64(self, argument, value):
        number = _records.number_of(argument["enum"], value, argument["name"]) if "enum" in argument else value
        number = _scalars.integer(number, argument["ctype"], argument["name"])
        self.axes.names[argument["name"]] = number
        return argument["ctype"](number)

    def f64(self, argument, value):
        return ctypes.c_double(_scalars.real(value, argument["name"]))

    def list(self, argument, value):
        made = _scalars.array(value, argument["of"], argument["name"])
        self.axes.of_list(argument, made)
        return made

    def told(self, argument):
        """A size of a buffer or of a struct, or a count; of nothing if its list was not given."""
        of = self.function.by_name[argument["of"]]
        if argument["kind"] == "bytes":
            return argument["ctype"](BUFFER)
        if argument["kind"] == "sizeof":
            return argument["ctype"](ctypes.sizeof(_records.STRUCTS[of["of"]]))
        axis = (of.get("each") or of["axes"])[0].rpartition("*")[2].strip()
        return argument["ctype"](self.axes.names.get(axis, 0))

    def input(self, argument):
        kind, name = argument["kind"], argument["name"]
        if kind in ("context", "options"):  # their keywords have other names
            return getattr(self, kind)(argument)
        if name not in self.given:
            return None
        return getattr(self, kind)(argument, self.given[name])

    # ---- outputs ----

    def allocated(self, argument, at):
        """An array of the size that the inputs tell."""
        import numpy
        names = argument["dtypes"]
        follows = re.fullmatch(r"dtype\((\w+)\)", names[0])
        if follows:
            name = _arrays.NAME[self.axes.dtypes[follows[1]]]
        elif len(names) == 1:
            name = names[0]
        elif "dtype" not in self.given:
            raise ArgumentError(f"{self.function.name}: say dtype=, one of {', '.join(names)}, or {argument['name']}=")
        else:
            name = _arrays.NAME[_arrays.dtype_number(self.given["dtype"], False)]
        return numpy.empty(self.axes.shape(argument, at), _arrays.IN_NUMPY[name])

    def output_arrays(self, argument, axes, at, given):
        """Arrays in nested lists, one level for each axis, as in C row-major; `given` ones, or allocated."""
        if not axes:
            return self.allocated(argument, at) if given is None else given
        n = self.axes.names[axes[0]]
        if given is not None and len(given) != n:
            raise ShapeError(f"{argument['name']} has {len(given)} arrays over the axis `{axes[0]}`, expected {n}")
        return [self.output_arrays(argument, axes[1:], {**at, axes[0]: i}, None if given is None else given[i]) for i in range(n)]

    def output_views(self, argument):
        axes, given = argument.get("each", []), self.given.get(argument["name"])
        arrays = self.output_arrays(argument, axes, {}, given)
        self.arrays[argument["name"]] = arrays if given is None else given
        flat = [arrays]
        for _ in axes:
            flat = [array for inner in flat for array in inner]
        views, alive = _arrays.views_of(flat, self.bf16 or given is None, written=True)
        self.keep += alive
        return views

    def output(self, argument):
        kind = argument["kind"]
        if kind in ("view", "views"):
            return self.output_views(argument)
        if kind == "buffer":
            return ctypes.create_string_buffer(BUFFER)
        if kind == "filled":
            return lamella_view()
        if kind in ("result", "options"):
            return _records.empty(argument["of"])
        return argument["ctype"]()

    # ---- the call ----

    def prepare(self):
        arguments = self.function.arguments
        for argument in arguments:
            if argument["way"] != "out" and argument["kind"] not in TOLD:
                self.values[argument["name"]] = self.input(argument)
        for argument in arguments:
            if argument["way"] == "out":
                self.values[argument["name"]] = self.output(argument)
            elif argument["kind"] in TOLD:
                self.values[argument["name"]] = self.told(argument)

    def passed(self, argument):
        """Outputs that are ctypes objects go by address."""
        value = self.values[argument["name"]]
        by_address = argument["way"] == "out" and argument["kind"] not in ("view", "views", "buffer")
        return ctypes.byref(value) if by_address else value

    def result(self, argument, owner):
        kind, value = argument["kind"], self.values[argument["name"]]
        if kind in ("view", "views"):
            return self.arrays[argument["name"]]
        if kind == "filled":
            return _arrays.array_at(value, [owner, self.keep])
        if kind == "result" and argument["of"] == "lamella_stack":
            return _stacks.Stack.of_struct(value, owner)
        if kind in ("result", "options"):
            return _records.record(value)
        if "enum" in argument:
            return _records.name_of(argument["enum"], value.value)
        plain = value.value
        return plain.decode("utf-8", "replace") if isinstance(plain, bytes) else plain
