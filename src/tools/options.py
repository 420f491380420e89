"""What the fields of options may be, by the braces of their comments, and the C that checks and fills them by it.

    {RANGE}                 what is allowed; 0 too, where it has a meaning of its own: `any`, `finite`, `0 or 1`, `-1 to 2`, or one or two of
                            `over 0`, `1 or more`, `under 1`, `2 or less`
    {LAMELLA_NAME_...}      the enumerators, or 0; {...; to LAST} those up to one, by its last words
    {...; in UNIT}          and its unit (grammar.py)
    {...; 0 = DEFAULT}      and what 0, or nothing given, stands for: a number, or the last words of an enumerator
"""
import math
import re
from dataclasses import dataclass

import grammar

TYPES = {"int32_t": "OPTION_I32", "int64_t": "OPTION_I64", "double": "OPTION_F64"}
NUMBER = r"-?\d+(?:\.\d+)?(?:e-?\d+)?"
BETWEEN = re.compile(f"({NUMBER}) (?:to|or) ({NUMBER})")
BOUND = re.compile(f"(over|under) ({NUMBER})|({NUMBER}) or (more|less)")


@dataclass
class Rule:
    """Of one field: bounds that are allowed themselves. `zero` is what 0 stands for, None where 0 is a number like others."""
    field: object
    low: float = -math.inf
    high: float = math.inf
    zero: float = None
    default: str = ""       # as it is written
    expected: str = ""      # as messages say it
    checked: bool = True


def parts_of(f):
    return grammar.braces(f.comment)[0] if f.comment.startswith("{") else []


def said(f, start):
    """What follows `start` in a part of the braces."""
    return next((part.removeprefix(start) for part in parts_of(f)[1:] if part.startswith(start)), "")


def words(f):
    """The comment without its braces."""
    return grammar.braces(f.comment)[1] if f.comment.startswith("{") else f.comment


def enum_name(f):
    match = grammar.ENUM.fullmatch(parts_of(f)[0]) if parts_of(f) else None
    return match[1] if match else None


def is_scalar(f):
    return f.arguments is None and "*" not in f.type and not f.length


def told_counts(api, struct):
    """Lengths of lists, which Python and the functions tell."""
    return {a.count for f in api.functions for a in f.arguments if a.of_struct == struct.name}


def ruled_fields(api, struct):
    told = told_counts(api, struct)
    return [f for f in struct.fields[1:] if is_scalar(f) and f.name not in told]


def enumerator(enum, last_words):
    number = enum.members.get(enum.prefix + last_words)
    if number is None:
        raise ValueError(f"{last_words} is none of {', '.join(enum.members)}")
    return number


def enum_rule(api, rule, default):
    enum = api.enum_of_field(rule.field)
    if not enum:
        raise ValueError(f"{enum_name(rule.field)} is no enumerator")
    numbers = enum.members
    last = said(rule.field, "to ")
    only = enum_name(rule.field) in numbers and "..." not in parts_of(rule.field)[0]
    if only:
        rule.low = rule.high = numbers[enum_name(rule.field)]
        rule.expected = f"0 or {enum_name(rule.field)} ({rule.high})"
    else:
        rule.low, rule.high = min(numbers.values()), enumerator(enum, last) if last else max(numbers.values())
        rule.expected = f"0 to {rule.high}"
        if sorted(numbers.values()) != list(range(rule.low, max(numbers.values()) + 1)):
            raise ValueError("an enum with gaps")
    rule.zero = enumerator(enum, default) if default else 0


def number_rule(rule, text, default):
    between = BETWEEN.fullmatch(text)
    if between:
        rule.low, rule.high = float(between[1]), float(between[2])
    elif text not in ("any", "finite"):
        for part in text.split(", "):
            bound = BOUND.fullmatch(part)
            if not bound:
                raise ValueError(f"no range: {text}")
            value = float(bound[2] or bound[3])
            side = bound[1] or bound[4]
            if side in ("over", "more"):
                rule.low = math.nextafter(value, math.inf) if side == "over" else value
            else:
                rule.high = math.nextafter(value, -math.inf) if side == "under" else value
    rule.expected = "a finite number" if text == "finite" else text
    rule.checked = text != "any" or rule.field.type == "double"
    if default:
        rule.zero = float(default)
        rule.expected += f", or 0 for {default}"


def rule_of(api, f):
    """ValueError says what is wrong."""
    rule = Rule(f)
    if f.name.startswith("reserved"):
        rule.low = rule.high = 0
        rule.expected = "0"
        return rule
    parts = parts_of(f)
    if not parts:
        raise ValueError("no range in braces")
    strange = [part for part in parts[1:] if not part.startswith(("to ", "0 = ")) and not grammar.UNIT.fullmatch(part)]
    if strange:
        raise ValueError(f"no attribute of ours: {strange[0]}")
    rule.default = default = said(f, "0 = ")
    if f.type == "uint64_t" and parts[0] != "any":
        raise ValueError("a uint64_t is `any`")
    if enum_name(f):
        enum_rule(api, rule, default)
    else:
        number_rule(rule, parts[0], default)
    return rule


def structs_of(api):
    return [s for s in api.structs.values() if s.name.endswith("_options")]


def faults(api, struct):
    if struct not in structs_of(api):
        return
    for f in ruled_fields(api, struct):
        try:
            rule_of(api, f)
        except ValueError as error:
            yield f"{f.line}: {struct.name}.{f.name}: {error}"


def default_of(api, f):
    """The number, or the enumerator's name, that a field is if not given; None if that is for the function to say."""
    rule = rule_of(api, f)
    if not rule.default:
        return None if enum_name(f) else 0
    return rule.default.lower() if enum_name(f) else float(rule.default) if f.type == "double" else int(rule.default)


# ---- the C of it ----

def c_number(x):
    return {math.inf: "INFINITY", -math.inf: "-INFINITY"}.get(x) or f"{x:.17g}"


def base(struct):
    return struct.name.removeprefix("lamella_").removesuffix("_options")


def rows(api, struct):
    for f in ruled_fields(api, struct):
        rule = rule_of(api, f)
        if rule.checked:
            kind = "OPTION_I32" if f.type == "uint32_t" else TYPES[f.type]
            yield (f'    {{ "{f.name}", offsetof({struct.name}, {f.name}), {kind}, {int(rule.zero is not None)}, {c_number(rule.zero or 0)}, '
                   f'{c_number(rule.low)}, {c_number(rule.high)}, "{rule.expected}" }},')


def reader(struct):
    return f"lamella_status read_{base(struct)}_options(call *c, {struct.name} *o, const {struct.name} *given, const char *name)"


def c_struct(api, struct):
    found = list(rows(api, struct))
    rules, n = (f"{base(struct)}_rules", f"LENGTH({base(struct)}_rules)") if found else ("NULL", "0")
    table = [f"static const option_rule {rules}[] = {{", *found, "};", ""] if found else []
    return "\n".join(table + [
        reader(struct), "{", f"    return read_options(c, o, (int64_t)sizeof *o, given, name, {rules}, {n});", "}", "",
        f"lamella_status {struct.name}_init({struct.name} *options, uint32_t struct_size)", "{",
        f"    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, {rules}, {n}));", "}"])


MADE = "/* Made by src/tools/generate.py: what each field of options may be, as its comment in the header says. */"


def c_source(api):
    return (f'{MADE}\n#include "options/options.h"\n\n#include <math.h>\n#include <stddef.h>\n\n'
            + "\n\n".join(c_struct(api, s) for s in structs_of(api)) + "\n")


def c_header(api):
    lines = "\n".join(f"LAMELLA_INTERNAL {reader(s)};" for s in structs_of(api))
    includes = "\n".join(f'#include "{path.relative_to(api.root / "include").as_posix()}"' for path, _, _, contents in api.headers
                         if any(s in structs_of(api) for s in contents.structs))
    return (f'{MADE}\n#ifndef OPTIONS_OPTIONS_H\n#define OPTIONS_OPTIONS_H\n\n#include "base/base.h"\n{includes}\n\n'
            f"/* Reads the caller's options, checked and with their defaults: OPTIONS(c, w.o, options, probe_linear). */\n"
            f"#define OPTIONS(c, o, options, kind) read_##kind##_options((c), &(o), (options), #options)\n\n{lines}\n\n#endif\n")
