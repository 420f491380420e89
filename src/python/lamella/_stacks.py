"""Stacks: layers over the same samples."""
import ctypes
import warnings
from collections.abc import Mapping

from ._arrays import IN_NUMPY, NAME, NUMBER, Layout, array_at, fill_view, pointer, views_of
from ._callbacks import raised_here
from ._errors import ERRORS, STATUS, ArgumentError, Error, Note, ShapeError, named
from ._mirror import ENUMS
from ._mirror.base import lamella_stack, lamella_view
from ._records import set_field
from ._scalars import array, elements, function, integer, shown

LAST_NORMED = ENUMS["LAMELLA_LAST_NORMED"]["normed"]
INTEGERS, MASK = ("i32", "i64"), ("u8", "bool")
# What the parts of a stack take, and whether a bool array is one.
PARTS = {"mask": (MASK, True), "offsets": (INTEGERS, False), "sample_id": (("i64",), False)}


def layers_of(value):
    """The layers of whatever is given as them, and their depths if it tells them."""
    n_axes = len(getattr(value, "shape", (0, 0, 0)))
    if isinstance(value, dict):
        if not all(isinstance(depth, int) for depth in value):
            raise ShapeError(f"layers is a dict of {shown(list(value))}, expected its arrays in the order of depth, or depths as its keys")
        return [value[depth] for depth in sorted(value)], sorted(value)
    if isinstance(value, Stack):
        raise ShapeError("layers is a stack already, with parts of its own: give its layers, as stack.layers")
    if isinstance(value, (str, bytes)) or hasattr(value, "__fspath__"):
        raise ShapeError(f"a stack is not {value!r}: type lamella.open({value!r})")
    if isinstance(value, Layout) or 0 < n_axes < 3 or not hasattr(value, "__iter__"):
        one = " for one layer type [x]" if n_axes == 2 else ""
        raise ShapeError(f"a stack is an opened file, a list of arrays, or one array [layer, sample, dim], not {shown(value)};{one}".rstrip(";"))
    return elements(value, "layers"), None


class Stack:
    """Layers in depth order, each [sample, dim], [sample, token, dim] or [sample, y, x, dim].

    layers: a list of arrays, one array [layer, ...] or a dict of arrays by depth; with `read`, Layouts (shape, dtype) of layers that
            are not in memory
    mask: over the layers' leading axes, of booleans or integers, 0 = padding
    offsets: ragged, tokens concatenated: where each sample begins and the last one ends, [n_samples + 1];  sample_id: [n_samples]
    depth: of each layer, 0 = embedding;  n_depths: what relative depth is measured against
    last_normed: whether the last layer already went through the model's final norm, as the last of Hugging Face's hidden_states
    read: read(depth, first_row, n_rows, into) fills `into` and returns how many rows it delivered (None: all)
    dtype: "bf16" if the layers are bf16 in uint16
    """
    _held = _owner = _read = None

    def __init__(self, layers, *, mask=None, offsets=None, sample_id=None, depth=None, n_depths=0, last_normed=False, read=None,
                 dtype=None):
        try:
            self._fill(layers, mask, offsets, sample_id, depth, n_depths, last_normed, read, dtype)
        except Error as error:
            raise named(error, "lamella.Stack")

    def _fill(self, layers, mask=None, offsets=None, sample_id=None, depth=None, n_depths=0, last_normed=False, read=None, dtype=None):
        self._read = read if read is None else function(read, "read")
        if dtype not in (None, "bf16"):
            raise ArgumentError(f'dtype is {shown(dtype)}, expected "bf16", if that is what uint16 arrays hold: others are those of the layers')
        layers, depths = layers_of(layers)
        if read:
            layers = [layer.layout() if isinstance(layer, Rows) else layer for layer in layers]
        views, self._keep = views_of(layers, "layers", dtype == "bf16")
        s = self._held = lamella_stack(struct_size=ctypes.sizeof(lamella_stack), layer=pointer(views), n_layers=len(layers),
                                       n_depths=integer(n_depths, ctypes.c_int64, "n_depths"), flags=LAST_NORMED if last_normed else 0)
        self._keep.append(views)
        depth = depths if depth is None else depth
        if depth is not None:
            s.depth = array(depth, "i64", "depth")
            if len(depth) != len(layers):
                raise ShapeError(f"depth has length {len(depth)}, expected {len(layers)} (one for each layer)")
        for name, value in (("mask", mask), ("offsets", offsets), ("sample_id", sample_id)):
            if value is not None:
                view = lamella_view()
                self._keep += [view, fill_view(view, value, name, False, *PARTS[name])]
                setattr(s, name, ctypes.pointer(view))
        if offsets is not None:
            check_offsets(self.offsets, self.shapes[0][0] if layers and self.shapes[0] else 0)

    @classmethod
    def of_struct(cls, struct, owner):
        """A stack that the library filled; it points into the owner's memory."""
        self = cls.__new__(cls)
        self._held, self._owner = struct, owner
        return self

    @property
    def _struct(self):
        if self._held is None:
            raise ValueError("the stack is closed")
        return self._held

    def _for_call(self, keep):
        """The struct, with a callback of its own where Python reads: two threads may use one stack."""
        struct = self._struct
        keep += [self, self._owner]
        if not self._read:
            return struct
        def delivered(depth, first_row, n_rows, into):
            rows = self._read(depth, first_row, n_rows, into)
            return n_rows if rows is None else rows
        struct = lamella_stack.from_buffer_copy(struct)
        set_field(struct, "read", delivered, keep)
        return struct

    def _rows(self, l, first, n):
        """Rows of a layer that is read, in an array."""
        import numpy
        keep, view = [], self._struct.layer[l]
        struct = self._for_call(keep)
        rows = numpy.empty((n, *view.shape[1:view.rank]), IN_NUMPY[NAME[view.dtype]])
        done = 0 if rows.size else n
        while done < n:
            into = lamella_view()
            fill_view(into, rows[done:], "into", view.dtype == NUMBER["bf16"])
            with raised_here():
                got = struct.read(self.depths[l], first + done, n - done, ctypes.byref(into), struct.user)
            if not 0 < got <= n - done:
                raise ERRORS[STATUS["err_io"]](f"lamella.Stack: layer {l} could not be read at row {first + done}: read returned {got}")
            done += got
        return rows

    @property
    def n_layers(self):
        return self._struct.n_layers

    @property
    def layers(self):
        """Arrays of the same memory; where rows are read, Rows."""
        found = [array_at(self._struct.layer[l], self) for l in range(self.n_layers)]
        if not (self._struct.read or self._read):
            return found
        return [Rows(layer, self, l) if isinstance(layer, Layout) else layer for l, layer in enumerate(found)]

    def __reduce__(self):
        """Pickles, and is copied, by its arrays."""
        if self._held is None or self._owner is not None:
            raise TypeError(f"a lamella.{type(self).__name__} that the library filled lives in one process: open or make it where it is needed")
        layers = [layer.layout() if isinstance(layer, Rows) else layer for layer in self.layers]
        told = {**{part: self._part(part) for part in PARTS}, "depth": self.depths, "n_depths": self._held.n_depths, "last_normed": self.last_normed,
                "read": self._read, "dtype": "bf16"}
        return _stack, (layers, told)

    def __len__(self):
        return self.n_layers

    def __getitem__(self, l):
        """A layer, or a list of some."""
        return self.layers[l]

    @property
    def shapes(self):
        return [tuple(view.shape[:view.rank]) for view in (self._struct.layer[l] for l in range(self.n_layers))]

    @property
    def n_samples(self):
        offsets = self._struct.offsets
        return offsets[0].shape[0] - 1 if offsets else self.shapes[0][0]

    @property
    def depths(self):
        return [self._struct.depth[l] if self._struct.depth else l for l in range(self.n_layers)]

    @property
    def n_depths(self):
        return self._struct.n_depths or self.n_layers

    @property
    def last_normed(self):
        return bool(self._struct.flags & LAST_NORMED)

    def _part(self, name):
        view = getattr(self._struct, name)
        return array_at(view[0], self) if view else None

    @property
    def mask(self):
        return self._part("mask")

    @property
    def offsets(self):
        return self._part("offsets")

    @property
    def sample_id(self):
        return self._part("sample_id")

    def __repr__(self):
        name = f"lamella.{type(self).__name__}"
        if self._held is None:
            return f"<{name}, closed>"
        shapes = self.shapes
        of = f" of {list(shapes[0])}" if len(set(shapes)) == 1 else f" of {list(shapes[0])} to {list(shapes[-1])}" if shapes else ""
        parts = [part for part in PARTS if getattr(self._struct, part)]
        return f"<{name}, {self.n_layers} layer{'s' * (self.n_layers != 1)}{of}{''.join(f', {part}' for part in parts)}>"


def _stack(layers, told):
    return Stack(layers, **told)


def check_offsets(offsets, n_rows):
    """Lengths, which many libraries take, are told by their sum: offsets begin with 0."""
    if offsets.ndim == 1 and offsets.size and offsets[0] != 0 and int(offsets.sum()) == n_rows:
        raise ArgumentError(f"offsets is {shown(offsets.tolist())}, expected 0 first and {n_rows} last; these look like lengths: type "
                            "np.concatenate([[0], np.cumsum(offsets)])")


class Rows(Layout):
    """A layer whose rows are read when a call asks for them. np.asarray reads all of them once; an index reads what it needs."""

    def __init__(self, layout, stack, l):
        super().__init__(layout.shape, layout.dtype)
        self._stack, self._l = stack, l

    def layout(self):
        return Layout(self.shape, self.dtype)

    def __getattr__(self, name):
        raise AttributeError(f"rows that are not in memory have no {name}: np.asarray reads them into an array")

    @property
    def ndim(self):
        return len(self.shape)

    def __array__(self, dtype=None, copy=None):
        rows = self._stack._rows(self._l, 0, len(self))
        return rows if dtype is None else rows.astype(dtype, copy=False)

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, key):
        first, end, step = key.indices(len(self)) if isinstance(key, slice) else (0, 0, 0)
        return self._stack._rows(self._l, first, max(end - first, 0)) if step == 1 else self.__array__()[key]


class Labels(Mapping):
    """The labels of a stack file by NAME, as i64 or float arrays; they keep the file open. Those that cannot be had are named in a
    warning when all are asked for, and say why when they are."""

    def __init__(self, file):
        self._file = file
        entries = (file.entry(i) for i in range(file.sizes().n_entries))
        self._names = {entry.name[len("label."):]: None for entry in entries if entry.name.startswith("label.")}

    def _found(self, name):
        """The array, or the exception that says why there is none."""
        try:
            return self._file.label(name)
        except Error as error:
            return error

    def __getitem__(self, name):
        if name not in self._names:
            raise KeyError(f"no label {name!r}: the file has {', '.join(self._names) or 'none'}")
        found = self._found(name)
        if isinstance(found, Error):
            raise found
        return found

    def __contains__(self, name):
        return name in self._names and not isinstance(self._found(name), Error)

    def _there(self):
        for name in self._names:
            if name not in self:
                warnings.warn(f"left out: {self._found(name)}", Note, stacklevel=3)
        return {name: None for name in self._names if name in self}

    def __iter__(self):
        return iter(self._there())

    def keys(self):
        return self._there().keys()

    def __len__(self):
        return sum(name in self for name in self._names)

    def __repr__(self):
        return f"<labels {', '.join(self._names) or 'none'}>"


class StackFile(Stack):
    """A stack whose rows are read from a file when a call asks for them. `file` is the lamella.io.File, `found` says what was taken."""

    def __init__(self, file):
        self.file, self.found, self.labels = file, file.result, Labels(file)
        self._held, self._owner = file.stack._held, file.stack._owner

    def close(self):
        """Lets go of the file; it closes when the last array of its memory is gone."""
        self._held = self._owner = None
        self.file.free()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


def as_stack(value, bf16=False):
    """A Stack, an object that has one, or what Stack takes as layers."""
    if isinstance(value, Stack):
        return value
    if isinstance(getattr(value, "stack", None), Stack):
        return value.stack
    made = Stack.__new__(Stack)
    made._fill(value, dtype="bf16" if bf16 else None)
    return made


__all__ = ["Layout", "Rows", "Stack", "StackFile"]
