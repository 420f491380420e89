"""The doc grammar of a function: one line per argument, parsed against the declaration below it.

    @in|@out|@inout NAME DTYPES [axis, axis] text      a view; DTYPES is dtype|dtype, `any`, or for an output `dtype(x)`
                    NAME[axis, axis] DTYPES [...]      an array of views, row-major over the named axes
                    NAME stack DTYPES [layer, ...]     layers over the same samples
                    NAME list i64|f64|text [axis]      a C array; its length is the next argument n_..., or the argument `axis`
                    NAME i64|f64|path|text|address     a number, a file's path, text, a place in the host's memory
                    NAME handle lamella_TYPE           an object;  NAME options, outputs, result [lamella_TYPE]: size-led structs
                    NAME callbacks                     what the host has to do for the operation: a size-led struct of functions (callbacks.py)
                    options.NAME ..., outputs.NAME ... what may be left out: a field of the struct in the line before; the length of a
                                                       list is the number behind it, which lists of one length share

An axis is a name (the same name, the same size), a number, `dim` or `dim(l)` (the width of a layer), `lead` (all leading axes of a
layer, or any axes of a view), `widths[k]` (an element of an input list), `width(object)` (a layer's entry of the array of that name
that an input object has), an argument or a field of the options. What else is to be known of an argument stands in braces before the
text, {one; another}, and nothing is read out of the text:

    optional                 may be NULL, as every options.NAME and outputs.NAME may
    or [axis]                this shape as well
    of the caller's size     an output that no input tells the size of
    filled on STATUS ...     an output of calls that fail
    any integers             numbers that are names: labels, groups; bool counts as integers
    LAMELLA_NAME_...         the enum that the number is of; LAMELLA_NAME ... by its first name
    in bytes                 the unit of a number that is no count: bytes, seconds, bits

Fields of structs have the same braces in their comment: the enum, of options the range and the default (options.py), of callbacks whether
they may be left out and what they answer (callbacks.py).
"""
import re
from dataclasses import dataclass, field

DTYPES = ("f32", "f64", "f16", "bf16", "i8", "u8", "i32", "i64", "bool")
NUMBERS = {"i64": ("int64_t", "int32_t", "uint32_t", "lamella_status"), "f64": ("double",)}
TAGS = ("paper", "in", "out", "inout", "nonfinite", "return", "precision", "cost", "since")
ARGUMENT = re.compile(r"(?:(\w+)\.)?(\w+)(\[[^\]]*\])? +(\S.*)")    # inside which struct, name, each, rest
INDEXED = re.compile(r"(\w+)\[(\w)\]")
OF_OBJECT = re.compile(r"(\w+)\((\w+)\)")


@dataclass
class Argument:
    """A parameter, or a field of its options or outputs, with its line of documentation. `kind`: context view views filled stack options
    outputs result callbacks handle path text buffer address i64 f64 list, or count, bytes and sizeof, which the other arguments tell."""
    name: str
    type: str
    line: int
    way: str = "in"
    kind: str = ""
    dtypes: list = field(default_factory=list)
    axes: list = field(default_factory=list)
    each: list = field(default_factory=list)   # of an array of views
    of: str = ""             # the struct, the object, the list's element, or what a count counts
    text: str = ""
    optional: bool = False
    shorter: list = field(default_factory=list)    # the axes of the other shape that it may have
    attributes: list = field(default_factory=list)
    enum: str = ""           # an enumerator of the enum that the number is of, or what all its names begin with
    inside: str = ""         # the struct whose field it is, as an argument
    of_struct: str = ""      # that struct's type
    count: str = ""          # the field behind it that is its length


@dataclass
class Doc:
    description: list = field(default_factory=list)
    tags: list = field(default_factory=list)   # (line, tag, text)

    def text(self, tag):
        return next((text for _, name, text in self.tags if name == tag), "")

    def line(self, tag):
        return next((line for line, name, _ in self.tags if name == tag), 0)


def split_doc(declaration, complain):
    """Description and tags of a comment, in the order of TAGS, one line each."""
    doc = Doc()
    rank = -1
    for line, text in declaration.doc:
        match = re.fullmatch(r"@(\w+)\s+(\S.*)", text)
        if match and match[1] in TAGS:
            doc.tags.append((line, match[1], match[2].rstrip()))
            here = 1 if match[1] in ("in", "out", "inout") else (0 if match[1] == "paper" else TAGS.index(match[1]))
            if here < rank:
                complain(line, f"@{match[1]} stands after a tag that follows it")
            rank = max(rank, here)
        elif text.startswith("@"):
            complain(line, f"no tag of ours, or nothing after it: {text}")
        elif doc.tags:
            complain(line, "a tag takes one line")
        else:
            doc.description.append(text)
    if not "".join(doc.description).strip():
        complain(declaration.line, f"{declaration.name} has no description")
    return doc


def bracketed(text):
    """The balanced [...] that text begins with, split at its commas, and what follows; None if there is none."""
    if not text.startswith("["):
        return None, text
    depth = 0
    for i, c in enumerate(text):
        depth += (c == "[") - (c == "]")
        if depth == 0:
            return [axis.strip() for axis in text[1:i].split(",") if axis.strip()], text[i + 1:].strip()
    return None, text


BRACES = re.compile(r"\{([^{}]*)\} ?")
ENUM = re.compile(r"(LAMELLA_\w+?)(?: ?\.\.\.)?")
PLAIN = ("optional", "of the caller's size", "any integers")
UNIT = re.compile("in (bytes|seconds|bits)")
NAMES_UNIT = re.compile(r"(?:\w+_)?(bytes|seconds|bits)")


def unit_of(attributes):
    return next((part for part in attributes if UNIT.fullmatch(part)), "")


def braces(text):
    """What stands in braces, apart, and the text without."""
    match = BRACES.search(text)
    return ([part.strip() for part in match[1].split(";")], (text[:match.start()] + text[match.end():]).strip()) if match else ([], text)


def read_attributes(argument, complain):
    for attribute in argument.attributes:
        enum, shape = ENUM.fullmatch(attribute), re.fullmatch(r"or (\[.*\])", attribute)
        if enum:
            argument.enum = enum[1]
        elif shape:
            argument.shorter = bracketed(shape[1])[0]
        elif attribute not in PLAIN and not UNIT.fullmatch(attribute) and not re.match("filled on [A-Z]", attribute):
            complain(argument.line, f"{argument.name}: no attribute of ours: {attribute}")


def parse_argument(argument, each, text, complain):
    """Fills an argument from the words after its name."""
    argument.attributes, text = braces(text)
    read_attributes(argument, complain)
    word, _, rest = text.partition(" ")
    rest = rest.strip()
    argument.each = bracketed(each)[0] if each else []
    if word in NUMBERS and not rest.startswith("["):
        argument.kind, argument.text = word, rest
    elif word in ("path", "text", "options", "outputs", "callbacks", "address"):
        argument.kind, argument.text = word, rest
    elif word == "result":
        match = re.match(r"(lamella_\w+)?;? ?(.*)", rest)
        argument.kind, argument.of, argument.text = word, match[1] or "", match[2]
    elif word == "handle":
        match = re.match(r"(lamella_\w+);? ?(.*)", rest)
        if not match:
            return complain(argument.line, f"{argument.name}: `handle` needs the object's type")
        argument.kind, argument.of, argument.text = word, match[1], match[2]
    elif word == "list":
        parse_list(argument, rest, complain)
    else:
        parse_view(argument, word, rest, complain)
    argument.optional = bool(argument.inside) or "optional" in argument.attributes
    if word == "callbacks" and argument.optional:
        complain(argument.line, f"{argument.name}: callbacks are an argument that is always given; what can be left out is a field of the options")


LISTS = {"i64": ("const int64_t *",), "f64": ("const double *",), "text": ("const char * const *",)}


def parse_list(argument, rest, complain):
    word, _, rest = rest.partition(" ")
    axes, argument.text = bracketed(rest.strip())
    if word not in LISTS or not axes or len(axes) != 1:
        return complain(argument.line, f"{argument.name}: expected `list i64|f64|text [axis]`")
    argument.kind, argument.of, argument.axes = "list", word, axes


def parse_view(argument, word, rest, complain):
    kind = "views" if argument.each else "view"
    if word == "stack":
        kind = "stack"
        word, _, rest = rest.partition(" ")
    axes, argument.text = bracketed(rest.strip())
    dtypes = list(DTYPES) if word == "any" else word.split("|")
    follows = re.fullmatch(r"dtype\((\w+)\)", word) and argument.way == "out"
    if axes is None or not (follows or set(dtypes) <= set(DTYPES)):
        return complain(argument.line, f"{argument.name}: expected a kind, or dtypes and [axes], found: {word} {rest}")
    if kind == "stack" and axes[:1] != ["layer"]:
        complain(argument.line, f"{argument.name}: the first axis of a stack is `layer`")
    argument.kind, argument.dtypes, argument.axes = kind, dtypes, axes


def c_types(argument):
    """The C types that a kind of argument may have."""
    out = argument.way == "out"
    of = argument.of
    return {"view": ("lamella_view *", "const lamella_view *") if out else ("const lamella_view *",),
            "views": ("const lamella_view *",),
            "stack": ("const lamella_stack *",),
            "options": ("%s *",) if out else ("const %s *",),
            "outputs": ("const %s *",),
            "callbacks": ("const %s *",),
            "result": (f"{of} *",) if of else ("%s *",),
            "handle": (f"{of} **",) if out else (f"{of} *", f"const {of} *"),
            "path": ("const char *",),
            "text": ("char *", "const char **") if out else ("const char *",),
            "address": ("const void *", "void *"),
            "i64": tuple(t + " *" for t in NUMBERS["i64"]) if out else NUMBERS["i64"],
            "f64": ("double *",) if out else ("double",),
            "list": LISTS.get(of)}[argument.kind]


def fit_type(argument, structs, complain):
    """The declared type against the documented kind; names the struct of options and results."""
    allowed = c_types(argument)
    struct = argument.type.replace("const ", "").rstrip(" *")
    if argument.type not in [t % struct if "%s" in t else t for t in allowed]:
        complain(argument.line, f"{argument.name}: {argument.kind} is declared {argument.type}, expected {' or '.join(allowed)}")
    if argument.kind in ("options", "outputs", "result", "callbacks"):
        argument.of = struct
        if struct not in structs or structs[struct].fields[0].name != "struct_size":
            complain(argument.line, f"{argument.name}: {struct} is no struct that begins with struct_size")
    if argument.kind == "view" and argument.type == "lamella_view *":
        argument.kind = "filled"
    if argument.kind == "text" and argument.type == "char *":
        argument.kind = "buffer"


def members(struct, lines, structs, complain):
    """The fields of options or outputs that the lines at hand describe, in the order of the struct."""
    fields = structs[struct.of].fields if struct.of in structs else []
    described = []
    for at, field_ in enumerate(fields):
        if not (lines and lines[0][2] and lines[0][2][1] == struct.name and lines[0][2][2] == field_.name):
            continue
        line, way, match = lines.pop(0)
        member = Argument(field_.name, field_.type, line, way, inside=struct.name, of_struct=struct.of)
        parse_argument(member, match[3], match[4], complain)
        if member.kind:
            fit_type(member, structs, complain)
        if member.kind == "list" or member.kind == "views" and way == "in":
            behind = next((f for f in fields[at + 1:] if "*" not in f.type), None)    # lists of one length share it
            if behind is None or behind.type != "int64_t":
                complain(line, f"{member.name}: the number behind a list is its length")
            else:
                member.count = behind.name
        described.append(member)
    told = {m.name for m in described} | {m.count for m in described}
    for f in fields:
        if "*" in f.type and f.arguments is None and f.name not in told and struct.kind == "outputs":
            complain(f.line, f"{struct.of}: no line for the field {f.name}")
    return described


def arguments(declaration, doc, structs, complain):
    """The arguments of a function in order, every parameter with its line and every line with its parameter."""
    lines = [(line, tag, ARGUMENT.fullmatch(text)) for line, tag, text in doc.tags if tag in ("in", "out", "inout")]
    found = []
    for parameter in declaration.parameters:
        argument = Argument(parameter.name, parameter.type, parameter.line)
        if lines and lines[0][2] and not lines[0][2][1] and lines[0][2][2] == parameter.name:
            argument.line, argument.way, match = lines.pop(0)
            parse_argument(argument, match[3], match[4], complain)
            if argument.kind:
                fit_type(argument, structs, complain)
        elif not found and parameter.type == "lamella_context *":
            argument.kind = "context"
        else:
            complain(parameter.line, f"{declaration.name}: no line for the parameter {parameter.name} in its place")
        found.append(argument)
        if argument.kind in ("options", "outputs"):
            found += members(argument, lines, structs, complain)
    for line, _, match in lines:
        complain(line, f"{declaration.name}: a line for no parameter, or out of order: {match[0] if match else '?'}")
    return [a for a in found if a.kind]


def tell_counts(found, complain):
    """Lengths that lists, buffers and structs tell: their arguments are not asked for again."""
    names = {a.name: a for a in found}
    for i, a in enumerate(found):
        counted = not a.inside and (a.kind == "list" or (a.kind == "views" and a.way == "in"))
        if counted:
            axis = (a.each or a.axes)[0]
            count = names.get(axis) or next((b for b in found[i + 1:] if b.name.startswith("n_")), None)
            if not count or count.kind not in ("i64", "count"):
                complain(a.line, f"{a.name}: no argument tells its length: expected `{axis}` or the next n_...")
                continue
            count.kind, count.of = "count", count.of or a.name
        if a.kind == "buffer":
            following = found[i + 1] if i + 1 < len(found) else None
            if not following or following.name != "size":
                complain(a.line, f"{a.name}: text that is filled is followed by `size`")
                continue
            following.kind, following.of = "bytes", a.name
        if a.name == "struct_size" and i and found[i - 1].kind == "options":
            a.kind, a.of = "sizeof", found[i - 1].name


def axis_name(axis):
    """`2 * pair` counts pairs."""
    return axis.split("*")[-1].strip()


def check_axes(found, structs, complain):
    """Every axis of an output that the library fills is a size that an input tells."""
    inputs = [a for a in found if a.way == "in"]
    told = {axis_name(axis) for a in inputs for axis in a.axes + a.each} | {a.name for a in inputs if a.kind in ("i64", "count")}
    for a in inputs:
        if a.kind == "options":
            told |= {f.name for f in structs[a.of].fields} if a.of in structs else set()
        if a.kind == "stack":
            told |= {"lead", "dim(l)"}
    lists = {a.name: a.axes[0] for a in inputs if a.kind == "list"}
    objects = [a.name for a in inputs if a.kind == "handle"]
    for a in found:
        if a.way != "out" or a.kind not in ("view", "views") or "of the caller's size" in a.attributes:
            continue
        for axis in a.axes + a.each:
            indexed = INDEXED.fullmatch(axis)
            of_object = OF_OBJECT.fullmatch(axis)
            if indexed and lists.get(indexed[1]) in a.each or of_object and of_object[2] in objects:
                continue
            if not axis.isdigit() and axis not in told:
                complain(a.line, f"{a.name}: no input tells the size of the axis `{axis}`")
        follows = re.fullmatch(r"dtype\((\w+)\)", a.dtypes[0])
        if follows and follows[1] not in [b.name for b in inputs if b.kind == "view"]:
            complain(a.line, f"{a.name}: {follows[1]} is no input view")
