"""What a compiler and the linker say: headers alone, layouts, symbols of the library, the sources as one file."""
import re
import subprocess
import tempfile
from pathlib import Path

import abi
import amalgamate
import headers

STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Wpadded", "-Werror", "-fsyntax-only"]
LANGUAGES = {"C99": ["-x", "c", "-std=c99"], "C++11": ["-x", "c++", "-std=c++11"]}
FORBIDDEN = re.compile(r"(abort|exit|_exit|_Exit|quick_exit|raise|signal|v?f?printf|v?dprintf|__v?f?printf_chk|__vdprintf_chk|puts|fputs|fputc|putc|"
                       r"putchar|perror|__assert_fail|rand|srand|setlocale|strtok|(secure_)?getenv|setenv|system)")
# What a sanitizer or the compiler's own start-up code adds.
NOT_OURS = re.compile(r"_init|_fini|_edata|_end|__bss_start|_*[a-z]+san_\w*")


def compiled(compiler, options, text, include):
    """What the compiler complains about; "" if nothing."""
    run = subprocess.run([compiler, *options, "-I", str(include), "-"], input=text, capture_output=True, text=True)
    return run.stderr if run.returncode else ""


def check_alone(root, compiler):
    """Every header by itself, as C99 and as C++11, without a hole in a struct."""
    faults = []
    for path in sorted((root / "include").rglob("*.h")):
        name = path.relative_to(root / "include")
        # clang lays out, and so finds holes in, only what is used
        sizes = "".join(f"enum {{ size_of_{s} = sizeof({s}) }};\n" for s in re.findall(r"^} (\w+);", path.read_text(encoding="utf-8"), re.M))
        for language, options in LANGUAGES.items():
            said = compiled(compiler, options + STRICT, f"#include <{name}>\n{sizes}", root / "include")
            if said:
                faults.append(f"{name} alone as {language}:\n{said}")
    return faults


def layout_asserts(api):
    """C that compiles only if sizes, offsets and enum values are those of abi.txt."""
    lines = ["#include <lamella.h>", "#include <stddef.h>"]
    claims = [(f"{name} == {value}", name) for e in api.enums for name, value in e.members.items()]
    for struct in api.structs.values():
        size, offsets = abi.layout(struct, api.structs)
        claims.append((f"sizeof({struct.name}) == {size}", struct.name))
        claims += [(f"offsetof({struct.name}, {name}) == {offset}", f"{struct.name}.{name}") for name, offset in offsets.items()]
    return "\n".join(lines + [f'_Static_assert({claim}, "{name}");' for claim, name in claims]) + "\n"


def check_layout(root, compiler):
    said = compiled(compiler, ["-x", "c", "-std=c11", "-fsyntax-only"], layout_asserts(headers.read(root)), root / "include")
    return [f"abi.txt and the compiler differ:\n{said}"] if said else []


def symbols(library, *options):
    run = subprocess.run(["nm", "-D", *options, str(library)], capture_output=True, text=True, check=True)
    lines = [line.split() for line in run.stdout.splitlines()]
    return {words[-1].split("@")[0] for words in lines if len(words) > 1 and words[-2] != "A"}   # A: the version's own name


def check_symbols(root, library):
    """The library shows what the headers declare and nothing else, and needs nothing that prints or ends the process."""
    declared = {f.name for f in headers.read(root).functions}
    shown = {name for name in symbols(library, "--defined-only") if not NOT_OURS.fullmatch(name)}
    faults = [f"{library}: {name} is declared and not there" for name in sorted(declared - shown)]
    faults += [f"{library}: {name} is there and not declared" for name in sorted(shown - declared)]
    faults += [f"{library}: needs {name}" for name in sorted(symbols(library, "--undefined-only")) if FORBIDDEN.fullmatch(name)]
    return faults


def check_one_file(root, compiler):
    """The sources stand together in one file: no name twice, no warning."""
    api = headers.read(root)
    faults = amalgamate.clashes(root)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "lamella.h").write_text(amalgamate.one_header(api), encoding="utf-8")
        options = ["-x", "c", "-std=gnu99", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"]
        said = compiled(compiler, options, amalgamate.one_source(api), folder)
    return faults + ([f"the amalgamation:\n{said}"] if said else [])
