"""A row of the table as a callable: runs without the interpreter lock, turns the status into an exception or a warning."""
import contextlib
import inspect
import warnings

from . import _records
from ._callbacks import raised_here
from ._errors import ERRORS, STATUS, WARNINGS, ArgumentError, Error, named
from ._frame import FIELDS, TOLD, Frame
from ._library import LIBRARY
from ._stacks import PARTS

KEYWORD, POSITIONAL = inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD
ARRAYS = ("view", "views")


class Function:
    """`default_context` gives the context of this thread."""

    def __init__(self, entry, default_context):
        self.entry, self.name, self.arguments = entry, entry["name"], entry["arguments"]
        self.default_context = default_context
        self.kinds = {argument["kind"] for argument in self.arguments}
        self.by_name = {argument["name"]: argument for argument in self.arguments}
        self.c = getattr(LIBRARY, self.name, None)
        if not self.c:
            raise ImportError(f"lamella: {LIBRARY._name} has no {self.name}: it is older than this package; build or install it anew")
        self.c.restype = entry["returns"]
        self.outputs = [a for a in self.arguments if a["way"] == "out" and a["kind"] not in ("handle", "outputs") and "on_failure" not in a]
        self.makes = next((a["name"] for a in self.arguments if a["way"] == "out" and a["kind"] == "handle"), None)
        self.signature = inspect.Signature(self.parameters())
        self.tuple = _records.tuple_class(entry["python"], entry["python"].rpartition(".")[2], [a["name"] for a in self.outputs])

    def parameters(self):
        """Inputs, the optional ones last; by keyword: callbacks, the fields of the options, outputs to write into, dtype, ctx."""
        inputs = [a for a in self.arguments if a["way"] != "out" and a["kind"] not in TOLD + FIELDS + ("context",)]
        arrays = [a for a in self.outputs if a["kind"] in ARRAYS]
        required = [a["name"] for a in inputs if "optional" not in a] + [a["name"] for a in arrays if "by_caller" in a]
        optional = [a["name"] for a in inputs if "optional" in a]
        structs = [_records.STRUCTS[a["of"]] for a in self.arguments if a["kind"] in FIELDS and a["way"] == "in"]
        keywords = [name for struct in structs for name in _records.fields_of(struct)] + [a["name"] for a in arrays if "by_caller" not in a]
        defaults = {name: value for struct in structs for name, value in getattr(struct, "defaults", {}).items()}
        defaults.update((name, inspect.Parameter.empty) for a in self.arguments for name in a.get("required", []))
        if "dtype" not in required and any(a["kind"] in ARRAYS + ("stack",) for a in self.arguments):
            keywords.append("dtype")
        if any(a["kind"] == "context" for a in self.arguments):
            keywords.append("ctx")
        return ([inspect.Parameter(name, POSITIONAL) for name in required]
                + [inspect.Parameter(name, POSITIONAL, default=None) for name in optional]
                + [inspect.Parameter(name, KEYWORD, default=defaults.get(name)) for name in keywords])

    def __call__(self, *args, **kwargs):
        """One output alone, several as a named tuple; what C returns where it returns no status."""
        values = self.run(None, args, kwargs)
        if not self.entry["checked"] or len(values) == 1:
            return values[0]
        return self.tuple(*values) if values else None

    def bound(self, args, kwargs):
        """The arguments by name, without the optional ones that are None."""
        name = self.entry["python"]
        try:
            given = self.signature.bind(*args, **kwargs).arguments
        except TypeError as error:
            parts = [f"{part} is a part of a stack: Stack(..., {part}=)" for part in kwargs if part in PARTS and "stack" in self.kinds]
            raise TypeError("; ".join([f"{name}: {error}", *parts, f"it is {name.rpartition('.')[2]}{self.signature}"])) from None
        for argument, value in given.items():
            if value is None and self.signature.parameters[argument].default is inspect.Parameter.empty:
                raise ArgumentError(f"{name}: {argument} is None")
        return {argument: value for argument, value in given.items() if value is not None}

    def run(self, made, args, kwargs):
        """The outputs in order; `made` takes the handle."""
        given = self.bound(args, kwargs)
        frame = Frame(self, given)
        self.prepare(frame)
        answer, message = self.call(frame, made)
        if not self.entry["checked"]:
            return [answer.decode() if isinstance(answer, bytes) else answer]
        if frame.impossible and answer == STATUS["err_dtype"]:
            raise named(frame.impossible, self.entry["python"])
        if answer in ERRORS:
            raise self.error(answer, message, frame)
        owner = [made._core if made else None, frame.keep]
        values = [frame.result(a, owner) for a in self.outputs]
        if answer in WARNINGS:
            counted = ", ".join(repr(v) for a, v in zip(self.outputs, values) if a["kind"] == "result")
            warnings.warn(f"{self.name}: {WARNINGS[answer].__doc__.split(':')[0]}: {counted}", WARNINGS[answer], stacklevel=4)
        return values

    def prepare(self, frame):
        """What is wrong with an argument already here says whose it is."""
        try:
            frame.prepare()
        except Error as error:
            raise named(error, self.entry["python"])

    def call(self, frame, made):
        """Status and message. What a callback raised comes out here, whatever the status."""
        with raised_here():
            with frame.ctx._lock if frame.ctx else contextlib.nullcontext():
                answer = self.c(*[frame.passed(a) for a in self.arguments if "inside" not in a])
            message = LIBRARY.lamella_last_error()
            if self.makes and frame.values[self.makes].value:
                made._adopt(frame.values[self.makes].value, frame.keep)
            return answer, message

    def error(self, answer, message, frame):
        error = ERRORS[answer](message.decode("utf-8", "replace") if answer < 0 else f"{self.name}: stopped")
        for argument in self.arguments:
            if "on_failure" in argument:
                setattr(error, argument["name"], _records.record(frame.values[argument["name"]]))
        return error
