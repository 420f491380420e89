"""What the generators conclude of a function that no attribute says, as text to review: its place in Python, whose sizes its outputs have,
what tells a length, what the generic matrix does with it."""
import grammar
import matrix


def told_by(f, axis):
    """The inputs whose axis it is, or that say it themselves."""
    name = grammar.axis_name(axis)
    indexed, of_object = grammar.INDEXED.fullmatch(axis), grammar.OF_OBJECT.fullmatch(axis)
    if axis.isdigit():
        return [axis]
    if indexed or of_object and any(a.name == of_object[2] for a in f.arguments):
        return [axis]
    told = []
    for a in f.arguments:
        if a.way == "in" and (name in [grammar.axis_name(x) for x in a.axes + a.each] or a.kind in ("i64", "count") and a.name == name):
            told.append(a.name)
        elif a.way == "in" and a.kind == "stack" and axis in ("lead", "dim(l)", "sample", "dim"):
            told.append(a.name)
    return told


def place(f):
    made, first = f.made_handle(), f.first_handle()
    role = f"makes a {made.of}" if made else f"a verb of {first.of}" if first else ""
    return f"  python  {f.python()}" + (f": {role}" if role else "")


def lengths(f):
    for a in f.arguments:
        if a.kind in ("count", "bytes", "sizeof"):
            yield f"  length  {a.name} of {a.of}"
        elif a.count:
            yield f"  length  {a.count} of {a.name}"


def sizes(f):
    for a in f.arguments:
        if a.way == "out" and a.kind in ("view", "views") and "of the caller's size" not in a.attributes:
            axes = [f"{axis} by {', '.join(told_by(f, axis))}" for axis in dict.fromkeys(a.each + a.axes)]
            yield f"  size    {a.name}: {'; '.join(axes) or 'one number'}"


def in_matrix(api, f):
    if matrix.in_matrix(f):
        said = [word for word, is_so in matrix.kinds(api, f) if is_so]
        yield f"  matrix  {', '.join(said).lower().replace('_', ' ')}"


def booleans(f):
    for a in f.arguments:
        if a.way == "in" and a.kind == "view" and a.dtypes == ["i32", "i64"] and "any integers" not in a.attributes:
            yield f"  numbers {a.name}: no booleans"


def text(api):
    lines = ["Made by src/tools/generate.py: what it concludes of each function, where no attribute says it."]
    for f in sorted(api.functions, key=lambda f: f.name):
        lines += ["", f.name, place(f), *lengths(f), *sizes(f), *booleans(f), *in_matrix(api, f)]
    return "\n".join(lines) + "\n"
