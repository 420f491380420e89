"""What every function needs besides its header, and words that do not belong in the tree."""
import re
import subprocess

import catalogue
import headers

# Words of unfinished work, and names that say nothing.
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b|\bnot (yet )?implemented\b|\bplaceholder\b", re.I)
EMPTY_NAME = re.compile(r"\b(do|process|handle)_[a-z]\w*\s*\(|\b\w+_(ex|v[2-9])\s*\(")
EMPTY_FILE = re.compile(r"^(.*[_-])?(utils?|helpers?|common|misc)([_-].*)?\.[a-z]+$")
TEXT = {".c", ".h", ".inc", ".py", ".md", ".txt", ".cmake", ".toml", ".sh", ".cpp", ".hpp", ".in", ".map", ".yml", ""}
HOME = re.compile(r"(?<![\w.])/(home|root|Users)/\w")


def listed_files(root):
    """The files of the tree: those git knows, else all outside build folders."""
    git = subprocess.run(["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], capture_output=True)
    if git.returncode == 0 and git.stdout:
        return [root / name for name in git.stdout.decode().split("\0") if name and (root / name).is_file()]
    found = (path for path in root.rglob("*") if path.is_file())
    return [path for path in found if not any(part.startswith(("build", ".git")) for part in path.relative_to(root).parts)]


def foreign(root):
    """What would name the place where the tree lies: itself, and what stands beside it under a name of its own."""
    ours = {part for path in listed_files(root) for part in path.relative_to(root).parts} | {root.name}
    beside = [path.name for path in root.parent.iterdir() if path.name not in ours]
    words = [re.escape(str(root)) + r"\b"] + [r"\.\./" + re.escape(name) + "/" for name in beside]
    return re.compile("|".join(words))


def check_words(root):
    faults = []
    place = foreign(root)
    this = root / "tests" / "api"
    for path in listed_files(root):
        name = path.relative_to(root)
        if EMPTY_FILE.match(path.name):
            faults.append(f"{name}: a file's name says what it holds")
        if path.suffix not in TEXT or path.parent == this:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").split("\n"), 1):
            in_code = path.suffix in (".c", ".h") and name.parts[0] in ("src", "include")
            for pattern, rule in ((UNFINISHED, "unfinished"), (HOME, "a path of one machine"), (place, "a path outside the tree")):
                if pattern.search(line):
                    faults.append(f"{name}:{number}: {rule}: {line.strip()[:80]}")
            if in_code and EMPTY_NAME.search(line):
                faults.append(f"{name}:{number}: a name that says nothing: {EMPTY_NAME.search(line)[0]}")
    return faults


def check_tested(root):
    """Every public function is called by name in some test."""
    tests = [path for pattern in ("*.c", "*.py") for path in (root / "tests").rglob(pattern) if "api" not in path.relative_to(root).parts[1:-1]]
    words = set(re.findall(r"\blamella_\w+", " ".join(path.read_text(encoding="utf-8") for path in tests)))
    api = headers.read(root)
    return [f"{f.file}:{f.line}: {f.name} is in no test" for f in api.functions if f.name not in words]


def check_catalogue(root):
    """Each row of the README is whole: a paper's function has a test of its name and stands in an example."""
    faults = []
    for _, found in catalogue.rows(headers.read(root)):
        for function, test, example in found:
            if not test:
                faults.append(f"{function.name}: no {catalogue.test_name(function)}")
            if not example:
                faults.append(f"{function.name}: in no example, neither by this name nor as {function.python()}")
    return faults
