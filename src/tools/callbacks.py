"""Structs of callbacks, what an operation cannot do without: struct_size, reserved fields, functions, one `void *user` that each gets last.

A function answers int32_t (0 to go on), int64_t or nothing, and LAMELLA_STOP where it answers at all. It is given numbers, text and views: a
const lamella_view * is read, a lamella_view * written, NULL is none. Braces of its comment:

    optional        may be NULL, as has all that a later version adds behind `user`
    answers WHAT    what an int64_t counts; any other answer is ERR_CALLBACK
"""
import options

GIVEN = ("int32_t", "int64_t", "uint32_t", "uint64_t", "double", "const char *", "const lamella_view *", "lamella_view *")


def structs_of(api):
    return [api.structs[name] for name in dict.fromkeys(a.of for f in api.functions for a in f.arguments if a.kind == "callbacks")
            if name in api.structs]


def functions_of(struct):
    return [f for f in struct.fields if f.arguments is not None]


def keywords(argument, structs):
    """What Python has instead of the argument."""
    return [f.name for f in functions_of(structs[argument.of])] if argument.kind == "callbacks" and argument.of in structs else []


def required(struct):
    return [f.name for f in functions_of(struct) if "optional" not in options.parts_of(f)]


def is_user(v):
    return (v.name, v.type) == ("user", "void *")


def faults_of(f):
    *given, last = f.arguments or [f]
    if not is_user(last):
        yield "its last parameter is no `void *user`"
    yield from (f"{a.name} is a {a.type}, expected {', '.join(GIVEN)}" for a in given if a.arguments is not None or a.type not in GIVEN)
    if f.type not in ("int32_t", "int64_t", "void"):
        yield f"it returns {f.type}, expected int32_t, int64_t or void"
    parts = options.parts_of(f)
    yield from (f"no attribute of ours: {part}" for part in parts if part != "optional" and not part.startswith("answers "))
    if (f.type == "int64_t") != any(part.startswith("answers ") for part in parts):
        yield "what an int64_t counts is said as {answers ...}, and of nothing else"


def faults(api, struct):
    if struct not in structs_of(api):
        return
    functions = functions_of(struct)
    for f in functions:
        yield from (f"{f.line}: {struct.name}.{f.name}: {fault}" for fault in faults_of(f))
    for f in struct.fields[1:]:
        if f not in functions and not is_user(f) and not f.name.startswith("reserved"):
            yield f"{f.line}: {struct.name}.{f.name}: a struct of callbacks holds functions, `void *user` and reserved fields"
    users = [f.line for f in struct.fields if is_user(f)]
    if not functions or len(users) != 1:
        yield f"{struct.line}: {struct.name}: a struct of callbacks holds functions and one `void *user`"
    yield from (f"{f.line}: {struct.name}.{f.name}: what came after `user` is not in the structs of older hosts, so it is {{optional}}"
                for f in functions if f.name in required(struct) and users and f.line > users[0])
