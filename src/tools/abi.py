"""The ABI as text: functions with signature, struct sizes and field offsets, enum values. Sorted, so that a change is one line."""
import cdecl


def element_size(type_, structs):
    if type_.endswith("*"):
        return 8
    if type_ in structs:
        return layout(structs[type_], structs)[0]
    return cdecl.SIZES[type_]


def field_size(f, structs):
    if f.arguments is not None:
        return 8
    return element_size(f.type, structs) * (f.length or 1)


def layout(struct, structs):
    """(size, {field: offset}) on every 64-bit target. Public structs have no padding, so offsets add up (tests/api/layout.py asks a compiler)."""
    at, offsets = 0, {}
    for f in struct.fields:
        offsets[f.name] = at
        at += field_size(f, structs)
    return at, offsets


def spelled(v):
    """A parameter or field as C writes it."""
    if v.arguments is not None:
        return f"{v.type.rstrip()}{'' if v.type.endswith('*') else ' '}(*{v.name})({', '.join(spelled(a) for a in v.arguments) or 'void'})"
    star = "" if v.type.endswith("*") else " "
    return f"{v.type}{star}{v.name}" + (f"[{v.length}]" if v.length else "")


def signature(function):
    star = "" if function.returns.endswith("*") else " "
    return f"{function.returns}{star}{function.name}({', '.join(spelled(p) for p in function.parameters) or 'void'})"


def text(api):
    lines = [f"function {'(experimental) ' * f.experimental}{signature(f)}" for f in api.functions]
    lines += [f"handle {name}" for name in api.handles]
    lines += [f"alias {name} {type_}" for name, type_ in api.aliases.items()]
    lines += [f"number {name} {value}" for name, value in api.numbers.items()]
    lines += [f"enum {name} {value}" for e in api.enums for name, value in e.members.items()]
    for struct in api.structs.values():
        size, offsets = layout(struct, api.structs)
        lines.append(f"struct {struct.name} size {size}")
        lines += [f"field {struct.name} offset {offsets[f.name]:3} {spelled(f)}" for f in struct.fields]
    return "\n".join(sorted(lines)) + "\n"
