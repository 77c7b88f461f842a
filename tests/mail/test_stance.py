"""What answers say of a patch: read from the author's own sentences, and nothing read into them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import mail
from uringreview.mail.message import Address, Message, Source, read_message
from uringreview.mail.stance import StanceKind, classify, short, who
from uringreview.mail.subject import Version

ID = "c0ffee123456"


def answer(
    own: str, sender: str = "Rita Reviewer <rita@kernel.example>", quoted: str = "it breaks\nplease drop"
) -> Message:
    """An answer with that own text under a quotation that would decide otherwise."""
    return read_message(mail.reply(own=own, sender=sender, quoted=quoted), Source("answer.eml"))


def kind(own: str) -> str:
    """The word for the stance of an answer by a person."""
    return classify(answer(own)).kind.value


DROP = [
    "Please drop this.",
    "Please drop this patch from all stable branches, thanks.",
    "Hi Sam,\n\nplease drop this one from 6.6 and older.",
    "Pls drop.",
    "Can you drop this please?",
    "Could we please drop this from the queue?",
    "This should be dropped from 6.1.",
    "So please skip this one.",
    "I'd drop this.",
    "Let's drop it.",
    "Drop it",
    "This is not suitable for stable.",
    "IMHO this isn't stable material.",
    "I don't think this is stable material.",
    "This patch does not need to be backported.",
    "There is no need to backport this.",
    "No need to backport this patch to older kernels.",
    "This patch no need for backport, it is for new hardware only.",
    "Please don't backport this.",
    "Please do not pick this up for stable.",
    "You should not apply this to 5.15.",
    "This shouldn't go into stable.",
    "I would not backport this.",
    "This is not a bug fix.",
    "This is not a fix, it only prepares the next change.",
    "It is not needed in 6.12 because the code is not there.",
    "This isn't needed.",
    "Not needed for stable.",
    "Not for stable, please.",
    "I see no reason to backport this.",
    "I don't see why this would be needed in stable.",
    "I'd rather not have this in stable.",
    "That is just a cleanup.",
    "This was reverted upstream.",
    "This patch will break the boot on 6.6.",
    "This breaks the build on 6.1.",
    "This patch is only needed for 6.13 and newer.",
    "The driver does not exist in 6.1.",
    "It makes no sense to backport this.",
    "I object to this backport.",
    "Nice text, but please, drop this patch.",
    "This one should not be backported, it's purely a cleanup.",
    "I don't think this is appropriate for stable; it's a behavioural change.",
    "Please don't.",
    "Please don't. It changes behaviour.",
    "Why? This isn't a bug fix.",
    "Do NOT backport this",
    "Nope, not a candidate for stable",
    "I wouldn't bother backporting this",
    "This is not worth backporting",
    "This doesn't fix a real problem",
    "It's an optimisation, not a bugfix",
    "Absolutely not.",
    "Sasha, please drop.",
    "I think you can drop it from the 5.4 queue.",
    "Same here, please drop",
    "I'd say this is not needed on 5.10.",
    "Let's not backport this",
    "Please leave this out of stable.",
    "Mainline only please",
    "Not a bugfix, please drop",
    "This is harmless but not needed",
    "Thanks, but no thanks.",
    "Please remove this patch from the 6.1 queue.",
    "please revert this from 6.6.y",
    "This patch is not relevant to 5.15, the bug was introduced in 6.2.",
    "That's not stable material at all",
    "The bug this fixes was only introduced in 6.10, so no need to backport to older trees.",
    "This patch should never have been selected for stable.",
    "This shouldn't be in stable.",
    "This doesn't belong in stable.",
    "No need for this in stable.",
    "It is a new feature, so not for stable.",
    "This is a cleanup patch, it does not fix anything.",
    "I would prefer that this is not backported.",
    "Backporting this is not a good idea.",
    "I don't like this to be backported.",
    "this does not qualify for stable",
    "It should not be applied to stable trees older than 6.12",
    "please discard this patch",
    "Neither of these should be backported.",
    "None of these are needed in stable.",
    "This isn't fixing any bug.",
    "No bug is fixed here, please ignore this patch for stable",
    "I'm not in favor of backporting this.",
    "This patch can be dropped.",
    "You can drop this.",
    "Unnecessary for stable.",
    "This isn't something we want in stable.",
]
NAK = [
    "NAK.",
    "NAK",
    "Nack, this is wrong.",
    "NAK - see above.",
    "Nacked-by: Rita Reviewer <rita@kernel.example>",
    "NAK for stable.",
    "So NAK from me.",
    "I NAK this.",
    "This is a NAK.",
]
NEEDS = [
    f"This needs {ID} first.",
    f"Please also pick {ID}.",
    f'Please also pick up {ID} ("ring: fix the fix").',
    f'Please also pick up:\n\n  {ID} ("ring: fix the fix")\n',
    f"If you take this, you should take {ID} too.",
    f"You'll want {ID} as well.",
    f"This depends on commit {ID}.",
    f"It depends on {ID} which is not in 6.6.",
    f"Without {ID} this does not compile.",
    "This makes no sense on its own.",
    "Please take the whole series or nothing.",
    "It makes no sense to take only one of the two.",
    "The entire series should be backported, not just this patch.",
    f"{ID} is a prerequisite of this.",
    f"This was later fixed by {ID}.",
    f"I don't think this should go to stable without {ID}.",
    f"Please don't backport this without {ID}.",
    "This requires the previous patch of the series.",
    "There is a dependency on the earlier patch which is missing in 6.6.",
    f"Can you please also queue {ID}?",
    "This is part of a larger series and makes no sense in isolation.",
    f"There's a fixup for this commit in linux-next: {ID}",
    f"Please make sure to include {ID} as well.",
    f"If this gets backported, so should {ID}.",
    "Without the rest of the series this does nothing.",
    f"This will cause regressions without {ID}.",
    f"Please also consider {ID}",
    f"We also need {ID}.",
    f"This patch relies on changes done in {ID}",
    f"Backporting this requires {ID} and c0ffee123457.",
    f"Needs {ID}.",
    f"Should be applied together with {ID}",
    f"This should only go in together with {ID}",
    f"Commit {ID} fixes an issue in this one.",
    f"This was followed by a bugfix {ID}",
    f"This commit needs a follow-up fix: {ID}",
    f"Please take {ID} first.",
    f"You also need {ID}",
    "This patch depends on the previous patches in the series, which are not in 6.6.",
    f"Only with {ID} applied.",
    f"This has a known bug which is fixed by {ID}.",
    f'Then you also want:\n\n{ID} ("ring: do it")\nc0ffee123458 ("ring: and that")',
    "This doesn't work without patch 1 of the series.",
    "Patch 2/3 of this series is needed as well.",
    f"To backport this, {ID} is needed too.",
]
HOLD = [
    "Please hold off on this, a revert is being discussed.",
    "Please wait with this one.",
    "There is a regression reported against this patch.",
    f"A fix for this is pending: {ID}.",
    "Please drop this until the fix has landed.",
    "Not yet, please.",
    "We are working on a fix.",
    "This patch introduces a regression on big-endian machines.",
    "Please hold this one until the fix is merged.",
    "I've got reports of a regression due to this commit.",
    "This one causes a regression: https://example.org/x?y",
    "Wait for the revert please.",
    "Please don't take this yet.",
]
ACK = [
    "Acked-by: Rita Reviewer <rita@kernel.example>",
    "Thanks!\n\nReviewed-by: Rita Reviewer <rita@other.example>",
    "Ack.",
    "LGTM, thanks",
    "Looks good to me.",
    "No objection.",
    "I have no objections from my side.",
    "I don't object.",
    "I'm fine with this.",
    "Fine with me.",
    "Yes, makes sense to backport.",
    "Please apply this to stable.",
    "This should be backported.",
    "It's fine to backport.",
    "I think this is okay for stable.",
    "Greg, please queue this for 6.6",
    "Thanks, please take it.",
    "ok for 6.6 and up",
    "Yes please.",
    "Tested-by: Rita Reviewer <rita@kernel.example>",
    "Looks fine to me, thanks",
    "I am ok with backporting this.",
]
QUESTION = [
    "Why is this needed in stable?",
    "Is this really stable material?",
    "Should this be dropped?",
    "Shouldn't we drop this?",
    f"Doesn't this need {ID} as well?",
    "I am not sure whether this is suitable for stable.",
    "Could you please explain what happens here.",
    "Does 6.6 have that function at all?",
    "What is the reason to backport this?",
    "Can you tell me why this should not be backported?",
    "Not sure why this was selected for stable?",
    "How was this tested?",
    "Any particular reason to pick this one?",
    "Hmm, is that so?",
]
NOTE = [
    "Now queued up, thanks.",
    "Dropped, thanks!",
    "I'll drop it, thanks.",
    "Ok, I have dropped it from all queues.",
    "I'll take it too, thanks!",
    "Thanks for the heads-up.",
    "Interesting history.",
    "Please don't drop this.",
    "There is no need to drop this.",
    "I see no reason to drop this patch.",
    "We drop the lock before we call it.",
    "Alternatively, drop the warning in the second branch.",
    "The controller answers with a NAK when the endpoint is busy.",
    "NAK from the device is handled by the retry.",
    "This is not a NAK.",
    "This patch has no dependencies.",
    "It doesn't depend on the other patch.",
    f'Fixes: {ID} ("ring: walk")',
    "Without this patch the machine crashes.",
    'The commit is called "drop this patch from the list".',
    "Feel free to drop it.",
    "Acked-by: Somebody Else <else@kernel.example>",
    "Please keep me in Cc.",
    "This needs some testing.",
    "The bug exists since 5.10.",
    "This avoids a crash that we saw in production.",
    ":)",
    "",
    "Same comment as for 6.6.",
    "Applied to my tree, thanks",
    "I have no strong opinion.",
    "I don't mind dropping it.",
    "I don't think this needs to be dropped.",
    "I would not drop this.",
    "No reason not to backport this.",
    "There is no problem with backporting this.",
    "This fix is important for users.",
    "The lock should be dropped before the call.",
    "You must not drop the reference here.",
    "if (x) drop it",
    "Hi Sam,\n\nThanks\nRita",
    "Please fix your mail client",
    "Sorry for the noise, please ignore my last mail.",
    "It needs to be tested with the new firmware.",
    f"This patch fixes a regression introduced by {ID}.",
    f"This was broken since {ID}",
    "We never apply this quirk to older hardware.",
    "Please don't top-post.",
    "It will break out of the loop.",
    "It's the same series as last week.",
    "The whole series was tested by me.",
    "I did not test this on 6.6.",
    "This is needed in stable, it's not just a cleanup.",
    "That is not only needed for stable.",
    "I'll send a backport for 6.1.",
    "FAILED: patch does not matter",
    "Please note that the patch is large.",
    "We hold the lock until the request completes.",
    "The driver waits for completion before it is removed.",
    "It's not broken.",
    "This does not break anything.",
    "This won't break anything.",
    "Everything without a doubt is fixed.",
]
CASES = {"drop": DROP, "nak": NAK, "needs": NEEDS, "hold": HOLD, "ack": ACK, "question": QUESTION, "note": NOTE}


@pytest.mark.parametrize(("expected", "own"), [(word, own) for word, texts in CASES.items() for own in texts])
def test_a_person_is_understood(expected: str, own: str) -> None:
    assert kind(own) == expected


def test_what_is_quoted_decides_nothing() -> None:
    assert (
        classify(answer("Thanks.", quoted="NAK.\nPlease drop this.\nAcked-by: Rita Reviewer")).kind is StanceKind.NOTE
    )


def test_the_deciding_sentence_is_given_as_written_with_its_place() -> None:
    message = answer("Hi Sam,\n\nnice. Please  drop\nthis patch. It is odd.\n")
    stance = classify(message)
    assert stance.words == "Please drop this patch."
    assert stance.span.of(message.body) == "Please  drop\nthis patch."


def test_an_explicit_wish_outweighs_what_else_is_said() -> None:
    assert kind(f"Why this one? It needs {ID} first. Anyway, please drop it.") == "drop"
    assert kind("Looks good to me. But why 5.10?") == "ack"
    assert kind(f"This is broken. A fix is pending: {ID}") == "hold"


def test_ids_are_those_that_the_author_names_the_deciding_sentence_first() -> None:
    stance = classify(
        answer(
            "The machine of abcdef1234567 has 20260520 and 0xdeadbeef00 and deadbeef, ffff888012345678.\n\n"
            f"This needs {ID}. See https://git.example.org/c/1234567890ab and https://lore.example.org/r/99aabbccddee@x\n"
        )
    )
    assert stance.ids == (ID, "abcdef1234567", "1234567890ab")


def test_the_patch_itself_is_no_commit_that_an_answer_names() -> None:
    itself = "0123456789abcdef0123456789abcdef01234567"
    message = answer(f"0123456789ab needs {ID} first.", quoted=f"[ Upstream commit {itself} ]")
    assert classify(message).ids == (ID,)


def test_ids_on_lines_of_their_own_belong_to_the_sentence_before() -> None:
    stance = classify(answer(f'Please also pick up\n{ID} ("ring: a")\n\nThanks'))
    assert (stance.kind, stance.ids) == (StanceKind.NEEDS, (ID,))
    assert stance.words == f'Please also pick up {ID} ("ring: a")'


def test_versions_are_read_from_the_deciding_sentence_only() -> None:
    stance = classify(
        answer("It came with 6.13. Please drop this from 6.6.y, v6.1 and linux-5.15.y. See step 7.2 too.")
    )
    assert stance.branches == (Version(6, 6), Version(6, 1), Version(5, 15))


def test_who_posted_the_patch_only_reports() -> None:
    poster = Address("Sam Stable", "sam@kernel.example")
    own = answer("Ack, thanks for the review! I see no need to backport this.", sender=str(poster))
    assert classify(own, poster).kind is StanceKind.NOTE
    assert classify(answer("Why should I drop it?", sender=str(poster)), poster).kind is StanceKind.QUESTION


@pytest.mark.parametrize("own", ["Dropped, thanks!", "Okay, I'll drop it.", "I've dropped this one.", "Now dropped."])
def test_a_report_that_it_was_dropped_is_a_note_that_says_so(own: str) -> None:
    stance = classify(answer(own))
    assert (stance.kind, stance.withdrawn) == (StanceKind.NOTE, True)


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("The review found 2 potential issue(s):\n- [High] NULL dereference", StanceKind.FINDINGS),
        ("kernel test robot noticed the following build errors:", StanceKind.FINDINGS),
        ("I reviewed this patch and found no issues. It looks great!", StanceKind.NO_FINDINGS),
        ("Please drop this. NAK.", StanceKind.NOTE),
    ],
)
def test_a_bot_finds_something_or_nothing_and_never_objects(own: str, expected: StanceKind) -> None:
    stance = classify(answer(own, sender="review-bot@kernel.example"))
    assert stance.kind is expected
    assert not stance.kind.objects


def test_the_column_names_who_and_what() -> None:
    needs = classify(answer(f"This needs {ID} and abcdef1234567 first."))
    assert short(needs, Address("Rita Reviewer", "rita@kernel.example")) == "rita: needs c0ffee12 +1"
    drop = classify(answer("Please drop this from 6.6 and older."))
    assert short(drop, "Rita Reviewer") == "reviewer: drop 6.6"
    assert short(classify(answer("")), "Rita Reviewer") == ""


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        (Address("Rita Reviewer", "rita@kernel.example"), "rita"),
        (Address("Rita Reviewer", "rita.reviewer@kernel.example"), "reviewer"),
        (Address("Reviewer, Rita", "rita.reviewer1975@kernel.example"), "reviewer"),
        (Address("", "rita+lists@kernel.example"), "rita"),
        ("Rita Reviewer via B4", "reviewer"),
        ("", ""),
    ],
)
def test_a_sender_has_a_short_name(sender: Address | str, name: str) -> None:
    assert who(sender) == name


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_any_text_is_classified_and_its_words_stand_in_the_body(own: str) -> None:
    message = answer(own or ".")
    stance = classify(message)
    assert " ".join(stance.span.of(message.body).split()) == stance.words


@pytest.mark.parametrize(
    "unit", ["please ", "not a ", "drop this ", "a" * 12 + " ", "(", '"', "x.", "needs the ", "this is ", "."]
)
def test_a_hostile_line_takes_no_time(unit: str) -> None:
    assert classify(answer(unit * (2_000_000 // len(unit)))).kind in StanceKind
