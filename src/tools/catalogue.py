"""The tables of the README: paper -> functions -> test -> example, and what options are if not given."""
import re

import grammar
import options
import pyhelp

BEGIN, END = "<!-- catalogue: made by src/tools/generate.py -->", "<!-- end of the catalogue -->"
BEGIN_OPTIONS, END_OPTIONS = "<!-- options: made by src/tools/generate.py -->", "<!-- end of the options -->"


def test_name(function):
    return f"tests/{function.room}/test_{function.room}_{function.family}_{function.operation()}.c"


def find_test(root, function):
    """The test of the operation's name, else the family's first that calls it: an object's verbs share tests."""
    name = test_name(function)
    if (root / name).exists():
        return name
    called = re.compile(rf"\b{function.name}\b")
    for path in sorted((root / "tests" / function.room).glob(f"test_{function.room}_{function.family}_*.c")):
        if called.search(path.read_text(encoding="utf-8")):
            return str(path.relative_to(root))
    return None


REOPENS = re.compile(r"_(open|load)$")


def find_example(root, function):
    """The first file under examples/ that names the function, in C or in Python; how an object comes back is shown where it is made."""
    python = function.python().removeprefix("lamella.")
    made = REOPENS.sub("_(?:open|load|fit|create)", function.name) if REOPENS.search(function.name) else function.name
    python = re.sub(r"\.(open|load)$", r".(?:open|load|fit|create)", re.escape(python).replace(r"\.", "."))
    called = re.compile(rf"\b{made}\b|\b{python}\(")
    for path in sorted((root / "examples").rglob("*")):
        if path.suffix in (".c", ".cpp", ".py", ".sh") and called.search(path.read_text(encoding="utf-8")):
            return str(path.relative_to(root))
    return None


def link(path):
    return f"[{path.rsplit('/', 1)[1]}]({path})" if path else "none yet"


def rows(api):
    papers = sorted({title for f in api.functions for title in f.papers if title in api.papers}, key=api.papers.get)
    for title in papers:
        functions = [f for f in api.functions if title in f.papers]
        yield title, [(f, find_test(api.root, f), find_example(api.root, f)) for f in functions]


def table(api):
    lines = ["| paper | functions | test | example |", "|---|---|---|---|"]
    for title, found in rows(api):
        cells = [[f"[`{f.name}`](include/{f.file})" for f, _, _ in found], [link(t) for _, t, _ in found], [link(e) for _, _, e in found]]
        unique = [", ".join(dict.fromkeys(cell)) for cell in cells]
        lines.append(f"| {api.papers[title]}. {title} | {' | '.join(unique)} |")
    return "\n".join(lines)


def one_option(api, f):
    """`kind`: one of its names, or its range; the default last."""
    rule, enum = options.rule_of(api, f), api.enum_of_field(f)
    names = {value: name[len(enum.prefix):].lower() for name, value in enum.members.items() if rule.low <= value <= rule.high} if enum else {}
    allowed = ", ".join(names.values()) if enum else options.parts_of(f)[0]
    default = f"; **{names[int(rule.zero)] if enum else rule.default}**" if rule.default else ""
    unit = grammar.unit_of(options.parts_of(f))
    return f"`{f.name}` {allowed}{' ' * bool(unit)}{unit}{default}"


def options_table(api):
    lines = ["| taken by | options: what is allowed; **what is meant if not given** |", "|---|---|"]
    for struct in options.structs_of(api):
        fields = [f for f in options.ruled_fields(api, struct) if not f.name.startswith("reserved")]
        if fields:
            place = pyhelp.place_of(api, struct.name)
            lines.append(f"| `{place}` | {'<br>'.join(one_option(api, f) for f in fields)} |")
    return "\n".join(lines)


def between(path, text, begin, end, made):
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise SystemExit(f"{path.name} needs the two lines, once each and in this order:\n{begin}\n{end}")
    before, rest = text.split(begin)
    return f"{before}{begin}\n{made}\n{end}{rest.split(end)[1]}"


def readme(api):
    """README.md with the tables between their markers."""
    path = api.root / "README.md"
    empty = f"# Lamella\n\n{BEGIN_OPTIONS}\n{END_OPTIONS}\n{BEGIN}\n{END}\n"
    text = path.read_text(encoding="utf-8") if path.exists() else empty
    text = between(path, text, BEGIN_OPTIONS, END_OPTIONS, options_table(api))
    return between(path, text, BEGIN, END, table(api))
