"""Layered latent representations: stacks of hidden states probed, cut short, made comparable and combined.

    states = lamella.open("states.safetensors")
    pooled = lamella.fusion.pool(states, readout="mean").pooled

lamella.<room>.<operation>(inputs, option=value, ctx=None): NumPy arrays in and out without a copy; a stack is an opened file, a list
of arrays, one array [layer, sample, dim] or a Stack. One output comes alone, several as a named tuple that ends with the result. Any
output array can be given under its name, to be written in place. ctx is a lamella.Context: threads, limits, progress.

Arrays are named f32 f64 f16 bf16 i8 u8 i32 i64 bool. Integers are widened to what an argument takes, where nothing is lost; what it does
not take is refused with what to type. bf16 comes as a tensor of its library, or in uint16 with dtype="bf16"; it leaves as uint16.
"""
import sys as _sys
import typing as _typing

from . import _errors, _mirror, _objects
from ._arrays import Layout
from ._stacks import Stack, StackFile

__version__ = _mirror.VERSION
STOP = _mirror.STOP
globals().update(_errors.EXPORTED)
_objects.build(_sys.modules[__name__])

if _typing.TYPE_CHECKING:
    def __getattr__(name: str) -> _typing.Any: ...    # rooms are made from the table, a type checker cannot see them


def open(path, **options):
    """lamella.io.stack_open as a stack with labels: `with lamella.open(path) as states: states.labels["person"]`."""
    return StackFile(io.stack_open(path, **options))  # noqa: F821
