"""What is said over the list: what the queue holds, and in full what the rationales and the answers come to."""

from uringreview.mail.queue import Queue
from uringreview.review.tally import Tally
from uringreview.ui.visible import visible


def queue_words(queue: Queue, counts: Tally | None) -> str:
    """The list's header: how many of what."""
    if not queue.rows and not queue.problems:
        return ""
    batches = {row.batch for row in queue.rows if row.batch}
    loaded = len(queue.patches)
    parts = [f"{loaded} {'patch' if loaded == 1 else 'patches'}"]
    parts += [f"{queue.not_loaded} not loaded"] if queue.not_loaded else []
    replies = len(queue.replies)
    parts += [f"{replies} {'reply' if replies == 1 else 'replies'}"] if replies else []
    if counts is not None:
        parts += [f"{count} {word}" for count, word in ((counts.no, "NO"), (counts.error, "error")) if count]
        parts += [f"{counts.empty} empty"] if counts.empty else []
    parts += [f"{len(queue.problems)} unreadable"] if queue.problems else []
    parts += [f"{len(queue.notes)} left out"] if queue.notes else []
    # "20260520111944.3424570-1-sashal@kernel.org": the batch's part of git send-email's Message-IDs.
    parts += [visible(next(iter(batches)).partition("-")[0])] if len(batches) == 1 else []
    return " · ".join(parts)


def counts_in_full(counts: Tally | None) -> str:
    """The header's tooltip: what the counts mean, the layouts and the answers."""
    if counts is None:
        return ""
    lines = [
        f"rationales: {counts.no} say NO, {counts.error} hold an error message, {counts.empty} are empty,"
        f" {counts.without} patches have none"
    ]
    lines += [f"{each.total} × {each.layout}" for each in counts.layouts]
    lines += [f"answers, {each.stance}: {each.people} of people, {each.bots} of bots" for each in counts.stances]
    lines += [f"{counts.duplicates} sent again and folded into one row"] if counts.duplicates else []
    lines.append(f"{counts.objected} that a person objects to, {counts.clear} with nothing known against them")
    return "\n".join(lines)
