"""Twenty kill -9 at random moments of a reviewer's day: what was acknowledged is there after the next start.

The writer prints a line when a call has returned, which is when the window shows it; whatever was printed must be
found again. `python -m tests.review.test_killed 200` runs it as often as one likes.
"""

import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from uringreview.review.session import open_session

TIMES = 20
WRITER = """
import sys, itertools
from datetime import UTC, datetime
from pathlib import Path
from uringreview.mail.subject import Version
from uringreview.review.decisions import Comment, Decision, DecisionKind
from uringreview.review.session import open_session

def say(*words):
    print(*words, flush=True)

kinds = list(DecisionKind)
first = int(sys.argv[2])
with open_session([], name="day", folder=Path(sys.argv[1])) as session:
    say("open")
    for number in itertools.count(first):
        key = f"{number}@example"
        session.decide(Decision(key, kinds[number % len(kinds)], f"note {number}"))
        say("decided", key, kinds[number % len(kinds)].value)
        session.decide(*(Decision(f"{number}-{n}@example", DecisionKind.HOLD) for n in range(40)))
        say("together", number)
        session.decide(Decision(key, DecisionKind.DROP, branch=Version(6, 6)))
        say("branch", key)
        session.comment(Comment(key, f"comment {number}", "+ quoted"))
        say("comment", key, number)
        for length in range(1, 6):
            session.set_reply_text(key, "draft"[:length] + str(number))
            say("draft", key, "draft"[:length] + str(number))
        session.flag(True, key)
        say("flag", key)
        session.decide(Decision(f"undone-{number}@example", DecisionKind.TAKE))
        session.undo()
        say("undone", f"undone-{number}@example")
"""


def killed_once(folder: Path, first: int, after: float) -> list[list[str]]:
    """Run the writer, kill it `after` seconds from its first word; the words that it got out."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(first)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    words = [process.stdout.readline().split()]
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    # A line that was cut off by the kill was not acknowledged.
    words += [line.split() for line in process.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    process.wait()
    process.stdout.close()
    return words


def lost(folder: Path, said: list[list[str]]) -> list[str]:
    """What was acknowledged and is not there."""
    drafts = {words[1]: words[2] for words in said if words[0] == "draft"}
    with open_session([], name="day", folder=folder) as session:
        decisions, single, asides = session.decisions(), session.branch_decisions(), session.asides()
        missing = []
        for words in said:
            match words:
                case ["decided", key, kind]:
                    there = key in decisions and decisions[key].kind.value == kind
                case ["together", number]:
                    there = all(f"{number}-{n}@example" in decisions for n in range(40))
                case ["branch", key]:
                    there = bool(single.get(key))
                case ["comment", key, number]:
                    there = [each.text for each in session.comments(key)] == [f"comment {number}"]
                case ["draft", key, _]:
                    # The next, longer one may have been stored just before the kill.
                    there = (session.reply_text(key) or "").startswith(drafts[key].rstrip("0123456789"))
                case ["flag", key]:
                    there = key in asides and asides[key].flagged
                case ["undone", key]:
                    there = key not in decisions
                case _:
                    there = True
            if not there:
                missing.append(" ".join(words))
    return missing


def run(folder: Path, times: int, seed: int) -> tuple[int, list[str]]:
    """Kill the writer that often; how much was acknowledged, and what of it is lost."""
    chance, count = random.Random(seed), 0
    every: list[list[str]] = []
    for number in range(times):
        said = killed_once(folder, number * 10_000, chance.uniform(0.0, 0.25))
        assert said[0] == ["open"]
        count += len(said)
        every += said
        missing = lost(folder, said)
        if missing:
            return count, missing
    return count, lost(folder, every)


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    count, missing = run(tmp_path, TIMES, 20260520)
    assert missing == []
    assert count > TIMES


if __name__ == "__main__":
    times = int(sys.argv[1]) if sys.argv[1:] else TIMES
    with tempfile.TemporaryDirectory() as name:
        acknowledged, gone = run(Path(name), times, time.time_ns())
    sys.stdout.write(f"{times} kills, {acknowledged} acknowledged, {len(gone)} lost {gone[:5]}\n")
