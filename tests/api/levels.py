"""Who may include and call what: the table of levels, what stands only in certain folders, and no circles inside a folder."""
import re

import amalgamate
import csource

LEVELS = {folder: level for level, folders in enumerate(amalgamate.LEVELS) for folder in folders}

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)

# What a regular expression finds stands only in these folders or files.
ONLY = (
    ("BLAS and LAPACK", r"#\s*include\s*<(cblas|lapacke?|f77blas|openblas\w*)\.h>|\b(cblas|openblas|LAPACKE)_\w+\s*\(|\b[sd](gemm|syrk|potrf|"
     r"syevd?|gesdd|gesvd|geqrf|orgqr|trsm|gemv|axpy|dot)_\s*\(", ("linalg/blas.c", "linalg/door.c")),
    ("cJSON", r"\bcJSON\w*", ("io/",)),
    ("intrinsics", r"#\s*include\s*<(\w*intrin|cpuid|arm_\w+)\.h>|\b_mm\d*_\w+|\b__builtin_(ia32|cpu)_\w+|#\s*pragma\s+GCC\s+target", ("simd/",)),
    ("the allocator of libc", r"\b(malloc|calloc|realloc|free|aligned_alloc|posix_memalign|memalign|strdup|strndup|alloca)\s*\(", ("base/",)),
    ("the environment", r"\b(secure_)?getenv\b|\bsetenv\b|\benviron\b", ()),
    ("output or the end of the process", r"\b(v?f?printf|v?dprintf|f?puts|f?putc|putchar|perror|exit|_exit|_Exit|quick_exit|abort|assert|raise|"
     r"signal|rand|srand|setlocale|strtok)\s*\(", ()),
    ("platform headers", r"#\s*include\s*<(unistd|pthread|fcntl|sched|dlfcn|signal|semaphore|dirent|sys/\w+|linux/\w+|windows)\.h>",
     ("base/", "par/", "io/", "simd/dispatch.c")),
)


def folders_before(folder):
    """The folders that a folder may include."""
    level = LEVELS[folder]
    allowed = {other for other, its in LEVELS.items() if its < level} | {folder}
    if level in (2, 3):
        beside = amalgamate.LEVELS[level]
        allowed |= set(beside[:beside.index(folder)])
    return allowed


def own_includes(text):
    """(line, path) of the includes in quotes."""
    return [(text.count("\n", 0, m.start()) + 1, m[2]) for m in INCLUDE.finditer(csource.blanked(text, literals=False)) if m[1] == '"']


def check_includes(root):
    faults = []
    for path in sorted((root / "src").glob("*/*.[ch]")):
        folder, name = path.parent.name, path.relative_to(root)
        if folder not in LEVELS:
            faults.append(f"{name}: no folder of the table of levels")
            continue
        for line, included in own_includes(path.read_text(encoding="utf-8")):
            other = included.split("/")[0]
            if other == "lamella" and (root / "include" / included).exists():
                continue
            if not (root / "src" / included).exists():
                faults.append(f"{name}:{line}: {included} is not named from src/ or include/")
            elif other not in folders_before(folder):
                faults.append(f"{name}:{line}: {folder} (level {LEVELS[folder]}) may not include {included}")
    return faults


def check_border(root):
    """Examples see public headers only; a white-box test also sees those of its own folder, the levels below it, and support; fuzz targets see all."""
    faults = []
    for path in sorted([*(root / "examples").rglob("*.[ch]"), *(root / "tests").rglob("*.[ch]")]):
        name = path.relative_to(root)
        folder = name.parts[1]
        for line, included in own_includes(path.read_text(encoding="utf-8")):
            public = (root / "include" / included).exists()
            beside = (path.parent / included).exists() or (root / name.parts[0] / included).exists()
            own = name.parts[0] == "tests" and (folder in LEVELS and included.split("/")[0] in folders_before(folder)
                                                or folder in ("support", "fuzz"))
            if not (public or beside or own):
                faults.append(f"{name}:{line}: {included} is no public header" + (" and none of its own folder" if folder in LEVELS else ""))
    return faults


def check_only(root):
    faults = []
    for path in sorted([*(root / "src").glob("*/*.[ch]"), *(root / "src").glob("*/*.inc")]):
        within = str(path.relative_to(root / "src"))
        text = csource.blanked(path.read_text(encoding="utf-8"))
        for what, pattern, places in ONLY:
            if any(within.startswith(place) for place in places):
                continue
            for match in re.finditer(pattern, text):
                line = text.count("\n", 0, match.start()) + 1
                faults.append(f"src/{within}:{line}: {what} only in {', '.join(places) or 'no file'}: {match[0].strip()}")
    return faults


def defined(text):
    """The names that a .c file gives to others: its functions, and data with their values."""
    bodies = csource.top_level(csource.without_directives(text, csource.Names()))
    heads = [head.rstrip() for head, body in bodies if body is not None]
    return {csource.declared(head) for head in heads if head.endswith((")", "=")) and not re.search(r"\bstatic\b", head)}


def reached(leans, path):
    """The files on which this one leans, and those on which they do."""
    found, left = set(), [path]
    while left:
        new = set(leans[left.pop()]) - found
        found |= new
        left += new
    return found


def check_circles(root):
    """The files of a folder name each other's functions one way."""
    faults = []
    for folder in sorted({path.parent for path in (root / "src").glob("*/*.c")}):
        texts = {path: csource.blanked(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.c"))}
        home = {name: path for path, text in texts.items() for name in defined(text)}
        leans = {path: {} for path in texts}
        for path, text in texts.items():
            for word in re.finditer(r"(?<!\.)(?<!->)\b[A-Za-z_]\w*", text):    # a field may have the name too
                if home.get(word[0], path) != path:
                    leans[path].setdefault(home[word[0]], (text.count("\n", 0, word.start()) + 1, word[0]))
        faults += [f"{path.relative_to(root)}:{line}: a circle: {name} is {other.name}'s, which leans on {path.name}"
                   for path in leans for other, (line, name) in leans[path].items() if path in reached(leans, other)]
    return faults


def check(root):
    return check_includes(root) + check_border(root) + check_only(root)
