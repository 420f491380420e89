"""Peers and Lamella in one run: a table with one ratio per line of work, or JSON."""
import argparse
import json
import os
import platform
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PARTS = ("moments", "truncate", "search", "probe", "grid", "relative", "similarity", "pool")
IDLE = 0.3
LEVEL = 0.05  # within it, two times are level


def lines_of(program, parts):
    # Some hosts pin an old kernel for an old BLAS: the peers' own builds choose for themselves.
    environment = {key: value for key, value in os.environ.items() if key not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    if program == "ours.py":
        environment["OPENBLAS_NUM_THREADS"] = "1"  # NumPy's own BLAS keeps its threads spinning beside ours; peers choose for themselves
    run = subprocess.run([sys.executable, os.path.join(HERE, program), *parts], stdout=subprocess.PIPE, text=True, check=True, env=environment)
    return [json.loads(line) for line in run.stdout.splitlines()]


def compare(ours, peers):
    for peer in peers:
        for mine in ours:
            if mine["work"] != peer["work"]:
                continue
            quality = {f"peer_{key}": value for key, value in peer.items() if key not in ("work", "peer", "seconds", "threads")}
            quality.update({key: value for key, value in mine.items() if key not in ("work", "seconds", "threads", "kernel")})
            if "penalties" in peer and "penalties" in mine:
                same = [abs(a - b) <= 1e-9 * b for a, b in zip(mine["penalties"], peer["penalties"])]
                quality["same_penalties"] = f"{sum(same)} of {len(same)}"
            if "errors" in peer and "errors" in mine:
                quality["largest_error_difference"] = max(abs(a - b) for a, b in zip(mine["errors"], peer["errors"]))
            if "objective" in peer and "objective" in mine:
                quality["objectives"] = f"objective {sum(mine['objective']):.6g} against {sum(peer['objective']):.6g}"
            yield dict(work=peer["work"], peer=peer["peer"], peer_seconds=peer["seconds"], peer_threads=peer["threads"],
                       seconds=mine["seconds"], ratio=peer["seconds"] / mine["seconds"], threads=mine["threads"], kernel=mine["kernel"], **quality)


def verdict(ratio, busy):
    if busy:
        return "busy"
    return "faster" if ratio > 1 + LEVEL else "slower" if ratio < 1 - LEVEL else "level"


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = {line.split(":", 1)[1].strip() for line in file if line.startswith("model name")}
    return ", ".join(sorted(names)) or platform.processor()


def wait_for_idle():
    while os.getloadavg()[0] >= IDLE:
        time.sleep(5)


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one object per line instead of a table")
    parser.add_argument("--wait", action="store_true", help=f"wait until the load falls below {IDLE}")
    parser.add_argument("--prepare", action="store_true",
                        help="only make the peers' virtual environment for the named parts; relative takes torch, of which pip prefers the CPU "
                             "wheel once PIP_EXTRA_INDEX_URL names an index that has it")
    parser.add_argument("parts", nargs="*", help=f"of {' '.join(PARTS)} (all)")
    options = parser.parse_args()
    for part in options.parts:
        if part not in PARTS:
            parser.error(f"there is no part {part}")
    if options.wait:
        wait_for_idle()
    busy = os.getloadavg()[0] >= IDLE
    print(f"{processor()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.2f}", file=sys.stderr)
    if not options.json:
        print(f"{'work':<72} {'peer':<44} {'peer s':>9} {'ours s':>9} {'ratio':>6}  kernel     verdict")
    for part in options.parts or PARTS:
        ours = lines_of("ours.py", [part])
        for line in compare(ours, lines_of("peers.py", [part]) if ours else []):
            if options.json:
                print(json.dumps(line), flush=True)
            else:
                print(f"{line['work']:<72} {line['peer']:<44} {line['peer_seconds']:9.4f} {line['seconds']:9.4f} {line['ratio']:6.2f}"
                      f"  {line['kernel']:<10} {verdict(line['ratio'], busy)}  {line.get('objectives', '')}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
