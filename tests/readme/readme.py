"""The programs that the README shows are files that the tests build and run, line by line."""
import os
import re
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SHOWN = re.compile(r"<!-- (\S+\.(?:c|py)) -->\n```\w+\n(.*?)```", re.S)


def differences(readme, read):
    """One line for every program that the README shows otherwise than its file; none shown at all is one too."""
    shown = SHOWN.findall(readme)
    if not shown:
        return ["README.md shows no program"]
    return [f"README.md shows {path} otherwise than it is; type: python3 tests/readme/readme.py --write" for path, text in shown if text != read(path)]


def read_file(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def main():
    readme = read_file("README.md")
    if "--write" in sys.argv:
        readme = re.sub(r"(<!-- (\S+\.(?:c|py)) -->\n```\w+\n).*?(```)", lambda m: m[1] + read_file(m[2]) + m[3], readme, flags=re.S)
        with open(os.path.join(ROOT, "README.md"), "w", encoding="utf-8") as file:
            file.write(readme)
    assert differences("<!-- a.py -->\n```python\nx\n```", lambda path: "y\n"), "a planted difference is not seen"
    wrong = differences(readme, read_file)
    print("\n".join(wrong), end="\n" if wrong else "")
    sys.exit(1 if wrong else 0)


main()
