#!/usr/bin/python3
"""How long each form of the program takes to start, in one run.

    packaging/with-screen packaging/start_times.py COMMAND...

Each COMMAND is one word, split as a shell would: "uringreview" "python3 -m uringreview". All are started in turn, five
times: with --version, and with the demo until the window is on the accessibility bus. Medians are printed, in
milliseconds and beside the last command's.
"""

import shlex
import subprocess
import sys
import time
from statistics import median

from read_window import application

RUNS = 5


def main() -> int:
    commands = sys.argv[1:]
    version: dict[str, list[float]] = {command: [] for command in commands}
    window: dict[str, list[float]] = {command: [] for command in commands}
    for _ in range(RUNS):
        for command in commands:
            version[command].append(to_version(command))
            window[command].append(to_window(command))
    last = commands[-1]
    print(f"{'start, median of ' + str(RUNS):<42} {'--version':>12} {'window':>12}")
    for command in commands:
        print(
            f"{command:<42} {median(version[command]):>6.0f} ms"
            f" {median(version[command]) / median(version[last]):.1f}x"
            f" {median(window[command]):>6.0f} ms {median(window[command]) / median(window[last]):.1f}x"
        )
    return 0


def to_version(command: str) -> float:
    """Milliseconds of `command --version`."""
    begun = time.monotonic()
    subprocess.run([*shlex.split(command), "--version"], check=True, stdout=subprocess.DEVNULL)
    return (time.monotonic() - begun) * 1000


def to_window(command: str) -> float:
    """Milliseconds from the start to the window's place on the accessibility bus."""
    begun = time.monotonic()
    program = subprocess.Popen([*shlex.split(command), "--demo", "--new-window"])
    try:
        while not ((found := application(program)) and found.get_child_count()):
            time.sleep(0.01)
        return (time.monotonic() - begun) * 1000
    finally:
        program.terminate()
        program.wait(20)


if __name__ == "__main__":
    sys.exit(main())
