"""What help() says of a function: the words of its header as they are in Python. None of C's own are left."""
import re

import grammar
import options

NUMBER = {"i64": "integer", "f64": "number"}
ENUMS = re.compile(r"(LAMELLA_[A-Z0-9_]+)(?: ?\.\.\.)?")
ENDS = re.compile(r"[;,]? ?(?:valid until the \w+ is freed|NULL: not wanted|owned by the file)\b")


def quoted(choices, names):
    return ", ".join(f'"{name[len(choices.prefix):].lower()}"' for name in names)


def choices_of(api, f):
    """What the enumerators are called that the arguments and structs of a function, or of any verb of its object, are of: "LAST" of
    LAMELLA_READOUT_LAST."""
    handles = {a.of for a in f.arguments if a.kind == "handle"}
    arguments = [a for g in api.functions if g is f or handles & {a.of for a in g.arguments} for a in g.arguments]
    enums = [api.enum_of(a.enum) for a in arguments if a.enum]
    enums += [api.enum_of_field(field) for a in arguments if a.of in api.structs for field in api.structs[a.of].fields]
    return {name[len(e.prefix):] for e in enums if e for name in e.members}


def place_of(api, name):
    """A C name as Python has it: a function, an object's class, or the function that takes the options."""
    for f in api.functions:
        if name == f.name or any(a.kind in ("options", "callbacks") and a.of == name for a in f.arguments if a.way == "in"):
            return f.python()
        if any(a.kind == "handle" and a.of == name for a in f.arguments):
            return f.python().rpartition(".")[0] if f.first_handle() or f.operation().endswith(("_open", "_load", "_fit")) else f.python()
    return name.removeprefix("lamella_")


def enumerators(api, match):
    """One by its name, a family by all its names, or "bits" of which several can be set."""
    choices = api.enum_of(match[1])
    if not choices:
        return match[0]
    return quoted(choices, choices.members if match[0].endswith(".") else [match[1]])


def in_python(api, f, text):
    """A line of a header in Python's words."""
    names = choices_of(api, f)
    text = ENUMS.sub(lambda match: enumerators(api, match), ENDS.sub("", text))
    text = re.sub(r"\blamella_\w+", lambda match: place_of(api, match[0]), text.replace("options->", ""))
    text = re.sub(r"\b[A-Z][A-Z0-9_]+\b", lambda match: f'"{match[0].lower()}"' if match[0] in names else match[0], text)
    text = re.sub(r"\b_(save|load|get|open|bytes)\b", r"`\1`", text)
    return text.replace("READONLY", "read-only").replace("NULL", "None").rstrip()


def line(name, text):
    return f"  {name:<10} {text}".rstrip()


def own_fields(api, f, name):
    """Of a struct; without what has a line of its own."""
    told = {a.name for a in f.arguments if a.inside} | {a.count for a in f.arguments}
    return [field for field in api.structs[name].fields
            if field.name not in ("struct_size", "user") and not field.name.startswith("reserved") and field.name not in told]


def option_line(api, f, option):
    """A field of options or callbacks as the keyword it is: a function by its arguments, a choice by its names, 0 by what it means."""
    text, parts, choices = options.words(option), options.parts_of(option), api.enum_of_field(option)
    if option.arguments is not None:
        parts = [f"a function ({', '.join(a.name for a in option.arguments if a.name not in ('user', 'data'))})"] + parts
    elif choices and parts[0].endswith("..."):
        parts = [quoted(choices, choices.members)] + parts[1:]
    elif choices:
        parts = [quoted(choices, [options.enum_name(option)])] + parts[1:]
    elif parts in (["any"], ["finite"]):
        parts = []
    text = "; ".join(parts + [text] * bool(text))
    return line(option.name, in_python(api, f, re.sub(r"\b(0|NULL) = ", "default ", text)).rstrip("; "))


def in_words(a, rest):
    """What stands in braces, as far as a reader of Python wants to know it."""
    shape = "".join(f"{attribute} " for attribute in a.attributes if attribute.startswith("or [") or grammar.UNIT.fullmatch(attribute))
    said = grammar.BRACES.sub(shape, rest).rstrip()
    return f"{said}{';' if said[-1:] != ']' else ''} any integers" if "any integers" in a.attributes else said


def argument_line(api, f, a, rest):
    """An argument that is one number, text, list, array, stack or object."""
    text = a.text if a.kind in NUMBER and not rest.startswith(a.kind + " [") else rest
    if a.enum:
        return line(a.name, quoted(api.enum_of(a.enum), api.enum_of(a.enum).members))
    if a.kind in NUMBER:
        text = f"{NUMBER[a.kind]} {text}"
    elif a.kind == "list":
        text = re.sub(r"^list (\w+)", lambda match: f"list of {NUMBER.get(match[1], match[1])}s", rest)
    elif a.kind == "handle":
        text = f"a {place_of(api, a.of)}{rest.removeprefix('handle ' + a.of)}"
    elif a.kind == "result":
        text = "a lamella.Stack"
    elif a.kind == "stack":
        text = f"a stack of {rest.removeprefix('stack ')}"
    elif a.each:
        text = f"for each {' and '.join(a.each)} {rest}"
    elif a.kind == "address":
        text = rest.replace("address", "an array, or the address of", 1)
    return line(a.name, in_python(api, f, text))


def argument_lines(api, f):
    """Inputs and options as they are given, then what comes back."""
    arguments = {a.name: a for a in f.arguments}
    taken, given = [], []
    for _, tag, text in f.doc.tags:
        match = grammar.ARGUMENT.fullmatch(text) if tag in ("in", "out", "inout") else None
        a = arguments.get(match[2]) if match else None
        if not a or a.kind in ("count", "bytes", "sizeof", "outputs") or a.kind == "handle" and (a.way == "out" or a is f.first_handle()):
            continue
        to = given if a.way == "out" else taken
        if a.kind in ("options", "callbacks") and a.way == "in":
            to += [option_line(api, f, field) for field in own_fields(api, f, a.of)]
        elif a.kind in ("options", "result") and a.of != "lamella_stack":
            fields = ", ".join(field.name for field in own_fields(api, f, a.of))
            failed = any(attribute.startswith("filled on") for attribute in a.attributes)
            to.append(line(a.name, f"of the exception, if it fails: {fields}" if failed else fields))
        else:
            to.append(argument_line(api, f, a, in_words(a, match[4].strip())))
    return taken + (["", "Returns"] + given if given else [])


def lines(api, f):
    if f.name.endswith("_options_init"):
        return [f"The options of {place_of(api, f.arguments[0].of)} and what they are if not given."]
    described = [in_python(api, f, each) for each in "\n".join(f.description).strip().split("\n")]
    described += ["Experimental: its parameters may still change before 0.1."] * f.experimental
    arguments = argument_lines(api, f)
    return described + ([""] + arguments if arguments and arguments[0] else arguments)
