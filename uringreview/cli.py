"""The command line: every subcommand is a few lines over the library.

Exit status: 0 all is well, 1 something in the input was unreadable, 2 usage or environment. What a command found goes
to standard output; sentences about what went wrong go to standard error. Qt is imported when a window opens and not
before.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from uringreview.errors import EnvironmentProblem, UnreadableError, UringreviewError
from uringreview.options import SESSION_WORDS, command, main_parser
from uringreview.progress import Progress, Work, finish

if TYPE_CHECKING:
    from uringreview.mail.queue import Queue
    from uringreview.review.facts import Desk

Part = TypeVar("Part")
Result = TypeVar("Result")

_FINE, _UNREADABLE, _USAGE = 0, 1, 2
_INTERRUPTED = 130
# Import name -> name on PyPI, of what the program needs beside Python.
_PACKAGES = {
    "PySide6": "PySide6-Essentials",
    "shiboken6": "PySide6-Essentials",
    "pygit2": "pygit2",
    "unidiff": "unidiff",
    "platformdirs": "platformdirs",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; returns the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    run = _COMMANDS.get(words[0]) if words else None
    try:
        status = run(words[1:]) if run else _window(words)
        sys.stdout.flush()
    except UringreviewError as error:
        _say(str(error))
        return _UNREADABLE if isinstance(error, UnreadableError) else _USAGE
    except ModuleNotFoundError as error:
        package = _PACKAGES.get((error.name or "").partition(".")[0])
        if package is None:
            raise
        _say(f"the Python package {package} is missing; install it with: {sys.executable} -m pip install {package}")
        return _USAGE
    except BrokenPipeError:
        # The reader has seen enough (`| head`). Python would complain once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _FINE
    except KeyboardInterrupt:
        return _INTERRUPTED
    return status


def _window(words: Sequence[str]) -> int:
    options = main_parser().parse_args(words)
    if options.install_desktop:
        from uringreview.desktop_entry import install_desktop

        for path in install_desktop():
            print(path)
        return _FINE

    if not options.new_window and not options.demo and "-" not in options.paths and _handed_over(options):
        return _FINE

    from uringreview.ui.app import run

    return run(
        options.paths,
        clone=options.clone,
        session=options.session,
        demo=options.demo,
        theme=options.theme,
        new_window=options.new_window,
    )


def _handed_over(options: argparse.Namespace) -> bool:
    # Whether a window that runs already opens it, before Qt is imported.
    from uringreview.instance import Request, hand_over, socket_path

    path = socket_path()
    if path is None or not path.exists():
        return False
    clone = os.path.abspath(options.clone) if options.clone else None
    return hand_over(Request(tuple(map(os.path.abspath, options.paths)), clone, options.session), path)


def _report(words: Sequence[str]) -> int:
    parser = command("report").parser()
    options = parser.parse_args(words)
    if options.summary and options.format != "text":
        parser.error("--summary goes with --format text")
    if options.findings and (options.summary or options.format == "csv"):
        parser.error("--findings goes with --format text or json, without --summary")
    if options.branch and options.clone is None:
        parser.error("--branch needs --clone")
    if sum((options.summary, options.findings, options.claims, options.html is not None)) > 1:
        parser.error("--summary, --findings, --claims and --html do not go together")
    if (options.claims or options.html is not None) and options.format != "text":
        parser.error("--claims and --html go with --format text; json has the claims already")
    if options.only and not options.claims:
        parser.error("--only goes with --claims")

    from uringreview.kernel.cache import unwritable
    from uringreview.review.desk import examine, with_clone
    from uringreview.review.render import as_csv, as_findings, as_json_text, as_text
    from uringreview.review.report import build_report

    desk = _drive(examine(_queue(options.paths)))
    status = _FINE
    if options.clone is not None:
        try:
            desk = _drive(with_clone(desk, options.clone, options.branch))
            if cannot := unwritable():
                _say(cannot)
        except EnvironmentProblem as error:
            # The mails are readable all the same: say what is wrong with the clone, report the rest.
            _say(str(error))
            status = _USAGE
    _say_problems(desk)
    if options.claims or options.html is not None:
        _claims_or_pages(desk, options)
        return status or (_UNREADABLE if desk.problems else _FINE)
    report = build_report(desk)
    if options.format == "text":
        sys.stdout.write(as_findings(report) if options.findings else as_text(report, options.summary))
    else:
        sys.stdout.write(as_json_text(report) if options.format == "json" else as_csv(report))
    return status or (_UNREADABLE if desk.problems else _FINE)


def _claims_or_pages(desk: "Desk", options: argparse.Namespace) -> None:
    from uringreview.rationale.mark import MarkWord
    from uringreview.review.claims_text import claims_text
    from uringreview.review.patch_page import write_pages

    if options.claims:
        sys.stdout.write(claims_text(desk, tuple(map(MarkWord, options.only))))
        return
    for path in write_pages(Path(options.html), desk):
        print(path)


def _simulate(words: Sequence[str]) -> int:
    parser = command("simulate").parser()
    options = parser.parse_args(words)
    one_cell = options.scenario is not None and options.applied is not None
    if (options.promela or options.random is not None) and not one_cell:
        parser.error("--promela and --random need --scenario and --applied")
    if options.pct is not None and options.random is None:
        parser.error("--pct needs --random")
    if sum(each is not None for each in (options.promela, options.orders, options.random, options.lockset)) > 1:
        parser.error("--promela, --orders, --random and --lockset do not go together")
    if (options.lockset is None) != (options.clone is None) or (options.branch and not options.lockset):
        parser.error("--lockset PATH... and --clone DIR go together, --branch with both")
    if options.orders is not None and options.applied is not None:
        parser.error("--orders names the patches itself, --applied does not go with it")

    from uringreview.interleave.explore import MOST_STATES
    from uringreview.review.report import as_json
    from uringreview.review.simulation import as_text, sample_text, sampled, series, series_text, simulate

    most = MOST_STATES if options.max_states is None else options.max_states
    if options.promela is not None:
        return _promela(options, most)
    found: object
    if options.lockset is not None:
        from uringreview.review.locks import locks_of_queue, locks_text

        locks = _drive(locks_of_queue(_queue(options.lockset), options.clone, options.branch))
        found, text = locks, locks_text(locks)
    elif options.orders is not None:
        check = _drive(series(options.orders or None, options.model, options.scenario))
        found, text = check, series_text(check)
    elif options.random is not None:
        if options.pct is not None and options.pct < 1:
            parser.error("--pct is at least 1")
        runs = _drive(
            sampled(options.scenario, options.applied, options.random, options.seed, options.pct or 0, options.model)
        )
        found, text = runs, sample_text(runs)
    else:
        report = _drive(simulate(options.scenario, options.applied, options.model, options.trace, most))
        found, text = report, as_text(report)
    sys.stdout.write(json.dumps(as_json(found), indent=2) + "\n" if options.format == "json" else text)
    return _FINE


def _promela(options: argparse.Namespace, most: int) -> int:
    from uringreview.interleave.promela import spin_command
    from uringreview.review.simulation import export

    text = _drive(export(options.scenario, options.applied, options.model, most))
    try:
        Path(options.promela).write_text(text, encoding="utf-8")
    except OSError as error:
        raise EnvironmentProblem(f"{options.promela}: cannot be written ({error.strerror}).") from error
    print(spin_command(options.promela))
    return _FINE


def _reply(words: Sequence[str]) -> int:
    parser = command("reply").parser()
    options = parser.parse_args(words)
    if (options.ack or options.review) and options.decision != "take":
        parser.error("--ack and --review go with --decision take")
    if (options.older is not None) != (options.decision == "drop-older"):
        parser.error("--from X.Y and --decision drop-older go together")

    from uringreview.mail.subject import Version
    from uringreview.review.decisions import Decision, DecisionKind, Tag
    from uringreview.review.desk import examine, with_clone
    from uringreview.review.export import write_eml
    from uringreview.review.identity import read_identity
    from uringreview.review.reply import compose, text_to_copy
    from uringreview.review.terminal import many_lines

    try:
        older = Version.parse(options.older) if options.older is not None else None
    except ValueError:
        parser.error(f"--from takes a branch's version such as 6.12, not {options.older!r}")
    desk = _drive(examine(_queue(options.paths)))
    _say_problems(desk)
    facts = desk.named(options.upstream)
    if options.clone is not None:
        facts = _drive(with_clone(replace(desk, facts=(facts,)), options.clone)).facts[0]
    tag = Tag.REVIEWED if options.review else Tag.ACKED if options.ack else Tag.NONE
    decision = Decision(facts.key, DecisionKind(options.decision), options.note, tag, older)
    identity = read_identity()
    try:
        reply = compose(facts.patch, decision, identity, facts=facts)
    except UnreadableError:
        sys.stdout.write(many_lines(text_to_copy(facts.patch, decision, identity, facts=facts)))
        raise
    for address in reply.left_out:
        _say(f"left out of the recipients, no mail server takes it: {address}")
    if reply.withheld:
        _say(reply.withheld)
    for path in write_eml(Path(options.out), [reply]):
        print(path)
    return _FINE


def _sessions(words: Sequence[str]) -> int:
    parser = command("sessions").parser()
    options = parser.parse_args(words)
    fewest, most = SESSION_WORDS[options.action]
    if not fewest <= len(options.words) <= most:
        parser.error(f"sessions {options.action} takes {fewest if fewest == most else f'{fewest} or more'} words")

    from uringreview.review import handover, session_store
    from uringreview.review.terminal import one_line

    names: list[str] = options.words
    match options.action:
        case "rename":
            print(one_line(str(session_store.rename(names[0], names[1]))))
        case "archive":
            for name in names:
                print(one_line(str(session_store.archive(name))))
        case "merge":
            print(session_store.merge(names[0], names[1]))
        case "export":
            print(one_line(str(handover.export_session(names[0], Path(names[1])))))
        case "import":
            print(one_line(handover.import_session(Path(names[0]), names[1] if names[1:] else None)))
        case _:
            _list_sessions(options.archived)
    return _FINE


def _list_sessions(archived: bool) -> None:
    from uringreview.review.session_file import ARCHIVE, session_folder, sessions
    from uringreview.review.terminal import one_line

    folder = session_folder() / ARCHIVE if archived else session_folder()
    found = sessions(folder)
    if not found:
        print(f"No sessions in {one_line(str(folder))}.")
    for each in found:
        state = each.problem or f"{each.decided} of {each.patches} decided"
        print(f"{one_line(each.name):<40} {each.changed:%Y-%m-%d %H:%M}  {one_line(state)}")
        for path in each.opened:
            print(f"    {one_line(path)}")


def _doctor(words: Sequence[str]) -> int:
    options = command("doctor").parser().parse_args(words)

    from uringreview.review.doctor import check_up
    from uringreview.review.terminal import one_line

    findings = check_up(options.clone)
    for each in findings:
        print(
            f"{'ok  ' if not each.advice else 'MISS' if each.needed else 'opt '} {each.name:<16} {one_line(each.value)}"
        )
        if each.advice:
            print(f"     {'':<16} {one_line(each.advice)}")
    return _USAGE if any(each.needed and each.advice for each in findings) else _FINE


_COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "report": _report,
    "simulate": _simulate,
    "reply": _reply,
    "sessions": _sessions,
    "doctor": _doctor,
}


def _queue(paths: Sequence[str]) -> "Queue":
    from uringreview.mail.queue import load

    return _drive(load(paths, sys.stdin.buffer if "-" in paths else None))


def _say_problems(desk: "Desk") -> None:
    for problem in desk.problems:
        reason = problem.reason
        _say(reason if reason.startswith(problem.source.path) else f"{problem.source}: {reason}")


def _drive(work: "Work[Part, Result]") -> Result:
    # A progress line, for a person only: it is wiped again before anything else is written.
    if not sys.stderr.isatty():
        return finish(work)

    def show(step: Progress[Part]) -> None:
        count = f"{step.done}/{step.total}" if step.total else f"{step.done}"
        sys.stderr.write(f"\r\x1b[K{step.what} {count}")
        sys.stderr.flush()

    try:
        return finish(work, show)
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def _say(sentence: str) -> None:
    # No package of ours or others' may be needed to say that one is missing, `terminal` needs none.
    from uringreview.review.terminal import one_line

    print(f"uringreview: {one_line(sentence)}", file=sys.stderr)
