"""Stacks: layers over the same samples."""
import ctypes
from collections.abc import Mapping

from ._arrays import Layout, array_at, pointer, views_of
from ._callbacks import callback
from ._errors import ShapeError
from ._mirror import ENUMS, lamella_stack
from ._scalars import array, integer

LAST_NORMED = ENUMS["LAMELLA_LAST_NORMED"]["normed"]
READ = dict(lamella_stack._fields_)["read"]


class Stack:
    """Layers in depth order, each [sample, dim], [sample, token, dim] or [sample, y, x, dim].

    layers: a list of arrays, or one array [layer, ...]; with `read`, Layouts (shape, dtype) of layers that are not in memory
    mask: over the layers' leading axes, 0 = padding;  offsets: ragged, [n_samples + 1];  sample_id: [n_samples]
    depth: of each layer, 0 = embedding;  n_depths: what relative depth is measured against;  last_normed: see lamella_stack
    read: read(depth, first_row, n_rows, into) fills `into` and returns how many rows it delivered (None: all)
    dtype: "bf16" if the layers are bf16 in uint16
    """
    _owner = _read = None

    def __init__(self, layers, *, mask=None, offsets=None, sample_id=None, depth=None, n_depths=0, last_normed=False, read=None,
                 dtype=None):
        layers = list(layers)
        views, self._keep = views_of(layers, dtype == "bf16")
        s = self._struct = lamella_stack(struct_size=ctypes.sizeof(lamella_stack), layer=pointer(views), n_layers=len(layers),
                                         n_depths=integer(n_depths, ctypes.c_int64, "n_depths"), flags=LAST_NORMED if last_normed else 0)
        self._keep.append(views)
        if depth is not None:
            if len(depth) != len(layers):
                raise ShapeError(f"depth has length {len(depth)}, expected {len(layers)} (one for each layer)")
            s.depth = array(depth, "i64", "depth")
        for name, value in (("mask", mask), ("offsets", offsets), ("sample_id", sample_id)):
            if value is not None:
                view, alive = views_of([value])
                setattr(s, name, pointer(view))
                self._keep += [view, alive]
        self._read = read

    @classmethod
    def of_struct(cls, struct, owner):
        """A stack that the library filled; it points into the owner's memory."""
        self = cls.__new__(cls)
        self._struct, self._owner = struct, owner
        return self

    def _for_call(self, keep):
        """The struct, with a callback of its own where Python reads: two threads may use one stack."""
        struct = self._struct
        if struct is None:
            raise ValueError("the stack is closed")
        keep += [self, self._owner]
        if not self._read:
            return struct
        def delivered(depth, first_row, n_rows, into):
            rows = self._read(depth, first_row, n_rows, into)
            return n_rows if rows is None else rows
        struct = lamella_stack.from_buffer_copy(struct)
        struct.read = callback(delivered, READ, lamella_stack.details["read"][1])
        keep.append(struct.read)
        return struct

    @property
    def n_layers(self):
        return self._struct.n_layers

    @property
    def layers(self):
        """Arrays of the same memory, or Layouts where rows are read."""
        return [array_at(self._struct.layer[l], self) for l in range(self.n_layers)]

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
        return "<lamella.Stack, closed>" if self._struct is None else f"<lamella.Stack of {self.n_layers} layers {self.shapes}>"


class Labels(Mapping):
    """The labels of a stack file by NAME, as i64 arrays; they keep the file open."""

    def __init__(self, file):
        self._file = file

    def __getitem__(self, name):
        if name not in list(self):
            raise KeyError(name)
        return self._file.label(name)

    def __iter__(self):
        names = (self._file.entry(i).name for i in range(self._file.sizes().n_entries))
        return (name[len("label."):] for name in names if name.startswith("label."))

    def __len__(self):
        return len(list(iter(self)))


class StackFile(Stack):
    """A stack whose rows are read from a file when a call asks for them. `file` is the lamella.io.File, `found` says what was taken."""

    def __init__(self, file):
        self.file, self.found, self.labels = file, file.result, Labels(file)
        self._struct, self._owner = file.stack._struct, file.stack._owner

    def close(self):
        """Lets go of the file; it closes when the last array of its memory is gone."""
        self._struct = self._owner = None
        self.file.free()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


def as_stack(value, bf16=False):
    """A Stack, an object that has one, a list of layers or one array, layers first."""
    if isinstance(value, Stack):
        return value
    if isinstance(getattr(value, "stack", None), Stack):
        return value.stack
    if not isinstance(value, (list, tuple)) and len(getattr(value, "shape", ())) < 3:
        raise ShapeError("a stack is an opened file, a list of arrays, or one array [layer, sample, dim]")
    return Stack(value, dtype="bf16" if bf16 else None)


__all__ = ["Layout", "Stack", "StackFile"]
