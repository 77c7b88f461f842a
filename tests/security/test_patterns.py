"""No regular expression takes more than linear time on any line, however it is made: mail and clone are hostile input.

Each pattern meets lines of its own literals, over and over, and its time on four times the length is compared with the
time on once: 4 is linear, 16 is quadratic. Times are CPU times of this process; what looks bad is tried again.
"""

import pytest

from tests.support.patterns import Used, used_patterns

SHORT, TIMES = 4_000, 4
WORTH_A_LOOK_SECONDS = 0.004  # what the clock of a virtual machine may tell apart
SURELY_LONG_SECONDS = 0.08
FAR_TOO_LONG_SECONDS = 0.3
MOST_TIMES_LONGER = 9
# The caller bounds what these are given.
BOUNDED = {
    "rationale/said_of_code.py _OF_PATCH": "the last 60 characters before the verb",
    "mail/patch.py _UPSTREAM": "fullmatch on one stripped line, so that white space is not begun on twice",
}


@pytest.mark.parametrize("room", ["mail", "diff", "kernel", "rationale", "interleave", "series", "review", "ui"])
def test_every_pattern_of_the_room_is_linear_on_lines_made_against_it(room: str) -> None:
    patterns = [each for each in used_patterns(room) if each.where not in BOUNDED]
    assert patterns
    assert [f"{each.where}: {each.pattern.pattern!r}" for each in patterns if _superlinear(each)] == []


def _superlinear(used: Used) -> bool:
    for short, long in zip(used.hostile(SHORT), used.hostile(SHORT * TIMES), strict=True):
        if used.seconds(short) < WORTH_A_LOOK_SECONDS:
            continue
        if all(_much_longer(used, short, long) for _ in range(3)):
            return True
    return False


def _much_longer(used: Used, short: str, long: str) -> bool:
    first = used.seconds(short)
    return first > FAR_TOO_LONG_SECONDS or used.seconds(long) > max(MOST_TIMES_LONGER * first, SURELY_LONG_SECONDS)
