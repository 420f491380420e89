"""Finds and loads liblamella.so, and checks that it is the one this package was made for."""
import ctypes
from pathlib import Path

from . import _mirror

HERE = Path(__file__).parent


def check_layout():
    """The structs as Python lays them out against the numbers made from the headers."""
    for struct in _mirror.STRUCTS:
        here = (ctypes.sizeof(struct), [getattr(struct, field[0]).offset for field in struct._fields_])
        if here != struct.layout:
            raise ImportError(f"lamella: {struct.__name__} is laid out as {here} here, expected {struct.layout}")


def candidates():
    """Beside the package (a wheel), in the build folder of a source checkout, else where the system looks."""
    yield from sorted(HERE.glob("liblamella.so*"))
    if (HERE.parents[2] / "include" / "lamella.h").exists():
        built = [path for folder in ("build*", "build*/release") for path in HERE.parents[2].glob(f"{folder}/liblamella.so")]
        yield from sorted(built, key=lambda path: -path.stat().st_mtime)
    yield "liblamella.so.0"
    yield "liblamella.so"


def load():
    failed = ""
    for path in candidates():
        try:
            library = ctypes.CDLL(str(path))
        except OSError as error:
            if "openblas" in str(error):
                raise ImportError(f"lamella: {error}. On Debian or Ubuntu type: sudo apt-get install libopenblas0") from None
            failed = failed or str(error)
            continue
        check_version(library, path)
        return library
    raise ImportError(f"lamella: the library was not found: {failed}")


def check_version(library, path):
    """The same major and minor version; before 1.0 a minor one may change anything."""
    library.lamella_version.restype = ctypes.c_char_p
    found = library.lamella_version().decode()
    if found.split(".")[:2] != _mirror.VERSION.split(".")[:2]:
        raise ImportError(f"lamella: {path} is version {found}, expected {_mirror.VERSION}")


check_layout()
LIBRARY = load()
