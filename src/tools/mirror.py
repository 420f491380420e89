"""The ctypes mirror: structs, enums and tables of functions, as Python modules of data, one a room."""
import re

import abi
import callbacks
import options
import pyhelp

MADE = "Made by src/tools/generate.py from the headers: structs and functions, as Python calls them."
NUMBERS = {"int8_t": "c_int8", "uint8_t": "c_uint8", "int32_t": "c_int32", "uint32_t": "c_uint32", "int64_t": "c_int64",
           "uint64_t": "c_uint64", "double": "c_double", "float": "c_float", "char": "c_char"}
CTYPES = {*NUMBERS.values(), "c_char_p", "c_void_p", "CFUNCTYPE", "POINTER", "Structure"}


def ctype(api, type_):
    """A C type in ctypes' words."""
    bare = type_.replace("const ", "").replace(" const", "").replace("* ", "*").strip()
    bare = api.aliases.get(bare, bare)
    if bare == "void":
        return "None"
    if bare in NUMBERS or bare in api.structs:
        return NUMBERS.get(bare, bare)
    if bare == "char *":
        return "c_char_p"
    if bare == "void *" or bare.rstrip(" *") in api.handles and bare.count("*") == 1:
        return "c_void_p"
    if bare.endswith("*"):
        return f"POINTER({ctype(api, bare[:-1].strip() if not bare.endswith('**') else bare[:-1])})"
    raise ValueError(f"no ctypes type for {type_}")


def field_type(api, f):
    if f.arguments is not None:
        return f"CFUNCTYPE({', '.join([ctype(api, f.type)] + [field_type(api, a) for a in f.arguments])})"
    return f"{ctype(api, f.type)} * {f.length}" if f.length else ctype(api, f.type)


def given(a, of_callbacks):
    """What a callback is given, in C's words. Only in structs of callbacks a const view is one of const numbers: a stack's `read` fills it."""
    if a.arguments is not None:
        return "task"
    return a.type if of_callbacks or a.type != "const lamella_view *" else "lamella_view *"


def struct_text(api, struct):
    size, offsets = abi.layout(struct, api.structs)
    lines = [f"class {struct.name}(Structure):"]
    lines += ["    _fields_ = ["] + [f'        ("{f.name}", {field_type(api, f)}),' for f in struct.fields] + ["    ]"]
    details = {}
    inside = {name for f in api.functions for a in f.arguments if a.inside and a.of_struct == struct.name for name in (a.name, a.count)}
    for f in struct.fields:
        if f.arguments is not None:
            details[f.name] = ("callback", [(given(a, struct in callbacks.structs_of(api)), a.name) for a in f.arguments])
        elif f.name in inside:
            details[f.name] = ("inside", None)
        elif api.enum_of_field(f):
            details[f.name] = ("enum", api.enum_of_field(f).first)
        elif f.length and options.parts_of(f)[:1] and options.parts_of(f)[0].startswith("length "):
            details[f.name] = ("length", options.parts_of(f)[0].removeprefix("length "))
    lines.append(f"    layout = ({size}, {list(offsets.values())})")
    if struct in options.structs_of(api):
        defaults = {f.name: options.default_of(api, f) for f in options.ruled_fields(api, struct)}
        lines.append(f"    defaults = {({name: value for name, value in defaults.items() if value is not None})!r}")
    lines += ["    details = {"] + [f"        {name!r}: {detail!r}," for name, detail in details.items()] + ["    }"]
    return "\n".join(lines)


def argument_entry(api, a):
    entry = {"name": a.name, "way": a.way, "kind": a.kind}
    pointer = {"i64": "out", "f64": "out", "handle": "out"}.get(a.kind)
    if a.kind in ("i64", "f64", "handle", "text", "count", "bytes", "sizeof", "list"):
        type_ = a.type if pointer != a.way else a.type[:-1].strip()
        if a.kind == "text" and a.way == "out":
            type_ = "const char *"
        entry["ctype"] = ctype(api, type_)
    if a.enum:
        entry["enum"] = api.enum_of(a.enum).first
    for key in ("dtypes", "axes", "each", "of", "optional", "inside", "count"):
        if getattr(a, key) and (key != "dtypes" or a.kind in ("view", "views", "stack")):
            entry[key] = getattr(a, key)
    if a.way == "in" and a.kind == "view" and a.dtypes == ["i32", "i64"] and "any integers" not in a.attributes:
        entry["no_booleans"] = True     # a bool array is labels, but no row numbers
    if a.kind == "callbacks":
        entry["required"] = callbacks.required(api.structs[a.of])
    if a.shorter:
        entry["shorter"] = a.shorter
    if "of the caller's size" in a.attributes:
        entry["by_caller"] = True
    if any(attribute.startswith("filled on") for attribute in a.attributes):
        entry["on_failure"] = True
    return entry


def entry_text(entry):
    """One argument as a call of dict; ctypes' types stand as they are."""
    return "dict(" + ", ".join(f"{k}={v}" if k == "ctype" else f"{k}={v!r}" for k, v in entry.items()) + ")"


def function_text(api, f):
    doc = "\n             ".join(repr(line + "\n") for line in pyhelp.lines(api, f))
    result = ctype(api, f.returns)
    head = f'    dict(name="{f.name}", python="{f.python()}", returns={result}, checked={f.returns == "lamella_status"},'
    entries = "".join(f"\n             {entry_text(argument_entry(api, a))}," for a in f.arguments)
    return f"{head}\n         doc=({doc}),\n         arguments=[{entries}]),"


def room_text(api, room):
    """What a room's header, or the plate on its door, says in the first line: what lamella.<room> says of itself."""
    path = api.root / "include" / "lamella" / f"{room}.h"
    return f"    {room!r}: {path.read_text(encoding='utf-8').split(chr(10), 1)[0].strip('/* ')!r},"


def file_room(f):
    """The room in whose header it stands."""
    return f.file.split("/")[1].removesuffix(".h")


def imported(parts, own, rooms_of):
    """Imports of what a file's text names: of ctypes, and structs of other rooms."""
    words = set(re.findall(r"\w+", "\n".join(parts)))
    lines = [f"from ctypes import {', '.join(sorted(words & CTYPES))}"] if words & CTYPES else []
    for room in dict.fromkeys(rooms_of.values()):
        names = sorted(name for name in words & set(rooms_of) - set(own) if rooms_of[name] == room)
        lines += [f"from .{room} import {', '.join(names)}"] if names else []
    return "\n".join(lines) + "\n\n" if lines else ""


def room_file(api, room, rooms_of):
    structs = [name for name in api.structs if rooms_of[name] == room]
    classes = [struct_text(api, api.structs[name]) for name in structs]
    functions = [function_text(api, f) for f in api.functions if file_room(f) == room]
    body = "\n\n\n".join(classes + [f"STRUCTS = [{', '.join(structs)}]\n\nFUNCTIONS = [\n" + "\n".join(functions) + "\n]\n"])
    return f'"""{MADE}"""\n{imported([body], structs, rooms_of)}{chr(10) if structs else ""}{body}'


def whole(api, rooms):
    enums = [f"    {e.first!r}: {dict((name[len(e.prefix):].lower(), value) for name, value in e.members.items())}," for e in api.enums]
    classes = {name: f.python() for name in api.handles for f in api.functions if f.name == f"{name}_free"}
    said = dict.fromkeys(f.room for f in api.functions if f.room)
    return "\n".join([
        f'"""{MADE}"""', f"from . import {', '.join(rooms)}",
        "", f'VERSION = "{api.version()}"',
        f"MAX_RANK = {api.numbers['LAMELLA_MAX_RANK']}", f"STOP = {api.numbers['LAMELLA_STOP']}", "",
        "# By the name of the first enumerator.", "ENUMS = {", "\n".join(enums), "}", "",
        "# The class of each object; its last word frees it.",
        "OBJECTS = {", "\n".join(f"    {name!r}: {python!r}," for name, python in classes.items()), "}", "",
        "# What each room holds.", "ROOMS = {", "\n".join(room_text(api, room) for room in said), "}", "",
        f"_FILES = ({', '.join(rooms)},)",
        "STRUCTS = [struct for file in _FILES for struct in file.STRUCTS]",
        "FUNCTIONS = [function for file in _FILES for function in file.FUNCTIONS]", ""])


def files(api):
    """Name -> text: a file for each room, and one of what all of them are."""
    rooms = list(dict.fromkeys(room for _, room, _, _ in api.headers))
    rooms_of = {s.name: room for _, room, _, contents in api.headers for s in contents.structs}
    return {"__init__.py": whole(api, rooms), **{f"{room}.py": room_file(api, room, rooms_of) for room in rooms}}
