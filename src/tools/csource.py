"""C source as text: comments and literals blanked out, and the names a file declares at file scope."""
import re
from dataclasses import dataclass, field

TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def blanked(text, literals=True):
    """The same lines without comments; literals keep their quotes only."""
    def blank(match):
        word = match[0]
        if word[0] in "\"'":
            return word[0] * 2 if literals else word
        return " " + "\n" * word.count("\n")
    return TOKEN.sub(blank, text)


@dataclass
class Names:
    """What stands at the file scope of one file, by name space."""
    macros: set = field(default_factory=set)      # defined at the end of the file
    tags: set = field(default_factory=set)        # with a body
    ordinary: set = field(default_factory=set)    # static functions and variables, typedefs, enumerators; in a header every function


def without_directives(text, names):
    """Takes out preprocessor lines and notes the macros that stay."""
    text = re.sub(r"\\\n", "  ", text)
    kept = []
    for line in text.split("\n"):
        match = re.match(r"\s*#\s*(define|undef)\s+(\w+)", line)
        if match:
            (names.macros.add if match[1] == "define" else names.macros.discard)(match[2])
        kept.append("" if line.lstrip().startswith("#") else line)
    return "\n".join(kept)


def top_level(text):
    """Declarations at file scope, as (head, body) with the body of {...} or None."""
    depth, start, head, body_start = 0, 0, "", 0
    for i, c in enumerate(text):
        if c == "{":
            if depth == 0:
                head, body_start = text[start:i], i + 1
            depth += 1
        elif c == "}":
            depth -= 1
            if depth == 0:
                start = i + 1
                yield head, text[body_start:i]
        elif c == ";" and depth == 0:
            yield text[start:i], None
            start = i + 1


def enumerators(body):
    return re.findall(r"(?:^|,)\s*(\w+)", body)


def declared(head):
    """The name that a declaration gives: of a function, a variable or a typedef."""
    head = re.sub(r"__attribute__\s*\(\(.*?\)\)\s*|\[[^\]]*\]", "", head)
    pointer = re.search(r"\(\s*\*\s*(\w+)", head)
    head = head.split("=")[0]
    match = re.search(r"(\w+)\s*\(", head) or re.search(r"(\w+)\s*$", head)
    if pointer and match and head.index(match[0]) >= pointer.start() - 1:
        return pointer[1]
    return match[1] if match else None


def names_of(text, is_header):
    """Names of a file. In a .c only what is static, or a type: its other functions are declared in a header."""
    names = Names()
    text = without_directives(blanked(text), names)
    in_typedef = ""
    for head, body in top_level(text):
        head = " ".join(head.split())
        type_ = re.search(r"\b(struct|union|enum)\b(?: (\w+))?$", head)
        if body is not None and type_:
            if type_[2]:
                names.tags.add(type_[2])
            if type_[1] == "enum":
                names.ordinary.update(enumerators(body))
            in_typedef = "typedef" if head.startswith("typedef") else ""
            continue
        if in_typedef or head.startswith("typedef"):
            names.ordinary.add(declared(head))
        elif head and (head.startswith("static") or is_header):
            names.ordinary.add(declared(head))
        in_typedef = ""
    names.ordinary.discard(None)
    return names
