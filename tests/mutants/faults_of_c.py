"""Where a C source can be broken, and how: each place of a function's body as (kind, start, end, new text)."""
import re
from collections import namedtuple

Site = namedtuple("Site", "kind start end text")
Token = namedtuple("Token", "kind text start end")

LEXER = re.compile(r"""
    (?P<skip>\s+|/\*.*?\*/|//[^\n]*|^[ \t]*\#(?:[^\n\\]|\\.|\\\n)*)
  | (?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
  | (?P<number>0[xX][0-9a-fA-F.]+(?:[pP][+-]?\d+)?[uUlLfF]*|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[uUlLfF]*)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<mark><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)
""", re.X | re.S | re.M)

TYPES = re.compile(r"(const|static|struct|enum|union|unsigned|signed|void|char|short|int|long|float|double|size_t|u?int\d+_t|\w+_t|lamella_\w+)$")
NOT_DROPPED = {"return", "break", "continue", "goto", "case", "default", "typedef", "if", "for", "while", "do", "else", "switch", "const", "static"}
COMPARED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "&&": "||", "||": "&&"}
SIGNED = {"+": "-", "-": "+", "+=": "-=", "-=": "+="}
OPTIONS = {"o", "options"}
SYMMETRIC = {"MAX", "MIN", "fmax", "fmin"}  # their arguments change places and nothing changes
COMPARISONS = {"strcmp", "strncmp", "memcmp"}  # so do their first two, where only whether they are equal is asked


def tokens_of(source):
    return [Token(m.lastgroup, m[0], m.start(), m.end()) for m in LEXER.finditer(source) if m.lastgroup != "skip"]


def partners(tokens):
    """The number of the token that closes, by that of the one that opens."""
    close, stack = {}, []
    for i, t in enumerate(tokens):
        if t.text in ("(", "[", "{"):
            stack.append(i)
        elif t.text in (")", "]", "}") and stack:
            close[stack.pop()] = i
    return close


def bodies(tokens, close):
    """First and last token number of each function's body."""
    i = 0
    while i < len(tokens):
        if tokens[i].text == "{":
            if i and tokens[i - 1].text == ")":
                yield i, close[i]
            i = close.get(i, i)
        i += 1


def is_operand(token):
    return token.kind in ("name", "number") and token.text not in ("return", "case") or token.text in (")", "]")


def other_number(text):
    if re.fullmatch(r"\d+", text):
        return str(int(text) + 1)
    digits = re.match(r"[\d.eE+-]+", text)
    if text[:2].lower() == "0x" or not digits:
        return None
    value = float(digits[0])
    return (f"{value * 2 or 1.0!r}" if re.search(r"[.eE]", digits[0]) else str(int(value) + 1)) + text[digits.end():]


def statements(tokens, close, first, last):
    """First and last token number of what ends with ;, and whether it holds braces (the value of an array or a struct)."""
    begin, depth, braced, inside = first + 1, 0, False, first
    for i in range(first + 1, last):
        text = tokens[i].text
        depth += (text == "(") - (text == ")")
        if text == "{" and not depth and tokens[i - 1].text == "=":
            inside = close[i]
            braced = True
        elif i <= inside:
            continue
        elif text in ("{", "}") and not depth:
            begin, braced = i + 1, False
        elif text in ("{", "}"):
            braced = True
        elif text == ";" and not depth:
            yield begin, i, braced
            begin, braced = i + 1, False


def is_declaration(tokens, begin, end):
    words = [t for t in tokens[begin:end] if t.text != "*"]
    if not words or words[0].text in NOT_DROPPED - {"const", "static", "typedef"}:
        return False
    return bool(TYPES.match(words[0].text)) or len(words) > 1 and words[0].kind == words[1].kind == "name"


def arguments(tokens, opened, closed):
    """Token ranges between the commas of a call."""
    depth, begin = 0, opened + 1
    for i in range(opened + 1, closed):
        depth += (tokens[i].text in "([{") - (tokens[i].text in ")]}")
        if tokens[i].text == "," and not depth:
            yield begin, i - 1
            begin = i + 1
    if closed > opened + 1:
        yield begin, closed - 1


def sites_of(source):
    tokens = tokens_of(source)
    close = partners(tokens)
    found = []

    def span(a, b):
        return source[tokens[a].start:tokens[b].end]

    def add(kind, a, b, text):
        found.append(Site(kind, tokens[a].start, tokens[b].end, text))

    for first, last in bodies(tokens, close):
        declared = set()  # tokens of the declarators, sizes of arrays among them
        for begin, end, braced in statements(tokens, close, first, last):
            if is_declaration(tokens, begin, end):
                for a, b in arguments(tokens, begin - 1, end):
                    declared |= set(range(a, next((i for i in range(a, b + 1) if tokens[i].text == "="), b + 1)))
            elif not braced and tokens[begin].text not in NOT_DROPPED and begin < end and tokens[begin].text != "(":
                add("statement", begin, end, ";")
        for i in range(first + 1, last):
            t, before = tokens[i], tokens[i - 1]
            if i in declared:
                continue
            if t.text in COMPARED:
                add("comparison", i, i, COMPARED[t.text])
            elif t.text in SIGNED and (len(t.text) == 2 or is_operand(before)):
                add("sign", i, i, SIGNED[t.text])
            elif t.text in ("-", "!") and not is_operand(before):
                add("sign", i, i, "")
            elif t.text == "[" and is_operand(before) and close[i] > i + 1:
                add("index", i, close[i], f"[{span(i + 1, close[i] - 1)} + 1]")
            elif t.kind == "number" and other_number(t.text):
                add("constant", i, i, other_number(t.text))
            elif t.text == "(" and before.kind == "name" and before.text not in NOT_DROPPED | SYMMETRIC | {"sizeof"}:
                parts = list(arguments(tokens, i, close[i]))
                equality = before.text in COMPARISONS and (tokens[i - 2].text == "!" or tokens[close[i] + 1].text in (")", "&&", "||"))
                for (a, b), (c, d) in zip(parts[equality:], parts[1 + equality:]):
                    if span(a, b) != span(c, d):
                        add("argument", a, d, f"{span(c, d)}, {span(a, b)}")
            elif (t.text in OPTIONS and tokens[i + 1].text in (".", "->") and before.text not in (".", "->", "&")
                  and tokens[i + 3].text not in ("=", ".", "->", "[", "(", "++", "--", "+=")):
                add("option", i, i + 2, "0")
    return found
