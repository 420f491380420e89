"""The table of the README: paper -> functions -> test -> example."""
import re

BEGIN, END = "<!-- catalogue: made by src/tools/generate.py -->", "<!-- end of the catalogue -->"


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


def readme(api):
    """README.md with the table between its two markers."""
    path = api.root / "README.md"
    old = path.read_text(encoding="utf-8") if path.exists() else f"# Lamella\n\n{BEGIN}\n{END}\n"
    if old.count(BEGIN) != 1 or old.count(END) != 1 or old.index(BEGIN) > old.index(END):
        raise SystemExit(f"README.md needs the two lines, once each and in this order:\n{BEGIN}\n{END}")
    before, rest = old.split(BEGIN)
    return f"{before}{BEGIN}\n{table(api)}\n{END}{rest.split(END)[1]}"
