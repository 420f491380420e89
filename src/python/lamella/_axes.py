"""Sizes of a call: what the inputs tell under the names of their axes, and the shapes of outputs from them."""
import re

from ._errors import ShapeError


class Untold(Exception):
    """No input tells the size of an axis: one has not the rank it should, and the library says so."""


class Axes:
    """What the inputs of a call say about sizes."""

    def __init__(self):
        self.names, self.lists, self.layers, self.dtypes, self.objects = {}, {}, [], {}, {}

    def of_view(self, argument, view):
        """The extents of a view under the names of its axes; `lead` takes what the others leave."""
        axes, shape = argument["axes"], list(view.shape[:view.rank])
        self.dtypes[argument["name"]] = view.dtype
        shorter = argument.get("shorter", [])
        if shorter and view.rank == len(shorter):    # the axes it leaves out have one element
            axes = shorter
            self.names.update((axis, 1) for axis in argument["axes"] if axis not in shorter)
        if "lead" in axes:
            at = axes.index("lead")
            after = len(axes) - at - 1
            self.names.setdefault("lead", shape[at:len(shape) - after])
            shape[at:len(shape) - after] = [None]
        for axis, extent in zip(axes, shape):
            self.names.setdefault(axis, extent)

    def of_stack(self, struct):
        views = [struct.layer[l] for l in range(struct.n_layers)]
        self.layers = [list(view.shape[:view.rank]) for view in views]
        first = self.layers[0] if self.layers and self.layers[0] else [0, 0]    # the library refuses it
        samples = struct.offsets[0].shape[0] - 1 if struct.offsets else first[0]
        self.names.update(layer=struct.n_layers, sample=samples, dim=first[-1], lead=first[:-1])

    def of_list(self, argument, values):
        factor, _, axis = argument["axes"][0].rpartition("*")
        count, rest = divmod(len(values), int(factor.strip() or 1))
        if rest:
            raise ShapeError(f"{argument['name']} has length {len(values)}, expected a multiple of {factor.strip()}")
        self.count(argument, axis.strip(), count)
        self.lists[argument["name"]] = (axis.strip(), values)

    def count(self, argument, axis, n):
        """Lists over one axis are equally long: C is told their length once."""
        if self.names.setdefault(axis, n) != n:
            raise ShapeError(f"{argument['name']} has length {n}, expected {self.names[axis]} (one for each {axis})")

    def extents(self, axis, at):
        """The extents of an axis of an output; `at` says which layer, width ... of an array of views it is."""
        if axis.isdigit():
            return [int(axis)]
        if axis == "dim(l)":
            return self.layers[at["layer"]][-1:]
        indexed = re.fullmatch(r"(\w+)\[\w\]", axis)
        if indexed:
            of, values = self.lists[indexed[1]]
            return [values[at[of]]]
        of_object = re.fullmatch(r"(\w+)\((\w+)\)", axis)
        if of_object:
            sizes = self.objects[of_object[2]].get(of_object[1])
            if "layer" not in at:   # offsets: the last one counts
                return [int(sizes[-1])]
            return [int(sizes[at["layer"]]) if at["layer"] < len(sizes) else 0]    # the library refuses it
        if axis not in self.names:
            raise Untold(axis)
        extent = self.names[axis]
        return extent if isinstance(extent, list) else [extent]

    def shape(self, argument, at):
        """Of an output; less than nothing is nothing, the library says why it is refused."""
        return [max(extent, 0) for axis in argument["axes"] for extent in self.extents(axis, at)]
