"""Plants random faults in the sources of a room, one at a time, and counts those that the room's tests see.

    tests/run mutants ROOM [N] [SEED] [--jobs N] [--only FILE]

A fault is a comparison, a sign, an index, a constant, a swapped argument changed, a statement dropped, a field of the options ignored; SEED
picks N (150) of them. Faults that do not build or leave the same machine code are not counted; neither are those that equivalent.txt lists
as changing nothing, with the reason. What the tests of a release build do not see they run again for under the sanitizers, as each commit's
tests do. Survivors are listed by file and line. Ends with 1 if under 92 % were killed."""
import argparse
import concurrent.futures
import json
import os
import random
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, namedtuple
from pathlib import Path

import faults_of_c

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "mutants"
LEAST = 92.0
SHARED = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # files of tests in memory, as they choose themselves

# Folders of sources that are one room here; the tests of all of them run, those of the fault's own folder first.
ROOMS = {"probe": ["probe", "solve", "measure", "samples"], "tensor": ["order", "tensor", "reduce", "moments"]}

Fault = namedtuple("Fault", "file kind line old new source")


def fail(text):
    sys.exit(f"mutants: {text}")


def quietly(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode:
        fail(f"{shlex.join(map(str, command))}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done


# ---- the faults ----

def line_at(text, position):
    begin = text.rfind("\n", 0, position) + 1
    return text[begin:text.find("\n", position)].strip()


def faults_in(path):
    text = path.read_text(encoding="utf-8")
    for site in faults_of_c.sites_of(text):
        changed = text[:site.start] + site.text + text[site.end:]
        yield Fault(path.relative_to(ROOT), site.kind, text.count("\n", 0, site.start) + 1, line_at(text, site.start),
                    line_at(changed, site.start), changed)


def shuffled(faults, seed):
    """All faults; each kind has its turn, and within a kind each place the same chance."""
    rng = random.Random(seed)
    kinds = {}
    for fault in faults:
        kinds.setdefault(fault.kind, []).append(fault)
    for of_kind in kinds.values():
        rng.shuffle(of_kind)
    while kinds:
        kind = rng.choice(sorted(kinds))
        yield kinds[kind].pop()
        if not kinds[kind]:
            del kinds[kind]


def listed_as_equivalent():
    """file | line as it is | line as it would be | why nothing changes"""
    listed = set()
    for line in (Path(__file__).parent / "equivalent.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            file, old, new, reason = [part.strip() for part in line.split(" | ")]
            if not reason:
                fail(f"equivalent.txt gives no reason for {old}")
            listed.add((file, old, new))
    return listed


# ---- the build ----

def programs_of(folder):
    """The programs of a folder of tests."""
    tests = ROOT / "tests" / folder
    alone = [path.stem for path in sorted(tests.glob("alone/test_*.c"))]
    return ([f"test_{folder}"] if list(tests.glob("test_*.c")) else []) + alone


class Build:
    def __init__(self, name, programs, *options):
        shadowed = any("SANITIZE" in option for option in options)
        self.name, self.root, self.programs = name, BUILD / name, programs
        launcher = ["-DCMAKE_C_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
        quietly("cmake", "-S", ROOT, "-B", self.root, "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", "-DLAMELLA_EXAMPLES=OFF", *options, *launcher)
        quietly("cmake", "--build", self.root, "-j", str(os.cpu_count()), "--target", *[p for ps in programs.values() for p in ps])
        self.compile = {}
        for entry in json.loads((self.root / "compile_commands.json").read_text()):
            command = shlex.split(entry["command"])
            command = [part for part in command[command[0].endswith("ccache"):] if part not in ("-Wall", "-Wextra", "-Werror")]
            if "lamella_objects.dir" in entry["command"]:
                output = command[command.index("-o") + 1]
                self.compile[Path(entry["file"])] = (command[:command.index("-o")], output)
        self.link, self.limits = {}, {}
        for program in [p for ps in programs.values() for p in ps]:
            self.link[program] = shlex.split((self.root / "tests" / "CMakeFiles" / f"{program}.dir" / "link.txt").read_text())
            started, worked = time.monotonic(), cpu_seconds_of_children()
            if not passes(self.root / "tests" / program, "", 900, 900, shadowed):
                fail(f"{program} fails without a fault ({name})")
            self.limits[program] = 20 + 10 * (time.monotonic() - started), 5 + int(2 * (cpu_seconds_of_children() - worked)), shadowed
        self.reference, self.lock = {}, threading.Lock()

    def object(self, file, source, folder):
        """The object file of this text, or None."""
        command, _ = self.compile[ROOT / file]
        path, output = folder / file.name, folder / f"{file.stem}.o"
        path.write_text(source, encoding="utf-8")
        strict = ["-Werror=incompatible-pointer-types", "-Werror=int-conversion", "-Werror=implicit-function-declaration"]
        done = subprocess.run([*command, *strict, "-I", str((ROOT / file).parent), "-o", str(output), "-c", str(path)],
                              cwd=self.root, capture_output=True)
        return output if done.returncode == 0 else None

    def is_same_code(self, file, built, folder):
        with self.lock:
            if file not in self.reference:
                original = folder / "original"
                original.mkdir(exist_ok=True)
                self.reference[file] = self.object(file, (ROOT / file).read_text(encoding="utf-8"), original).read_bytes()
        return built.read_bytes() == self.reference[file]

    def program(self, name, file, built, folder):
        replaced = os.path.relpath(self.root / self.compile[ROOT / file][1], self.root / "tests")
        output = folder / name
        link = [str(built) if part == replaced else part for part in self.link[name]]
        if str(built) not in link:
            fail(f"{file} is not linked into {name}")
        link[link.index("-o") + 1] = str(output)
        quietly(*link, cwd=self.root / "tests")
        return output

    def sees(self, fault, built, near, folder):
        """Whether a test fails; those of the fault's own folder run first."""
        own = fault.file.parts[1]
        return any(not passes(self.program(name, fault.file, built, folder), near, *self.limits[name])
                   for room in sorted(self.programs, key=lambda room: room != own) for name in self.programs[room])


def passes(program, near, seconds, cpu_seconds, shadowed):
    """Whether all tests of the program pass in this time. Each test is a process in a group of its own, which only a limit that it
    inherits ends if the fault has it loop for ever: what it leaves behind goes."""
    def limited():
        if not shadowed:  # a sanitizer's shadow is larger than any machine
            resource.setrlimit(resource.RLIMIT_AS, (12 << 30, 12 << 30))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))

    files = tempfile.mkdtemp(prefix="lamella-mutant-", dir=SHARED)
    os.chmod(files, 0o755)  # some tests write as another user
    run = subprocess.Popen([program, f"--first={near}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                           start_new_session=True, preexec_fn=limited, cwd=Path(program).parent,
                           env=dict(os.environ, LAMELLA_TEST_FILES=files, ASAN_OPTIONS="allocator_may_return_null=1:hard_rss_limit_mb=8000"))
    try:
        return run.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        try:
            os.killpg(run.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        run.wait()
        shutil.rmtree(files, ignore_errors=True)


# ---- the count ----

def cpu_seconds_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Run:
    def __init__(self, folders):
        programs = {folder: programs_of(folder) for folder in folders}
        self.release = Build("release", programs, "-DCMAKE_BUILD_TYPE=Release")
        self.sanitized = Build("sanitized", programs, "-DCMAKE_BUILD_TYPE=None", "-DCMAKE_C_FLAGS=-O1", "-DLAMELLA_SANITIZE=address,undefined")

    def verdict(self, fault, folder):
        words = [word for word in fault.file.stem.split("_") if word != fault.file.parts[1]]
        near = words[0] if words else fault.file.parts[1]  # ridge_panel.c: tests of files with ridge in their name run first
        try:
            for build in (self.release, self.sanitized):
                inside = folder / build.name
                inside.mkdir(parents=True)
                built = build.object(fault.file, fault.source, inside)
                if not built:
                    return "not built"
                if build is self.release and build.is_same_code(fault.file, built, inside):
                    return "same code"
                if build.sees(fault, built, near, inside):
                    return "killed"
            return "survived"
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0], usage="tests/run mutants ROOM [N] [SEED]")
    parser.add_argument("room")
    parser.add_argument("n", nargs="?", type=int, default=150)
    parser.add_argument("seed", nargs="?", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--only", help="faults of sources whose path holds this")
    asked = parser.parse_args()
    folders = ROOMS.get(asked.room, [asked.room])
    sources = [path for folder in folders for path in sorted((ROOT / "src" / folder).glob("*.c")) if (asked.only or "") in str(path)]
    if not sources or not any(programs_of(folder) for folder in folders):
        fail(f"there is no room {asked.room} with sources and tests")
    equivalent = listed_as_equivalent()
    faults = [fault for path in sources for fault in faults_in(path)]
    for file, old, new in equivalent - {(str(f.file), f.old, f.new) for f in faults}:
        if ROOT / file in sources:
            fail(f"equivalent.txt lists what is no fault of {file}: {old} | {new}")
    run = Run(folders)
    work = BUILD / f"work.{os.getpid()}"
    queue = shuffled(faults, asked.seed)
    counts, lock, tried = Counter(), threading.Lock(), 0

    def next_fault():
        nonlocal tried
        with lock:
            while counts["killed"] + counts["survived"] + counts["running"] < asked.n:
                fault = next(queue, None)
                if fault is None:
                    return None, 0
                if (str(fault.file), fault.old, fault.new) in equivalent:
                    counts["equivalent"] += 1
                    continue
                counts["running"] += 1
                tried += 1
                return fault, tried
            return None, 0

    def worker(_):
        while True:
            fault, number = next_fault()
            if fault is None:
                return
            said = run.verdict(fault, work / str(number))
            with lock:
                counts["running"] -= 1
                counts[said] += 1
                if said == "survived":
                    print(f"survived {fault.file}:{fault.line}: {fault.kind}\n    {fault.old}\n    {fault.new}", flush=True)

    try:
        with concurrent.futures.ThreadPoolExecutor(asked.jobs) as pool:
            list(pool.map(worker, range(asked.jobs)))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    planted = counts["killed"] + counts["survived"]
    share = 100 * counts["killed"] / planted if planted else 0
    print(f"{asked.room}: {planted} faults (seed {asked.seed}): {counts['killed']} killed, {counts['survived']} survived, {share:.1f} %; besides "
          f"{counts['not built']} not built, {counts['same code']} of the same code, {counts['equivalent']} listed as equivalent")
    return 0 if share >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
