"""What each command understands: the argparse parsers, apart from what the commands do.

From the same table come the commands' --help, the shell completions and the man page, so that none of them can differ
from what is understood. `main_parser` is the window's; each subcommand has a parser of its own because a first word
that is no command is a path to open.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from uringreview import __version__

# Of each word after `sessions`: the fewest and the most words that follow it.
SESSION_WORDS = {
    "list": (0, 0),
    "rename": (2, 2),
    "archive": (1, 99),
    "merge": (2, 2),
    "export": (2, 2),
    "import": (1, 2),
}
PATH_HELP = "mbox, .eml, .patch, directory, page text; - is stdin"


@dataclass(frozen=True, slots=True)
class Command:
    """One subcommand: its name, a line for lists, a sentence for --help, its options, whether it opens paths."""

    name: str
    summary: str
    description: str
    options: Callable[[argparse.ArgumentParser], None]
    opens: bool = False

    def parser(self) -> argparse.ArgumentParser:
        """The subcommand's parser, called `uringreview NAME`."""
        parser = argparse.ArgumentParser(f"uringreview {self.name}", description=self.description)
        self.fill(parser)
        return parser

    def fill(self, parser: argparse.ArgumentParser) -> None:
        """Add all of the subcommand's arguments to `parser`."""
        if self.opens:
            parser.add_argument("paths", nargs="+", metavar="PATH", help=PATH_HELP)
        self.options(parser)


def main_parser() -> argparse.ArgumentParser:
    """The parser of `uringreview [PATH...]`, which opens the window."""
    listed = "\n".join(
        f"  {'uringreview ' + each.name + (' PATH...' if each.opens else ''):<30} {each.summary}" for each in COMMANDS
    )
    parser = argparse.ArgumentParser(
        prog="uringreview",
        description="Review AUTOSEL and other stable kernel patches with the evidence beside them.",
        epilog=f"commands (each has --help of its own):\n{listed}\n\n"
        "A file that is called like a command is opened as ./report.\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help=PATH_HELP)
    window_options(parser)
    return parser


def window_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the window, without the paths that it opens."""
    parser.add_argument("--clone", metavar="DIR", help="a kernel clone with stable branches, never written to")
    parser.add_argument("--session", metavar="NAME", help="keep decisions under this name")
    parser.add_argument("--theme", choices=("system", "light", "dark"), help="colours, this time")
    parser.add_argument("--demo", action="store_true", help="open the queue and clone that come with the program")
    parser.add_argument("--new-window", action="store_true", help="a process of its own, not the one that runs already")
    parser.add_argument("--install-desktop", action="store_true", help="put the program into your desktop's menu")
    parser.add_argument("--version", action="version", version=f"uringreview {__version__}")


def command(name: str) -> Command:
    """The subcommand of that name; raises KeyError where there is none."""
    for each in COMMANDS:
        if each.name == name:
            return each
    raise KeyError(name)


def _report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--clone", metavar="DIR", help="a kernel clone: status on its stable branches")
    parser.add_argument("--branch", action="append", default=[], metavar="NAME", help="only this branch (repeatable)")
    parser.add_argument("--format", choices=("text", "json", "csv"), default="text", help="what is written")
    parser.add_argument("--summary", action="store_true", help="text: one line a patch")
    parser.add_argument("--findings", action="store_true", help="text: the queue check, what is worst first")
    parser.add_argument("--claims", action="store_true", help="text: every claim with its evidence")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        choices=("verified", "contradicted", "uncheckable"),
        help="--claims: those with this mark (repeatable)",
    )
    parser.add_argument("--html", metavar="DIR", help="write a page for each patch to DIR, over no file that exists")


def _simulate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scenario", metavar="S", help="one scenario; without it all of the model")
    parser.add_argument("--applied", metavar="IDS", help="p1,p2 or upstream ids, or none; without it all subsets")
    parser.add_argument("--model", metavar="NAME", help="a model that comes with the program, or a file ./NAME.toml")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what is written")
    parser.add_argument("--trace", action="store_true", help="add the shortest counterexample and the data race")
    parser.add_argument("--max-states", type=int, metavar="N", help="stop a search there; it is then not exhaustive")
    parser.add_argument("--promela", metavar="FILE", help="write the one cell for spin, and print spin's command line")
    parser.add_argument(
        "--orders", nargs="?", const="", metavar="IDS", help="judge every tree of this order of patches"
    )
    parser.add_argument("--random", type=int, metavar="RUNS", help="random runs of the one cell, not a search")
    parser.add_argument("--pct", type=int, metavar="D", help="--random by PCT, for bugs of depth D")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="--random: the same seed gives the same runs")
    parser.add_argument("--lockset", nargs="+", metavar="PATH", help="no model: which locks each patch's fields have")
    parser.add_argument("--clone", metavar="DIR", help="--lockset: the kernel clone to read the files from")
    parser.add_argument("--branch", metavar="NAME", help="--lockset: this branch, not the newest that takes the patch")


def _reply(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--upstream", required=True, metavar="ID", help="the patch's upstream commit, 7 digits or more")
    parser.add_argument(
        "--decision",
        required=True,
        choices=("take", "hold", "drop", "drop-older", "together", "not-a-fix", "question"),
        help="what to say",
    )
    parser.add_argument("--from", dest="older", metavar="X.Y", help="drop-older: drop from this branch and older ones")
    parser.add_argument("--ack", action="store_true", help="take: add your Acked-by")
    parser.add_argument("--review", action="store_true", help="take: add your Reviewed-by")
    parser.add_argument("--note", default="", metavar="TEXT", help="a paragraph of your own")
    parser.add_argument("--clone", metavar="DIR", help="hold: look for the later fix in this clone's branches too")
    parser.add_argument("--out", required=True, metavar="DIR", help="the folder to write the .eml to")


def _sessions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        nargs="?",
        default="list",
        choices=tuple(SESSION_WORDS),
        help="list; rename OLD NEW; archive NAME...; merge FROM INTO; export NAME FILE; import FILE [NAME]",
    )
    parser.add_argument("words", nargs="*", metavar="NAME", help="sessions' names, and the file to write or read")
    parser.add_argument("--archived", action="store_true", help="list: those in the archive")


def _doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--clone", metavar="DIR", help="look at this kernel clone too")


COMMANDS = (
    Command(
        "report",
        "what is known of every patch, as text, JSON or CSV",
        "What is known of every patch of a queue.",
        _report,
        opens=True,
    ),
    Command(
        "simulate",
        "every interleaving of the locking race, for any subset of the patches",
        "Search every interleaving of a race.",
        _simulate,
    ),
    Command("reply", "write the mail that says a decision", "Write the mail that says a decision.", _reply, opens=True),
    Command(
        "sessions",
        "the stored sessions: list, rename, archive, merge, export, import",
        "The stored sessions: list them (newest first), rename, archive, merge, hand over as a file.",
        _sessions,
    ),
    Command(
        "doctor",
        "what this machine has of what the program can use",
        "What this machine has of what can be used.",
        _doctor,
    ),
)
