"""One call while it runs: inputs converted, outputs allocated from the axes in the docs, results handed out."""
import ctypes
import re

from . import _arrays, _records, _scalars, _stacks
from ._axes import Axes, Untold
from ._errors import ERRORS, STATUS, ArgumentError, DtypeError, ShapeError
from ._mirror import OBJECTS
from ._mirror.base import lamella_view

BUFFER = 4096                         # bytes of a text that is filled
TOLD = ("count", "bytes", "sizeof")   # inputs that other arguments tell
FIELDS = ("options", "callbacks")     # structs whose fields are keywords
# A context that reports no progress of its own lets Python look at its signals: Ctrl-C stops a call.
DEFAULTS = {"lamella_context_options": {"progress": lambda fraction, stage: 0}}


class Frame:
    """C values by argument, sizes, and what has to live until the call returns. `given` are the arguments by name, without those
    that are None."""

    def __init__(self, function, given):
        self.function, self.given = function, given
        self.values, self.axes, self.keep, self.arrays = {}, Axes(), [], {}
        self.impossible = None      # why an output has no array
        self.structs = {}           # options and outputs, by argument
        self.ctx = None
        self.bf16 = given.get("dtype") == "bf16"    # what uint16 means here

    # ---- inputs ----

    def context(self, argument):
        self.ctx = self.given.get("ctx") or self.function.default_context()
        return self.handle({"name": "ctx", "of": "lamella_context"}, self.ctx)

    def view(self, argument, value):
        view, name = lamella_view(), argument["name"]
        self.keep.append(_arrays.fill_view(view, value, name, self.bf16, argument["dtypes"], "no_booleans" not in argument))
        if not view.data and isinstance(value, _arrays.Layout):
            raise ArgumentError(f"{name} is {value!r}, which is not in memory: type file.read(..., into=np.empty({value.shape}, ...)), or take "
                                "a layer of lamella.open(...).layers")
        if not view.rank and argument["axes"] != ["lead"]:
            raise ShapeError(f"{name} is {_scalars.shown(value)}, expected an array [{', '.join(argument['axes'])}]")
        self.axes.of_view(argument, view)
        return ctypes.byref(view)

    def views(self, argument, value):
        views, alive = _arrays.views_of(_scalars.elements(value, argument["name"]), argument["name"], self.bf16, argument["dtypes"])
        self.keep += alive
        self.axes.count(argument, argument["each"][0], len(views))
        return views

    def stack(self, argument, value):
        struct = _stacks.as_stack(value, self.bf16)._for_call(self.keep)
        for l in range(struct.n_layers):
            dtype = _arrays.NAME.get(struct.layer[l].dtype)
            if dtype not in argument["dtypes"]:
                raise DtypeError(f"{argument['name']} is of dtype {_arrays.IN_NUMPY[dtype]} at layer {l}, expected "
                                 f"{' or '.join(argument['dtypes'])}: give each layer as x.astype(\"float32\")")
        self.axes.of_stack(struct)
        return ctypes.byref(struct)

    def fields(self, argument):
        """The struct of the keywords given."""
        names = _records.fields_of(_records.STRUCTS[argument["of"]])
        given = {**DEFAULTS.get(argument["of"], {}), **{name: self.given[name] for name in names if name in self.given}}
        struct = _records.options(argument["of"], given, self.keep)
        self.axes.names.update((name, getattr(struct, name)) for name in names if isinstance(getattr(struct, name), int))
        self.structs[argument["name"]] = struct
        return ctypes.byref(struct)

    def handle(self, argument, value):
        if getattr(value, "_handle", None) != argument["of"]:
            raise ArgumentError(f"{argument['name']} is {_scalars.shown(value)}, expected a {OBJECTS[argument['of']].rpartition('.')[0]}")
        pointer, core = value._pointer()
        self.keep.append(core)  # freed by another thread or a callback, it lives until the call is over
        self.axes.objects[argument["name"]] = value
        return pointer

    def path(self, argument, value):
        return _scalars.path(value, argument["name"])

    def text(self, argument, value):
        return _scalars.text(value, argument["name"])

    def address(self, argument, value):
        place, alive = _arrays.address(value, argument["name"])
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
        if isinstance(value, dict) and argument["axes"][0].startswith("2 *"):
            value = [each for pair in value.items() for each in pair]
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
        if kind == "context":
            return self.context(argument)
        if kind in FIELDS:
            return self.fields(argument)
        if name not in self.given:
            return None
        return getattr(self, kind)(argument, self.given[name])

    # ---- outputs ----

    def dtype_of_output(self, argument):
        names = argument["dtypes"]
        follows = re.fullmatch(r"dtype\((\w+)\)", names[0])
        if follows:
            return _arrays.NAME[self.axes.dtypes[follows[1]]]
        if len(names) == 1:
            return names[0]
        if "dtype" not in self.given:
            raise ArgumentError(f"say dtype=, one of {', '.join(names)}, or {argument['name']}=")
        return _arrays.NAME[_arrays.dtype_number(self.given["dtype"], "dtype")]

    def allocated(self, argument, at):
        """An array of the size that the inputs tell, or None: then the library refuses the inputs, or `impossible` is why."""
        import numpy
        name = self.dtype_of_output(argument)
        try:
            shape = self.axes.shape(argument, at)
        except Untold as axis:
            self.impossible = self.impossible or ShapeError(f"no input tells the size of the axis `{axis}` of {argument['name']}")
            return None
        try:
            return numpy.empty(shape, _arrays.IN_NUMPY[name])
        except (MemoryError, ValueError):
            self.impossible = self.impossible or ERRORS[STATUS["err_memory"]](f"there is no memory for {argument['name']}, {name} {shape}")
            return None

    def output_arrays(self, argument, axes, at, given):
        """Arrays in nested lists, one level for each axis, as in C row-major; `given` ones, or allocated."""
        if not axes:
            return self.allocated(argument, at) if given is None else given
        n, name = self.axes.names[axes[0]], argument["name"]
        if given is None:
            given = [None] * n
        elif len(_scalars.elements(given, name)) != n:
            raise ShapeError(f"{name} has {len(given)} arrays over the axis `{axes[0]}`, expected {n}")
        return [self.output_arrays(argument, axes[1:], {**at, axes[0]: i}, each) for i, each in enumerate(given)]

    def output_views(self, argument):
        axes, name = argument.get("each", []), argument["name"]
        given = self.given.get(name)
        flat = [self.output_arrays(argument, axes, {}, given)]
        self.arrays[name] = flat[0] if given is None else given
        for _ in axes:
            flat = [array for inner in flat for array in inner]
        views = (lamella_view * len(flat))()    # one without an array stays without a dtype, which the library refuses last
        for i, (view, array) in enumerate(zip(views, flat)):
            if array is not None:
                of = f"{name}[{i}]" if axes else name
                self.keep.append(_arrays.fill_view(view, array, of, self.bf16 or given is None, written=True))
        return views

    def output(self, argument):
        kind = argument["kind"]
        if kind in ("view", "views"):
            return self.output_views(argument)
        if kind == "buffer":
            return ctypes.create_string_buffer(BUFFER)
        if kind == "filled":
            return lamella_view()
        if kind in ("result", "options", "outputs"):
            self.structs[argument["name"]] = struct = _records.empty(argument["of"])
            return struct
        return argument["ctype"]()

    # ---- the call ----

    def check_dtype(self):
        """The keyword: what an output becomes, if it can be several; and what uint16 is."""
        dtype, outputs = self.given.get("dtype"), self.function.outputs
        asked = any(len(a.get("dtypes", [])) > 1 and "by_caller" not in a for a in outputs)
        if dtype is not None and "dtype" not in self.function.by_name and not asked and not self.bf16:
            raise ArgumentError(f'dtype is {_scalars.shown(dtype)}, expected "bf16", if that is what uint16 arrays hold: every output has a dtype '
                                "of its own")

    def put_inside(self, argument):
        """A value as the field of options or outputs that it is, with its length in the field behind it."""
        value = self.values[argument["name"]]
        if "inside" not in argument or value is None:
            return
        struct, of = self.structs[argument["inside"]], getattr(value, "_obj", value)    # of byref
        setattr(struct, argument["name"], of if isinstance(of, ctypes.Array) else ctypes.pointer(of))
        if "count" in argument:
            setattr(struct, argument["count"], self.axes.names[(argument.get("each") or argument["axes"])[0].rpartition("*")[2].strip()])

    def prepare(self):
        arguments = self.function.arguments
        self.check_dtype()
        for argument in arguments:
            if argument["way"] != "out" and argument["kind"] not in TOLD:
                self.values[argument["name"]] = self.input(argument)
                self.put_inside(argument)
        for argument in arguments:
            if argument["way"] == "out":
                self.values[argument["name"]] = self.output(argument)
                self.put_inside(argument)
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
            return _arrays.array_at(value, owner)
        if kind == "result" and argument["of"] == "lamella_stack":
            return _stacks.Stack.of_struct(value, owner)
        if kind in ("result", "options"):
            return _records.record(value)
        if "enum" in argument:
            return _records.name_of(argument["enum"], value.value)
        plain = value.value
        return plain.decode("utf-8", "replace") if isinstance(plain, bytes) else plain
