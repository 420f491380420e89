"""The part of C that public headers are written in: numbers, enums, structs, callbacks, functions. Anything else is an error."""
import re
from dataclasses import dataclass, field

SIZES = {"int8_t": 1, "uint8_t": 1, "char": 1, "int16_t": 2, "uint16_t": 2, "int32_t": 4, "uint32_t": 4, "int64_t": 8, "uint64_t": 8,
         "float": 4, "double": 8}


class HeaderError(Exception):
    """What is wrong in a header: file, line, rule."""

    def __init__(self, file, line, rule):
        super().__init__(f"{file}:{line}: {rule}")


@dataclass
class Variable:
    """A parameter or a field. `type` is the C type without the name; `arguments` is set for a callback."""
    name: str
    type: str
    line: int
    length: int = 0            # of a fixed array
    arguments: list = None     # of a callback: Variables; then `type` is what it returns
    comment: str = ""          # of a field


@dataclass
class Struct:
    name: str
    fields: list
    line: int
    comment: str = ""


@dataclass
class Enum:
    members: dict
    line: int
    comment: str = ""

    @property
    def first(self):
        return next(iter(self.members))

    @property
    def prefix(self):
        """What the names of all members begin with, up to an underscore."""
        names = list(self.members)
        common = names[0] if len(names) > 1 else names[0].rsplit("_", 1)[0] + "_"
        for name in names:
            while not name.startswith(common):
                common = common[:-1]
        return common[:common.rfind("_") + 1]


@dataclass
class Declaration:
    """A function as declared, with the comment above it."""
    name: str
    returns: str
    parameters: list
    doc: list                  # (line number, text) of the lines of its /** */ comment
    line: int
    experimental: bool         # its parameters may still change


@dataclass
class Contents:
    title: str = ""
    functions: list = field(default_factory=list)
    structs: list = field(default_factory=list)
    enums: list = field(default_factory=list)
    handles: list = field(default_factory=list)
    aliases: dict = field(default_factory=dict)     # typedef of a number
    numbers: dict = field(default_factory=dict)     # #define NAME integer
    n_lines: int = 0


TYPE = r"(?:const )?\w+(?: \*+(?: ?const \*+)?)?"
COMMENT = re.compile(r"/\*.*?\*/", re.S)
STRUCT = re.compile(r"typedef struct (\w+)\s*\{(.*?)^\}\s*(\w+);", re.S | re.M)
HANDLE = re.compile(r"typedef struct (\w+) (\w+);")
ALIAS = re.compile(r"typedef (\w+) (\w+);")
ENUM = re.compile(r"enum\s*\{(.*?)\};", re.S)
FUNCTION = re.compile(r"LAMELLA_(API|EXPERIMENTAL)\s+([^;{]*?)(\w+)\(([^;]*)\);", re.S)
INLINE = re.compile(r"static inline [^;{]*\{.*?\n\}", re.S)    # for C and C++ hosts only; Python does not see it
LINKAGE = re.compile(r'extern "C" \{|\}')
DEFINE = re.compile(r"#define (\w+)(?: (.*))?")
CALLBACK = re.compile(r"(.*?)\(\*(\w+)\)\((.*)\)", re.S)
ARRAY = re.compile(r"(.*?)(\w+)\[(\w+)\]", re.S)
FIELD = re.compile(r"(?:\s|/\*.*?\*/)*((?:[^;/]|/\*.*?\*/)+);[ \t]*(/\*.*?\*/)?", re.S)    # comments inside are for readers of C
PLAIN = re.compile(r"(.*?)(\w+)", re.S)


def tidy(text):
    """A C type or a comment with single blanks, stars bound to the left: `const lamella_view *`."""
    text = " ".join(text.split())
    return re.sub(r"\s*(\*+)\s*", r" \1", text).replace("* *", "**").replace("*const", "* const").strip()


def variable(file, line, text, numbers, comment=""):
    """One parameter or field from its text without the semicolon."""
    text = " ".join(text.split())
    callback = CALLBACK.fullmatch(text)
    if callback:
        returns, name, inner = callback.groups()
        return Variable(name, tidy(returns), line, arguments=variables(file, line, inner, numbers), comment=comment)
    array = ARRAY.fullmatch(text)
    if array:
        type_, name, length = array.groups()
        if not length.isdigit() and length not in numbers:
            raise HeaderError(file, line, f"the length {length} of {name} is no number")
        return Variable(name, tidy(type_), line, int(numbers.get(length, length)), comment=comment)
    plain = PLAIN.fullmatch(text)
    if not plain or "," in text or not re.fullmatch(TYPE, tidy(plain[1])):
        raise HeaderError(file, line, f"not a declaration of one variable: {text}")
    return Variable(plain[2], tidy(plain[1]), line, comment=comment)


def split_parameters(text):
    """At the commas outside parentheses."""
    parts, depth, start = [], 0, 0
    for i, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    return parts + [text[start:]]


def variables(file, line, text, numbers):
    if text.strip() in ("", "void"):
        return []
    return [variable(file, line, part, numbers) for part in split_parameters(text)]


def comment_text(comment):
    """The words of a comment, without its stars."""
    lines = [re.sub(r"^\s*\*? ?", "", line) for line in comment[2:-2].split("\n")]
    return " ".join(" ".join(lines).strip("* \n").split())


def fields(file, line, body, numbers):
    """Fields with the comment that follows on their line."""
    found, at = [], 0
    for match in iter(lambda: FIELD.match(body, at), None):
        here = line + body[:match.end(1)].count("\n")
        found.append(variable(file, here, COMMENT.sub("", match[1]), numbers, comment_text(match[2]) if match[2] else ""))
        at = match.end()
    if COMMENT.sub("", body[at:]).strip():
        raise HeaderError(file, line, f"not a field: {body[at:].strip()}")
    return found


def enum_members(file, line, body):
    members = {}
    for part in COMMENT.sub(" ", body).split(","):
        if not part.strip():
            continue
        match = re.fullmatch(r"\s*(\w+)\s*=\s*(-?\d+)\s*", part)
        if not match:
            raise HeaderError(file, line, f"an enumerator needs its number written out: {part.strip()}")
        members[match[1]] = int(match[2])
    return members


def doc_lines(comment, line):
    """(number, text) of the lines inside /** ... */, the star and one blank taken off."""
    if "\n" not in comment:
        return [(line, comment[3:-2].strip())]
    lines = comment.split("\n")[1:-1]
    return [(line + 1 + i, re.sub(r"^ ?\*( |$)", "", text)) for i, text in enumerate(lines)]


def preprocessor(file, text, contents):
    """Takes out directives, keeping the line count; notes integer macros."""
    kept, deep = [], False
    for number, line in enumerate(text.split("\n"), 1):
        if deep or line.startswith("#"):
            match = DEFINE.match(line)
            if match and match[2] and re.fullmatch(r"\(?-?\d+\)?", match[2].strip()):
                contents.numbers[match[1]] = int(match[2].strip("() "))
            elif match and "(" in line.split(match[1], 1)[1][:1]:
                raise HeaderError(file, number, f"a computing macro in a public header: {match[1]}")
            deep = line.endswith("\\")
            line = ""
        kept.append(line)
    return "\n".join(kept)


def parse(file, text, numbers):
    """Contents of a header. `numbers` are the integer macros of the headers before it; `file` is for messages."""
    contents = Contents(n_lines=len(text.splitlines()))
    title = re.match(r"/\* (.*) \*/\n", text)
    if not title:
        raise HeaderError(file, 1, "the first line is no comment `/* family: what it holds */`")
    contents.title = title[1]
    text = preprocessor(file, text, contents)
    known = {**numbers, **contents.numbers}
    at, comment, comment_line = 0, None, 0
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if at == len(text):
            return contents
        line = text.count("\n", 0, at) + 1
        match = COMMENT.match(text, at)
        if match:
            comment, comment_line, at = match[0], line, match.end()
            continue
        at = item(file, text, at, line, comment, comment_line, known, contents)
        comment = None


def item(file, text, at, line, comment, comment_line, known, contents):
    """One declaration at file scope; returns where it ends."""
    words = comment_text(comment) if comment else ""
    match = STRUCT.match(text, at)
    if match:
        if match[1] != match[3]:
            raise HeaderError(file, line, f"struct {match[1]} has another name than {match[3]}")
        body_line = line + text[at:match.start(2)].count("\n")
        contents.structs.append(Struct(match[1], fields(file, body_line, match[2], known), line, words))
        return match.end()
    match = HANDLE.match(text, at)
    if match:
        contents.handles.append(match[1])
        return match.end()
    match = ALIAS.match(text, at)
    if match:
        contents.aliases[match[2]] = match[1]
        return match.end()
    match = ENUM.match(text, at)
    if match:
        contents.enums.append(Enum(enum_members(file, line, match[1]), line, words))
        return match.end()
    match = FUNCTION.match(text, at)
    if match:
        if not comment or not comment.startswith(("/**\n", "/** ")):
            raise HeaderError(file, line, f"{match[3]} has no /** */ comment above it")
        parameters = variables(file, line, match[4], known)
        contents.functions.append(Declaration(match[3], tidy(match[2]), parameters, doc_lines(comment, comment_line), line,
                                              match[1] == "EXPERIMENTAL"))
        return match.end()
    match = INLINE.match(text, at) or LINKAGE.match(text, at)
    if match:
        return match.end()
    raise HeaderError(file, line, "not understood: " + text[at:at + 60].split("\n")[0])
