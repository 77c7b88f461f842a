"""What the reviewer has of each patch besides the decision, gathered for the list's rows."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from uringreview.mail.subject import SubjectKind
from uringreview.review.decisions import Aside
from uringreview.review.outcome import outcome, sent_at
from uringreview.review.snooze import awake
from uringreview.ui.queue_rows import Mine
from uringreview.ui.workbench import Workbench


def own_things(bench: Workbench, own_address: str) -> Mapping[str, Mine]:
    """By the key of every row that has any; `own_address` finds the own reply in a thread (empty: nobody's)."""
    today = date.today()
    reviewed = [row for row in bench.rows.values() if row.subject.kind is SubjectKind.RC_REVIEW]
    found: dict[str, Mine] = {}
    for key, row in bench.rows.items():
        decision, single = bench.decisions.get(key), bench.branch_decisions.get(key, ())
        aside, comments = bench.asides.get(key), bench.comment_counts.get(key, 0)
        if row.replies and own_address and (aside is None or aside.sent is None):
            sent = sent_at(row, own_address)
            aside = replace(aside or Aside(key), sent=sent) if sent is not None else aside
        facts = bench.facts.get(key)
        every = [*single, *([decision] if decision is not None else [])]
        became = None
        if facts is not None and any(each.kind.objects for each in every):
            became = outcome(facts, every, reviewed)
        if single or aside is not None or comments or became is not None:
            up = aside is not None and aside.snooze is not None and awake(aside.snooze, today, bench.there)
            found[key] = Mine(single, aside, up, comments, became)
    return found
