"""Reads the public headers, strictly, and hands out what they declare: one Api. `python3 headers.py [ROOT]` lists what is wrong."""
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

import callbacks
import cdecl
import grammar
import options

ORDER = ("base", "context", "tensor", "io", "record", "codes", "moments", "measure", "attend", "loss",
         "probe", "matryoshka", "relative", "fusion")
PAPER_ROOMS = ("probe", "matryoshka", "relative", "fusion")
MAX_LINES, MAX_FUNCTIONS, MAX_PARAMETERS = 400, 15, 6
OPTIONS_INIT = "Writes the default options, at most struct_size bytes of them."


@dataclass
class Function:
    """A public function; `room` is "" for the few without one."""
    name: str
    room: str
    family: str
    returns: str
    parameters: list
    arguments: list
    description: list
    papers: list    # titles
    doc: grammar.Doc
    file: str
    line: int
    experimental: bool

    def first_handle(self):
        """The object whose verb this is."""
        rest = [a for a in self.arguments if a.kind != "context"]
        return rest[0] if rest and rest[0].kind == "handle" and rest[0].way != "out" else None

    def made_handle(self):
        return next((a for a in self.arguments if a.kind == "handle" and a.way == "out"), None)

    def operation(self):
        return self.name[len("lamella_" + self.room + "_"):] if self.room else self.name[len("lamella_"):]

    def python(self):
        """Its name in Python: lamella.<room>.<operation>, or a verb of an object."""
        place = ["lamella"] + ([self.room] if self.room not in ("", "context") else [])
        operation = self.operation()
        made, first = self.made_handle(), self.first_handle()
        owner = made or first
        if owner:
            thing = object_of(owner.of)[1]
            verb = operation[len(thing) + 1:] if thing and operation.startswith(thing + "_") else operation
            if first and verb.endswith("_get"):
                verb = verb[:-len("_get")]
            if first or (verb != operation or not thing):
                return ".".join(place + [class_name(owner.of)] + ([] if verb == "create" else [verb]))
        return ".".join((["lamella", self.room] if self.room else ["lamella"]) + [operation])


def object_of(type_):
    """(room, object) of a handle's type."""
    words = type_.split("_", 2)
    return words[1], words[2] if len(words) > 2 else ""


def class_name(type_):
    room, thing = object_of(type_)
    return "".join(word.capitalize() for word in (thing or room).split("_"))


@dataclass
class Api:
    root: Path
    headers: list = field(default_factory=list)      # (path, room, family, Contents)
    functions: list = field(default_factory=list)
    structs: dict = field(default_factory=dict)
    enums: list = field(default_factory=list)
    handles: list = field(default_factory=list)
    aliases: dict = field(default_factory=dict)
    numbers: dict = field(default_factory=dict)
    papers: dict = field(default_factory=dict)       # title -> number
    errors: list = field(default_factory=list)

    def version(self):
        return ".".join(str(self.numbers[f"LAMELLA_VERSION_{part}"]) for part in ("MAJOR", "MINOR", "PATCH"))

    def enum_of(self, name):
        """The enum that has this enumerator, or whose members all begin so."""
        return next((e for e in self.enums if name in e.members or e.prefix == name), None)

    def enum_of_field(self, f):
        """The enum that a field is of, by the braces of its comment."""
        name = options.enum_name(f)
        return self.enum_of(name) if name else None


def public_headers(include):
    """(path, room, family) of the headers that declare something, in the order of the umbrella."""
    found = []
    for room in ORDER:
        folder = include / "lamella" / room
        if folder.is_dir():
            found += [(path, room, path.stem) for path in sorted(folder.glob("*.h"))]
        elif (include / "lamella" / f"{room}.h").exists():
            found.append((include / "lamella" / f"{room}.h", room, room))
    return found


def stray_headers(include):
    known = {path for path, _, _ in public_headers(include)} | {include / "lamella.h"}
    known |= {include / "lamella" / f"{room}.h" for room in ORDER}
    return sorted(set(include.rglob("*.h")) - known)


def read_papers(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    return {title: int(number) for number, title in (line.split(" ", 1) for line in lines)}


def check_return(function, statuses, complain):
    """OK[, NOTE if ...]; STATUS[ if ...], STATUS ...: known names only."""
    text, line = function.doc.text("return"), function.doc.line("return")
    if function.returns != "lamella_status":
        return
    if not re.match(r"OK(;|,|$)", text):
        complain(line, f"{function.name}: @return begins with OK")
    for part in re.split("[;,]", text):
        word = part.split()[0] if part.split() else ""
        if re.fullmatch("[A-Z_]{2,}", word) and word not in statuses:
            complain(line, f"{function.name}: {word} is no status")


def check_function(function, api, complain):
    """What a function has to say besides its arguments."""
    doc, line = function.doc, function.line
    if not doc.text("since"):
        complain(line, f"{function.name} has no @since")
    if not doc.text("return") and function.returns != "void":
        complain(line, f"{function.name} has no @return")
    check_return(function, {n.replace("LAMELLA_", "").replace("ERR_", "") for n in api.enum_of("LAMELLA_OK").members}, complain)
    given_by_verb = function.first_handle() or function.name.endswith("_options_init")
    if function.room in PAPER_ROOMS and not given_by_verb and not function.papers:
        complain(line, f"{function.name} has no @paper")
    for at, tag, title in doc.tags:
        if tag == "paper" and title not in api.papers:
            complain(at, f"{function.name}: @paper is no title of papers.txt: {title}")
    words = function.name.split("_")
    if words[1] != function.room and function.file not in ("lamella/base.h", "lamella/context.h"):
        complain(line, f"{function.name}: the second word is not its room, {function.room}")
    needed = [a.name for a in function.arguments if not a.inside and a.kind not in ("context", "options", "outputs", "result")]
    if len(needed) > MAX_PARAMETERS:
        complain(line, f"{function.name}: {len(needed)} parameters besides ctx, options, outputs and result, over {MAX_PARAMETERS}: what may be left "
                       "out is a field of the options or the outputs")
    fields = [f.name for a in function.arguments if a.kind == "options" and a.of in api.structs for f in api.structs[a.of].fields
              if "*" not in f.type]
    names = [a.name for a in function.arguments]
    for a in function.arguments:
        if names.count(a.name) > 1:
            complain(a.line, f"{function.name}: {a.name} is the name of two arguments, which Python tells apart by their names")
        if a.name in fields and not a.inside and a.kind != "sizeof":
            complain(a.line, f"{function.name}: {a.name} is also a field of the options")
        for name in callbacks.keywords(a, api.structs):
            if name in names + fields + ["dtype"]:
                complain(a.line, f"{function.name}: {name} is a callback and another argument, which Python tells apart by their names")
        if a.enum and (a.kind != "i64" or not api.enum_of(a.enum)):
            complain(a.line, f"{function.name}: {a.name}: {a.enum} is no enumerator")


def add_header(api, path, room, family):
    """Parses one header into the api; its functions' docs are parsed later, when all structs are known."""
    name = str(path.relative_to(api.root / "include"))
    try:
        contents = cdecl.parse(name, path.read_text(encoding="utf-8"), api.numbers)
    except cdecl.HeaderError as error:
        api.errors.append(str(error))
        return
    api.headers.append((path, room, family, contents))
    api.structs.update({s.name: s for s in contents.structs})
    api.enums += contents.enums
    api.handles += contents.handles
    api.aliases.update(contents.aliases)
    api.numbers.update(contents.numbers)
    if not contents.title.startswith(family + ": "):
        api.errors.append(f"{name}:1: the first comment begins with another word than the family, {family}")
    if contents.n_lines > MAX_LINES:
        api.errors.append(f"{name}:{contents.n_lines}: over {MAX_LINES} lines")
    if len(contents.functions) > MAX_FUNCTIONS:
        api.errors.append(f"{name}:1: {len(contents.functions)} functions, over {MAX_FUNCTIONS}")


def check_fields(api, path, contents):
    name = path.relative_to(api.root / "include")
    for struct in contents.structs:
        if struct.name.endswith("_outputs") and [f.name for f in struct.fields[:2]] != ["struct_size", "reserved0"]:
            api.errors.append(f"{name}:{struct.line}: {struct.name} begins otherwise than with struct_size and reserved0")
        for f in struct.fields:
            if options.enum_name(f) and not api.enum_of_field(f):
                api.errors.append(f"{name}:{f.line}: {f.name}: {options.enum_name(f)} is no enumerator")
            named = grammar.NAMES_UNIT.fullmatch(f.name)
            if named and options.is_scalar(f) and grammar.unit_of(options.parts_of(f)) != f"in {named[1]}":
                api.errors.append(f"{name}:{f.line}: {f.name}: its unit is no attribute: {{in {named[1]}}}")


def doc_of(d, complain):
    """Its lines; those of X_options_init, of which one says all, as if they were spelled out."""
    struct = re.fullmatch(r"(lamella_\w+_options)_init", d.name)
    if not struct:
        return d.doc
    if [text for _, text in d.doc if text.strip()] != [OPTIONS_INIT]:
        complain(d.line, f"{d.name} has another doc than /** {OPTIONS_INIT} */")
    return [(d.line, text) for text in (OPTIONS_INIT, "", "@out options options what zero means, spelled out",
                                        f"@in struct_size i64 sizeof({struct[1]}) of the caller", "@return OK; ARGUMENT", "@since its struct")]


def add_functions(api, path, room, family, contents):
    name = str(path.relative_to(api.root / "include"))
    for d in contents.functions:
        def complain(line, rule):
            api.errors.append(f"{name}:{line}: {rule}")
        d.doc = doc_of(d, complain)
        doc = grammar.split_doc(d, complain)
        arguments = grammar.arguments(d, doc, api.structs, complain)
        grammar.tell_counts(arguments, complain)
        grammar.check_axes(arguments, api.structs, complain)
        has_room = d.name.startswith(f"lamella_{room}_")
        function = Function(d.name, room if has_room else "", family, d.returns, d.parameters, arguments, doc.description,
                            [text for _, tag, text in doc.tags if tag == "paper"], doc, name, d.line, d.experimental)
        check_function(function, api, complain)
        api.functions.append(function)


def read(root):
    """The Api of a tree; what is wrong is in its `errors`."""
    root = Path(root).resolve()
    api = Api(root, papers=read_papers(Path(__file__).with_name("papers.txt")))
    for path in stray_headers(root / "include"):
        api.errors.append(f"{path.relative_to(root / 'include')}:1: a header of no room: {', '.join(ORDER)}")
    for path, room, family in public_headers(root / "include"):
        add_header(api, path, room, family)
    for path, _, _, contents in api.headers:
        check_fields(api, path, contents)
    if api.enum_of("LAMELLA_OK"):
        for header in api.headers:
            add_functions(api, *header)
        for path, _, _, contents in api.headers:
            for struct in contents.structs:
                api.errors += [f"{path.relative_to(root / 'include')}:{rule}"
                               for rule in (*options.faults(api, struct), *callbacks.faults(api, struct))]
    return api


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    errors = read(root).errors
    for error in errors:
        print(error)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
