"""A reviewer's day in the real window with keys alone, and the power cut in the middle of it.

Keys go in by xdotool under Xvfb with a window manager. What is shown is read over AT-SPI, what is kept by `sessions
export`, what goes out from the files. The batch is the one of 25 October 2025 with 122 patches where the folder of real
mails is beside the checkout, and one of as many patches of our own making where it is not. With
URINGREVIEW_SCREENSHOTS=FOLDER ten pictures of the day are kept there.
"""

from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests.conftest import SHARED
from tests.support import day
from tests.support.day import PATCHES, Kept, Material, kept
from tests.support.screen import Program, Screen, missing_tool, screen, wait_for

REPLIES = 9
QUEUE = ("table", "Queue of patches")
HUNK_WORDS = ("Why is it counted before it is shown?", "Who reads this one?")
CLAIM_WORDS = "I counted them: that is so."


@pytest.fixture
def work(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Material:
    """The batch and its clone."""
    if SHARED.is_dir():
        mbox = SHARED / "corpus" / "20251025-3857885.mbox"
        return day.material(mbox, request.getfixturevalue("kernel_clone"))
    folder = tmp_path_factory.mktemp("day")
    return day.material(day.batch(folder), day.clone(folder))


@pytest.fixture
def desk() -> Iterator[Screen]:
    """A screen of one's own."""
    missing = missing_tool()
    if missing:
        pytest.skip(f"{missing} is not installed")
    with screen() as made:
        yield made


def test_a_day_with_keys_only_survives_power_cuts_and_sends_nine_replies(
    work: Material, desk: Screen, tmp_path: Path
) -> None:
    wanted: dict[str, str] = {}
    window = opened(desk, work, 0)
    desk.shot("opened")

    only_contradicted(window, work)
    desk.shot("filter")
    key = work.marked[0]
    go_to(window, work, key)
    window.keys("q")
    window.focused("Text of the note or comment")
    window.type("Is that so?")
    window.keys("Escape")
    window.focused(QUEUE[1])
    wanted[key] = "question"
    window.says("1/122 decided")
    desk.shot("question")
    window.keys("slash", "ctrl+a", "BackSpace", "Return")
    wait_for(lambda: window.ask("count", *QUEUE) == PATCHES, "the whole queue")

    go_to(window, work, work.series[0])
    window.keys("shift+u", "h", "alt+2")
    wanted |= dict.fromkeys(work.series, "hold")
    window.says("hold: 3 patches")
    desk.shot("series held")

    comment_on_two_hunks(window, work)
    desk.shot("comments on hunks")
    go_to(window, work, work.claimed)
    window.keys("bracketright", "c")
    write(window, CLAIM_WORDS)
    desk.shot("comment on a claim")

    for key in work.others[:3]:
        go_to(window, work, key)
        window.keys("d")
        wanted[key] = "drop"
        window.says(f"{len(wanted)}/122 decided")
    assert kept(tmp_path).decisions == wanted

    wanted |= {key: "take" for key in work.upstream if key not in wanted}
    window = take_the_rest(window, desk, work, tmp_path, wanted)
    desk.shot("all decided")
    undo_three(window, work, tmp_path, wanted)

    title = window.title
    window.keys("ctrl+q")
    assert window.process.wait(60) == 0
    window = opened(desk, work, PATCHES)
    wait_for(lambda: window.title == title, "the patch that was looked at")
    all_there(kept(tmp_path), work, wanted)
    shown = Counter(cell.split(":")[0].split("\n")[0] for cell in window.ask("column", *QUEUE, "0"))
    assert shown == Counter(wanted.values()), shown
    desk.shot("opened again")

    replies_go_out(window, desk, work, tmp_path, wanted)


def opened(desk: Screen, work: Material, decided: int) -> Program:
    """A window on the batch in which all work is done."""
    window = desk.start(*work.paths)
    window.says(f"{decided}/122 decided")
    wait_for(lambda: _done(window.status), "the branches")
    window.focused(QUEUE[1])
    return window


def _done(status: str) -> bool:
    told = [part for part in status.split(" | ") if part.startswith("apply status ")]
    counts = told[0].split()[-1].split("/") if told else ["", "-"]
    return counts[0] == counts[-1]


def go_to(window: Program, work: Material, key: str) -> None:
    """Select a patch by its upstream commit."""
    window.keys("ctrl+g")
    window.focused("Choose")
    window.type(work.upstream[key][:12])
    window.keys("Return")
    window.focused(QUEUE[1])


def only_contradicted(window: Program, work: Material) -> None:
    """The filter shows what the report marks so, and says so where that is nothing."""
    window.keys("slash")
    window.focused("Filter")
    window.type("claim:false")
    window.keys("Return")
    wait_for(lambda: window.ask("count", *QUEUE) == work.contradicted, "the contradicted claims")
    window.keys("slash", "ctrl+a")
    window.type(f"claim:{work.mark}")
    window.keys("Return")
    wait_for(lambda: window.ask("count", *QUEUE) == len(work.marked), f"the claims that are {work.mark}")


def comment_on_two_hunks(window: Program, work: Material) -> None:
    """One comment on the first line of each of two hunks."""
    go_to(window, work, work.hunks)
    for walk, words in zip("pn", HUNK_WORDS, strict=True):
        window.keys(walk, "c")
        write(window, words)


def write(window: Program, words: str) -> None:
    """Type a comment into its box and keep it."""
    window.focused("Text of the comment")
    window.type(words)
    window.keys("Return")
    window.focused(QUEUE[1])


def take_the_rest(window: Program, desk: Screen, work: Material, folder: Path, wanted: dict[str, str]) -> Program:
    """Take what is undecided, one by one; three times the power goes while keys are still coming."""
    for until in (30, 60, 90):
        keys = window.begin_keys(["g", "g", *["shift+n", "a"] * PATCHES])
        acknowledged = at_least(window, until)
        window.kill()
        keys.kill()
        keys.wait()
        # The key that was just held down would repeat itself in the next window.
        desk.tool("keyup", "a", "n", "g", "shift")
        found = kept(folder)
        assert len(found.decisions) >= acknowledged
        assert all(wanted[key] == kind for key, kind in found.decisions.items())
        assert found.comments == {work.hunks: list(HUNK_WORDS), work.claimed: [CLAIM_WORDS]}
        window = opened(desk, work, len(found.decisions))
    window.keys("g", "g", *["shift+n", "a"] * (PATCHES - len(found.decisions)))
    window.says("122/122 decided")
    all_there(kept(folder), work, wanted)
    return window


def at_least(window: Program, count: int) -> int:
    """How many are decided as the window says, once it is so many."""
    return wait_for(lambda: now if (now := window.decided) >= count else 0, f"{count} decided")


def all_there(found: Kept, work: Material, wanted: dict[str, str]) -> None:
    assert found.decisions == wanted
    assert found.comments == {work.hunks: list(HUNK_WORDS), work.claimed: [CLAIM_WORDS]}


def undo_three(window: Program, work: Material, folder: Path, wanted: dict[str, str]) -> None:
    """Three patches are dropped by mistake; three times u takes that back."""
    for key in work.others[-3:]:
        go_to(window, work, key)
        window.keys("d")
    wait_for(lambda: Counter(kept(folder).decisions.values())["drop"] == 6, "three more drops")
    window.keys("u", "u", "u")
    window.says("Undone: ")
    wait_for(lambda: kept(folder).decisions == wanted, "three undone")


def replies_go_out(window: Program, desk: Screen, work: Material, folder: Path, wanted: dict[str, str]) -> None:
    """Nine mails are written: those that are no plain take, each an answer to its patch, with the words in it."""
    go_to(window, work, work.hunks)
    window.keys("alt+5")
    desk.shot("reply")
    out = folder / "replies"
    out.mkdir()
    window.keys("ctrl+e")
    window.focused("Directory:")
    window.type(str(out))
    desk.shot("export")
    window.keys("Return")
    window.says(f"{REPLIES} replies written to {out}")
    mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in out.glob("*.eml")]
    answered = {str(each["In-Reply-To"]).strip("<> "): each.get_content() for each in mails}
    said = [key for key, kind in wanted.items() if kind != "take"]
    assert sorted(answered) == sorted([*said, work.hunks, work.claimed])
    assert len(mails) == REPLIES
    assert all(words in answered[work.hunks] for words in HUNK_WORDS)
    assert CLAIM_WORDS in answered[work.claimed]
    assert "Is that so?" in answered[work.marked[0]]
    assert (out / "send.sh").is_file()
