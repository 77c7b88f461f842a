"""The one table of what the window can do; menus, shortcuts, palette, the `?` sheet and docs/keys.md come from it.

Keys follow less(1), mutt(1) and vi: single letters act only while a list, the diff or the simulator has the focus, so
that they can be typed anywhere else. The simulator has some of its own, which go before the others there. Run
`python -m uringreview.ui.actions > docs/keys.md` after a change here.
"""

import sys
from dataclasses import dataclass
from enum import Enum


class Menu(Enum):
    """The menu bar, in order."""

    FILE = "File"
    QUEUE = "Queue"
    REVIEW = "Review"
    SIMULATE = "Simulate"
    VIEW = "View"
    HELP = "Help"


class Needs(Enum):
    """When an action can be used."""

    NOTHING = "always"
    QUEUE = "with a queue open"
    PATCH = "with a loaded patch selected"
    CLONE = "with a clone chosen"
    DECIDED = "with a decided patch selected"
    UNDO = "with something to undo"
    REDO = "with something to redo"
    WORK = "while work is under way"
    RUN = "with a run in the simulator"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do.

    `name` is its id and the name of its handler in `Commands`; `keys` are Qt key sequences, the first is shown.
    `group` puts a line between neighbours in a menu; `check` makes it a choice that shows a tick. The keys of one with
    `in_simulator` act in the simulator alone, those of one with `in_series` in the drawn series.
    """

    name: str
    text: str
    menu: Menu
    tooltip: str
    keys: tuple[str, ...] = ()
    needs: Needs = Needs.NOTHING
    group: int = 0
    check: bool = False
    in_simulator: bool = False
    in_series: bool = False


_F, _Q, _R, _S, _V, _H = Menu.FILE, Menu.QUEUE, Menu.REVIEW, Menu.SIMULATE, Menu.VIEW, Menu.HELP


def _in_series(name: str, text: str, tooltip: str, *keys: str) -> Action:
    return Action(name, text, _V, tooltip, keys, Needs.QUEUE, 4, in_series=True)


def _in_simulator(name: str, text: str, tooltip: str, *keys: str, group: int = 1) -> Action:
    return Action(name, text, _S, tooltip, keys, Needs.RUN, group, in_simulator=True)


ACTIONS: tuple[Action, ...] = (
    Action("open_files", "Open mail…", _F, "Open mailboxes, mails, patches or saved pages", ("Ctrl+O",)),
    Action("open_folder", "Open folder…", _F, "Open a directory of mails or patches", ("Ctrl+Shift+O",)),
    Action("open_demo", "Open the demo", _F, "A queue and a clone of our own making, in a temporary folder"),
    Action("open_recent", "Open recent…", _F, "Open again what was opened before", ("Ctrl+R",)),
    Action("fetch_thread", "Fetch thread…", _F, "By b4 or lei, if you switched that on"),
    Action("add_files", "Add mail to this queue…", _F, "Fill rows that are not loaded", (), Needs.QUEUE),
    Action("rescan", "Read again", _F, "Read the mail and the clone again", ("F5",), Needs.QUEUE),
    Action("choose_clone", "Choose kernel clone…", _F, "The clone whose stable branches are checked", (), group=1),
    Action("sessions", "Open session…", _F, "Its mail, by the session's name", ("Ctrl+Shift+S",), group=2),
    Action("session_rename", "Rename session…", _F, "Its mail finds it all the same", (), Needs.QUEUE, 2),
    Action("session_archive", "Archive session…", _F, "Out of the list; opening its mail brings it back", (), group=2),
    Action("session_merge", "Bring decisions along…", _F, "From a session of the same patches", (), Needs.QUEUE, 2),
    Action("session_export", "Hand session over…", _F, "As one file, with its history", (), Needs.QUEUE, 2),
    Action("session_import", "Take session over…", _F, "From such a file", (), group=2),
    Action(
        "export_replies", "Export replies…", _F, "One .eml each, and a script that sends", ("Ctrl+E",), Needs.QUEUE, 3
    ),
    Action("export_mbox", "Replies as one mbox…", _F, "One file, for mail programs", (), Needs.QUEUE, 3),
    Action("export_queue", "Export stable-queue…", _F, "What is taken, by branch", ("Ctrl+Shift+E",), Needs.CLONE, 3),
    Action("export_page", "Save page of this patch…", _F, "HTML to attach or to print", (), Needs.PATCH, group=2),
    Action("export_matrix", "Export branch table…", _F, "Write patch x branch as CSV", (), Needs.CLONE, group=3),
    Action(
        "sort_matrix", "Sort branch table", _F, "By the chosen cell's column, worst first", (), Needs.CLONE, group=2
    ),
    Action("quit", "Quit", _F, "Leave; everything is saved already", ("Ctrl+Q",), group=4),
    Action("next_patch", "Next patch", _Q, "Select the next patch", ("J",), Needs.QUEUE),
    Action("previous_patch", "Previous patch", _Q, "Select the patch before", ("K",), Needs.QUEUE),
    Action("first_patch", "First patch", _Q, "Select the first patch", ("G, G",), Needs.QUEUE),
    Action("last_patch", "Last patch", _Q, "Select the last patch", ("Shift+G",), Needs.QUEUE),
    Action("next_undecided", "Next undecided", _Q, "Select the next one without decision", ("Shift+N",), Needs.QUEUE),
    Action("select_series", "Select the series", _Q, "All of it, to decide at once", ("Shift+U",), Needs.PATCH, 1),
    Action("go_to", "Go to patch…", _Q, "By subject, id or position", ("Ctrl+G",), Needs.QUEUE),
    Action("extend_down", "Select one more below", _Q, "Decide on several at once", ("Shift+J",), Needs.QUEUE, 1),
    Action("extend_up", "Select one more above", _Q, "Decide on several at once", ("Shift+K",), Needs.QUEUE, 1),
    Action("select_all", "Select all shown", _Q, "All that the filter lets through", ("Ctrl+A",), Needs.QUEUE, 1),
    Action("back_to_list", "Back to the list", _Q, "Clears the filter; there, stops work", ("Escape",), Needs.QUEUE, 1),
    Action("filter", "Filter", _Q, "Filter the queue", ("/", "Ctrl+F"), Needs.QUEUE, 1),
    Action("clear_filter", "Clear filter", _Q, "Show all patches", (), Needs.QUEUE, group=1),
    Action("filter_ranges", "Filter: ranges that do not hold", _Q, "Asked branches refuse it", (), Needs.CLONE, 1),
    Action("filter_flags", "Filter: applies, but look", _Q, "Doubtful though git takes it", (), Needs.CLONE, 1),
    Action("by_series", "Group by series", _Q, "Keep together what belongs together", (), Needs.QUEUE, 2, True),
    Action("by_order", "Queue order", _Q, "In the order of the batch", (), Needs.QUEUE, 2, True),
    Action("by_subsystem", "Group by subsystem", _Q, "By the subject's first words", (), Needs.QUEUE, 2, True),
    Action("by_decision", "Group by decision", _Q, "Undecided first", (), Needs.QUEUE, 2, True),
    Action("take", "Take", _R, "No objection; writes no mail", ("A",), Needs.PATCH),
    Action("hold", "Hold", _R, "Wait: a fix or a prerequisite is coming", ("H",), Needs.PATCH),
    Action("drop", "Drop", _R, "Not for any stable branch", ("D",), Needs.PATCH),
    Action("together", "Take only together", _R, "With what it depends on", ("Shift+T",), Needs.PATCH),
    Action("not_a_fix", "Not a fix", _R, "Drop: it is no fix", ("Shift+X",), Needs.PATCH),
    Action("drop_older", "Drop from a version and older", _R, "Keep it on newer branches", ("Shift+D",), Needs.PATCH),
    Action("question", "Question", _R, "Ask about it", ("Q",), Needs.PATCH),
    Action("undecide", "Take the decision back", _R, "Undecided again", ("Backspace",), Needs.DECIDED),
    Action("on_branch", "Decide for one branch…", _R, "It stands before the one for all", ("Shift+O",), Needs.PATCH),
    Action("flag", "Flag", _R, "For yourself: mark it, or not any more", ("Shift+F",), Needs.PATCH, 1),
    Action("own_note", "Note to yourself…", _R, "Never mailed", ("Shift+M",), Needs.PATCH, 1),
    Action("snooze", "Put off…", _R, "Until a day, or a commit is there", ("Shift+W",), Needs.PATCH, 1),
    Action("mark_sent", "Reply is sent", _R, "Mark it so, or not any more", ("Shift+E",), Needs.PATCH, 1),
    Action("history", "History…", _R, "What was decided when", ("Shift+H",), Needs.PATCH, 1),
    Action("summary", "Summary", _R, "How many of what, and what is to send", ("Ctrl+I",), Needs.QUEUE, 1),
    Action("undo", "Undo", _R, "Undo the last decision or comment", ("U", "Ctrl+Z"), Needs.UNDO, 1),
    Action("redo", "Redo", _R, "Do it again", ("Ctrl+Y", "Ctrl+Shift+Z"), Needs.REDO, 1),
    Action("comment", "Comment", _R, "On the line or claim, or edit what stands there", ("C",), Needs.PATCH, 2),
    Action("delete_comment", "Delete comment", _R, "Take out the one that stands here", ("Delete",), Needs.PATCH, 2),
    Action("quote_claim", "Quote claim", _R, "Into the reply, with its evidence", ("B", "Alt+B"), Needs.PATCH, 2),
    Action(
        "quote_false",
        "Quote false claims",
        _R,
        "All contradicted ones",
        ("Shift+B", "Alt+Shift+B"),
        Needs.PATCH,
        2,
    ),
    Action("quote_conflict", "Quote conflict", _R, "The hunk, and what is there", ("X", "Alt+X"), Needs.PATCH, 2),
    Action("quote_range", "Quote range", _R, "What it asks for", ("Shift+I", "Alt+Shift+I"), Needs.PATCH, 2),
    Action("quote_series", "Quote series", _R, "What it needs, and later fixes", ("I", "Alt+I"), Needs.PATCH, 2),
    Action("quote_trace", "Quote run", _R, "The simulator's run, as text", ("T", "Alt+T"), Needs.PATCH, 2),
    Action("reply", "Edit reply", _R, "Write the note of the reply", ("E",), Needs.PATCH, 2),
    Action("edit_mail", "Edit the mail", _R, "Change its text by hand", ("Shift+R",), Needs.PATCH, 2),
    Action("edit_outside", "Open in your editor", _R, "The comment, note or mail", ("Ctrl+Shift+X",), Needs.PATCH, 2),
    Action(
        "copy_reply", "Copy reply", _R, "Put the reply's text on the clipboard", ("Ctrl+Shift+C",), Needs.PATCH, group=2
    ),
    Action(
        "mail_reply",
        "Reply in the mail program",
        _R,
        "If short: a mailto: link",
        ("Ctrl+Shift+M",),
        Needs.PATCH,
        2,
    ),
    Action("next_hunk", "Next hunk", _R, "Go to the next hunk", ("N",), Needs.PATCH, 3),
    Action("previous_hunk", "Previous hunk", _R, "Go to the hunk before", ("P",), Needs.PATCH, 3),
    Action("next_claim", "Next claim", _R, "Select the next claim", ("]",), Needs.PATCH, 3),
    Action("previous_claim", "Previous claim", _R, "Select the claim before", ("[",), Needs.PATCH, 3),
    Action("page_down", "Page down", _R, "Scroll the diff a page on", ("Space",), Needs.PATCH, 3),
    Action("page_up", "Page up", _R, "Scroll the diff a page back", ("Shift+Space",), Needs.PATCH, 3),
    Action("simulate", "Run simulator", _S, "Search every interleaving of the race", ("S",), Needs.NOTHING),
    _in_simulator("step_forward", "Step forward", "Make the next step of the run", "L", "Right", "Down"),
    _in_simulator("step_back", "Step back", "Take the last step back", "H", "Left", "Up"),
    _in_simulator("first_step", "Before the first step", "Go to the start of the run", "Home"),
    _in_simulator("last_step", "Last step", "Go to the end of the run", "End"),
    _in_simulator("to_violation", "To the violation", "Go to the step that fails", "X"),
    *(
        _in_simulator(f"thread_{n}", f"Step thread {n}", f"Let thread {n} make the next step", str(n), group=2)
        for n in range(1, 10)
    ),
    _in_simulator("copy_replay", "Copy replay", "Put the text that names this run on the clipboard", "Y", group=3),
    _in_simulator("copy_run", "Copy run as text", "Put the run in columns on the clipboard", "Shift+Y", group=3),
    *(
        Action(
            f"toggle_patch_{n}",
            f"Patch {n} of the model",
            _S,
            "Apply it, or take it away",
            (f"Ctrl+{n}",),
            Needs.RUN,
            3,
        )
        for n in range(1, 7)
    ),
    Action("export_run", "Export run…", _S, "As PNG, SVG, Promela or text", ("Ctrl+Shift+T",), Needs.RUN, 4),
    Action("show_locks", "Locks of this patch", _S, "Under which its fields are used", ("Shift+L",), Needs.PATCH, 4),
    Action("write_scenario", "Write a scenario", _S, "A template, in your editor", ("Shift+A",), Needs.PATCH, 4),
    Action("cancel_work", "Cancel work", _S, "Stop reading, checking or searching", (), Needs.WORK, 5),
    Action("toggle_layout", "Side by side or unified", _V, "Change how the diff is shown", ("V",), Needs.PATCH),
    Action("choose_view", "Show the diff as…", _V, "As mailed, or on which branch", ("Shift+V",), Needs.PATCH),
    Action("next_view", "Diff on the next branch", _V, "As it lands or conflicts there", (".",), Needs.PATCH),
    Action("previous_view", "Diff on the branch before", _V, "The way back", (",",), Needs.PATCH),
    Action("as_mailed", "Diff as mailed", _V, "Back from a branch", ("M",), Needs.PATCH),
    Action("expand_context", "Show more lines", _V, "Of those left out nearest to the line", ("+", "="), Needs.PATCH),
    Action("wide_diff", "Only the diff", _V, "Without queue and rationale beside it", ("O",), Needs.PATCH),
    Action("toggle_raw", "Raw mail", _V, "The mail as it came", ("R",), Needs.PATCH, 0, True),
    *(
        Action(f"phase_{n}", f"Phase {n}", _V, f"Go to phase {n} of the rationale", (str(n),), Needs.PATCH, 1)
        for n in range(1, 10)
    ),
    Action("fold_all", "Fold or unfold all phases", _V, "Show headings only, or all text", ("Z",), Needs.PATCH, 1),
    Action("tab_simulator", "Simulator", _V, "Show the simulator", ("Alt+1",), group=2),
    Action("tab_series", "Series", _V, "Show what depends on what", ("Alt+2",), group=2),
    Action("tab_branches", "Branches", _V, "Show every patch on every branch", ("Alt+3",), group=2),
    Action("tab_thread", "Thread", _V, "Show the answers of people", ("Alt+4",), group=2),
    Action("tab_reply", "Reply", _V, "Show the mail as it will be sent", ("Alt+5",), group=2),
    Action("tab_claims", "Claims", _V, "Show every claim with its evidence", ("Alt+6",), group=2),
    Action("claims_scope", "Claims of the whole queue", _V, "Of all, or of one", ("W",), Needs.QUEUE, 2, True),
    Action("claims_next_mark", "Claims by mark", _V, "All, contradicted, open or verified", ("F",), Needs.QUEUE, 2),
    Action("columns", "Columns of the queue…", _V, "Show or hide", (), Needs.QUEUE, 2),
    Action("tab_check", "Queue check", _V, "All that speaks against the batch", ("Alt+7", "Y"), group=2),
    Action("copy_findings", "Copy the queue check", _V, "All findings as text, for a reply", (), Needs.QUEUE, 2),
    Action("toggle_bottom", "Lower pane", _V, "Show or hide the tabs below", ("Ctrl+J",), group=2),
    _in_series("series_along", "Along the arrow", "To what needs this one", "Right"),
    _in_series("series_back", "Back along the arrow", "To what this one needs", "Left"),
    _in_series("series_below", "Next box", "Down the column", "Down"),
    _in_series("series_above", "Box before", "Up the column", "Up"),
    _in_series("series_choose", "Go to the patch", "Select it in the queue", "Return", "Enter"),
    _in_series("series_larger", "Larger", "Magnify the drawing (Ctrl and wheel)", "+", "="),
    _in_series("series_smaller", "Smaller", "Show more of the drawing", "-"),
    _in_series("series_fit", "Fit", "All of it, as far as it can be read", "0"),
    _in_series("series_pan_left", "Move left", "Show what is to the left", "Shift+Left"),
    _in_series("series_pan_right", "Move right", "Show what is to the right", "Shift+Right"),
    _in_series("series_pan_up", "Move up", "Show what is above", "Shift+Up"),
    _in_series("series_pan_down", "Move down", "Show what is below", "Shift+Down"),
    Action("series_scope", "Series of the whole queue", _V, "All, or of one patch", ("Shift+S",), Needs.QUEUE, 4, True),
    Action("theme_system", "Colours of the desktop", _V, "Follow the desktop", (), group=5, check=True),
    Action("theme_light", "Light", _V, "Dark text on white", (), group=5, check=True),
    Action("theme_dark", "Dark", _V, "Light text on near black", (), group=5, check=True),
    Action("palette", "Command palette…", _H, "Find a command by name", ("Ctrl+K", "Ctrl+Shift+P")),
    Action("keys", "Keys", _H, "All keys on one sheet", ("?", "F1")),
    Action("about", "About uringreview", _H, "Version and licence", (), group=1),
)


def action(name: str) -> Action:
    """The action called `name`; raises KeyError where there is none."""
    for one in ACTIONS:
        if one.name == name:
            return one
    raise KeyError(name)


def acts_in_lists(sequence: str) -> bool:
    """Whether a key sequence is one that could be typed as text, and so acts only in lists and the diff."""
    head, _, last = sequence.rpartition("+")
    return head in ("", "Shift") and last not in ("Escape", "F1", "F5")


def shown_key(sequence: str) -> str:
    """A key sequence as a person writes it: "J" is j, "Shift+G" is G, "G, G" is g g."""
    keys = [_shown_stroke(stroke) for stroke in sequence.split(", ")] if sequence != "," else [","]
    return " ".join(keys)


def _shown_stroke(stroke: str) -> str:
    if len(stroke) == 1:
        return stroke.lower()
    head, _, last = stroke.rpartition("+")
    return last if head == "Shift" and len(last) == 1 and last.isalpha() else stroke


def keys_document() -> str:
    """docs/keys.md: every action by menu, with its keys."""
    lines = [
        "# Keys",
        "",
        "Made from the table in `uringreview/ui/actions.py` by `python -m uringreview.ui.actions > docs/keys.md`.",
        "Keys marked * act only while a list, the diff or the simulator has the focus, keys marked † in the simulator",
        "alone, before the others, those marked ‡ in the drawn series alone. Everything can be undone; nothing asks",
        "twice.",
    ]
    for menu in Menu:
        lines += ["", f"## {menu.value}", "", "| key | action | what it does | usable |", "|---|---|---|---|"]
        for one in ACTIONS:
            if one.menu is menu:
                mark = "†" if one.in_simulator else "‡" if one.in_series else "*"
                keys = ", ".join(
                    f"`{shown_key(key)}`" + mark * (one.in_series or acts_in_lists(key)) for key in one.keys
                )
                lines.append(f"| {keys} | {one.text} | {one.tooltip} | {one.needs.value} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(keys_document())
