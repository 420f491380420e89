"""What the generic matrix of the tests has to know of each function."""


def in_matrix(function):
    """A ctx and a view or stack among its inputs: the generic matrix calls it."""
    return (any(a.kind == "context" for a in function.arguments)
            and any(a.way != "out" and a.kind in ("view", "views", "stack") for a in function.arguments))


def pools_tokens(api, function):
    """Its options say how."""
    return any(f.name == "readout" for a in function.arguments if a.kind == "options" and a.of in api.structs for f in api.structs[a.of].fields)


def takes_two(function):
    """Two stacks, or two views, of numbers; a view of one number a column is none."""
    stacks = [a for a in function.arguments if a.way == "in" and a.kind == "stack"]
    views = [a for a in function.arguments if a.way == "in" and a.kind == "view" and a.axes != ["dim"]
             and set(a.dtypes) == {"f32", "f64", "f16", "bf16"}]
    return len(stacks) > 1 or len(views) > 1


def kinds(api, f):
    """What the matrix does with a function, as (macro, whether)."""
    changes = any(a.way == "inout" and a.kind == "handle" for a in f.arguments)
    return [("LISTED", True), ("POOLS", pools_tokens(api, f)), ("TAKES_TWO", takes_two(f)), ("CHANGES", changes)]


def operations(api):
    """What the matrix has to know of each function, by macros that say it."""
    lines = [f"{kind}({f.name})" for f in api.functions if in_matrix(f) for kind, is_so in kinds(api, f) if is_so]
    return ("/* Made by src/tools/generate.py: every function that the generic matrix calls, so each has an OPERATION body in some test.\n"
            " * POOLS: tokens first, by its options; TAKES_TWO: stacks or views of numbers; CHANGES: an object. */\n"
            + "\n".join(lines) + "\n")
