"""The phrases by which people object to a stable patch, ask for more, accept it or put it off.

Read off the answers that stable maintainers got from May 2025 to May 2026, and off their own rules (stable-kernel-rules
in the kernel's documentation). Every pattern is for one sentence in lower case, white space squeezed, quotations
replaced by `"q"`, and takes time linear in it: gaps are bounded.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache


@cache
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source)


@dataclass(frozen=True, slots=True)
class Phrases:
    """Forms of which one is enough; compiled at the first search, for a queue without answers needs none of them."""

    source: str

    def search(self, text: str) -> re.Match[str] | None:
        """The first place in `text` where one of the forms stands."""
        return _compiled(self.source).search(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Every place where one stands, in order."""
        return _compiled(self.source).finditer(text)


def _any(*forms: str) -> Phrases:
    return Phrases("|".join(f"(?:{form})" for form in forms))


_NOUN = r"(?:patch(?:es)?|commits?|changes?|series|backports?|ones?|picks?)"
_END = (
    r"(?=\s?(?:$|[^\w\s]|(?:from|for|in|on|until|till|as|because|since|and|or|due|altogether|entirely|completely|too"
    r"|also|again|unless|if|now|thanks|then|please|here|there|before|everywhere|instead|without|only|to)\b))"
)
# The patch that the mail is about, as an object ("drop it") and as a subject ("this patch is ...").
_IT = rf"(?:(?:this|that|these|those|both|all)(?: \w+){{0,2}} {_NOUN}\b|(?:the|my|our) (?:\w+ ){{0,2}}{_NOUN}\b"
_OBJECT = _IT + rf"|(?:all of )?(?:this|it|that|these|those|them|both|all){_END})"
_SUBJECT = rf"\b(?:(?:this|that|these|those|both)(?: \w+)? {_NOUN}|(?:the|my|our) {_NOUN}|this|it|that|these|they|both)"
_BE = r"(?:'s| is|'re| are| was| were)"
_NOT = r"(?:n't|\bnot|\bnever)"
_TAKE = r"(?:back-?port|appl[yi]|pick|tak[ei]|queu|includ|cherry-?pick|auto-?(?:sel|pick)|pull|select|grab|add)\w{0,3}"
_TAKEN = r"(?:back-?ported|applied|picked|taken|queued|included|cherry-?picked|selected|merged|ported|added)"
_STABLE = r"(?:stable|-stable|lts|back-?port\w{0,4}|older (?:kernel|version|branch|tree)\w{0,2}|v?[3-9]\.\d{1,2}\b)"
_DROP = r"(?:drop|skip|remove|discard|dequeue|unqueue|exclude|omit|revert|leave out)"
_ID = r"(?:\b[0-9a-f]{7,40}\b|\"q\")"
REFERENCE = (
    rf"(?:{_ID}|\b(?:other|first|second|third|previous|preceding|earlier|prior|following|next|prerequisites?|related"
    r"|corresponding|follow-?up|rest|remaining|another|companion|parent)(?: \w+){0,2}"
    r"(?: (?:patch(?:es)?|commits?|changes?|series|fix(?:es)?|one|ones|two|three|half|part|of)\b)"
    r"|\b(?:commits?|patch(?:es)?|series|patchset|fix(?:es)?|changes?) (?:from|in|that|which|called|titled|before|by)\b"
    r"|\bpatch(?:es)? #?\d{1,2}\b|(?<![\d/])\d{1,2}/\d{1,2}\b(?!/)|\bthe fix(?:es)?\b|\b(?:a|the|some|these|those"
    r"|two|three|several|more|other) (?:\w+ ){0,2}prerequisites?\b)"
)

NAK = _any(
    r"^(?:\w+ )?na?c?k(?:ed)?-by:",
    r"^(?:(?:big|strong|hard|total|clear|so|sorry|that's a|this is a|it's a)[ ,]{1,2})?na?c?k(?=$|[.!,;:]| [-–—(]"
    r"|[-–—]| (?:for|on|to|from|as|because|since)\b(?! (?:the )?(?:device|driver|controller|bus|slave|target|host)\b))",
    r"\b(?:this is|it's|that's|so|sorry,?|a|still|i|we|hereby|consider this) (?:a |an )?(?:big |strong )?na?c?k"
    r"(?=$|[.!,;:]| (?:from|by) (?:me|us|my)| (?:this|it|for stable|for back))",
    r"\bna?c?k (?:this|the back-?port|it (?:for|from)|from (?:me|us)|for (?:this|stable|all|any))\b",
)

# The person asks for it to be left out, or says that it does not belong into a stable branch.
FIRM = _any(
    rf"(?:^|[,;:(–—-] ?|\b(?:please|pls|plz|kindly|so|just|then|and|thus|let's|lets|better|i'd|would|should|must"
    rf"|can|you"
    rf"|we|rather|suggest|simply|sasha|greg|to|or)[ ,]{{1,2}})(?:\w+ly |just |also |rather |please |to ){{0,2}}{_DROP}"
    rf" {_OBJECT}",
    rf"\b(?:please|pls|plz|kindly)(?: just| also| to| do)? {_DROP}(?=$|[^\w\s]| (?:from|for|in|on|thanks|upstream)\b)",
    rf"\b(?:please|pls|plz|kindly)(?: just| also| to)? {_DROP} (?:commit )?{_ID}",
    rf"^(?:please )?{_DROP}[.!]?$",
    r"^(?:\w+,? )?(?:please,? )(?:don't|do not)[.!]*$",
    r"^(?:\w+,? )?(?:absolutely|definitely|certainly|please) not\b(?! (?:a|an|the|only|in|at)\b)",
    r"\bbut no,? thanks\b|^no,? thanks[.!]?$",
    rf"\blet's not (?:\w+ )?{_TAKE}",
    rf"\b(?:leave|keep) (?:\w+ ){{1,3}}out of (?:the )?(?:\w+ )?{_STABLE}",
    r"^(?:please )?(?:for )?mainline only\b|\b(?:is|are|it's) (?:for )?mainline[ -]only\b|\bonly for mainline\b",
    rf"\bshould never have been (?:\w+ )?{_TAKEN}",
    r"\bno need (?:for|of) (?:this|it|that)\b",
    r"\b(?:neither|none) of (?:these|them|those|the \w+)\b[^?]{0,30}\b(?:needed|necessary|required|suitable|relevant"
    rf"|be {_TAKEN})\b",
    rf"(?:n't|\bnot) (?:\w+ )?(?:in favou?r of|a (?:big )?fan of|like|keen on|happy (?:with|about)"
    rf"|comfortable (?:with|about))\b"
    rf"[^?]{{0,40}}{_STABLE}",
    rf"(?:n't|\bnot)(?: \w+)? something (?:that )?(?:\w+ )?(?:i|we|you)\b[^?]{{0,20}}\bwant\b[^?]{{0,20}}{_STABLE}",
    rf"\b(?:suggest|propose|recommend|prefer) (?:dropping|skipping|removing|reverting) {_OBJECT}",
    r"\bignore (?:this|the|these|that) (?:\w+ )?(?:patch(?:es)?|commits?|back-?ports?)\b",
    rf"{_SUBJECT}(?: \w+){{0,2}} (?:should|must|can|has to|have to|needs? to|ought to|better|to)(?: \w+)? "
    r"be (?:dropped|skipped|removed|excluded|reverted|left out|discarded)",
    rf"\b(?:do(?:es)?{_NOT}|do(?:es)? not|should(?:n't| not)|must(?:n't| not)|would(?:n't| not)|never|i'd not"
    rf"|please not)"
    rf"(?: \w+){{0,2}} {_TAKE}(?: up)? {_OBJECT}",
    r"\b(?:don't|do not|please not|should(?:n't| not)) (?:\w+ )?(?:back-?port|auto-?(?:sel(?:ect)?|pick))\b",
    rf"\b(?:please|pls) (?:do not|don't)(?: \w+)? {_TAKE}\b(?! (?:my|any|the (?:tag|mail)))",
    rf"\b(?:should(?:n't| not)|must(?:n't| not)|need(?:n't| not)|do(?:es)?(?:n't| not)(?: \w+)? (?:need|have"
    rf"|want)(?:s)? to"
    rf"|not (?:meant|intended|supposed|required|necessary|needed) to|no (?:\w+ )?(?:need"
    rf"|reason)(?: for \w+)? to)(?: \w+)?"
    rf" (?:be|get)(?: \w+)? (?:{_TAKEN}|in (?:any )?(?:-?stable|lts))",
    r"\b(?:should(?:n't| not)|must(?:n't| not)|do(?:es)?(?:n't| not) (?:need|have) to)(?: \w+)? (?:go|be sent)"
    r" (?:back )?(?:in|into|to) (?:\w+ )?(?:-?stable|lts|older)",
    rf"\b(?:no|any|much|n't(?: \w+)? a) (?:\w+ )?(?:need|reason|point|value|benefit|sense|use|justification)"
    rf" (?:\w+ )?(?:to|in|for|of)(?: \w+)? (?:back-?port\w{{0,3}}\b|{_TAKE} (?:this|it|these)\b|having (?:this|it"
    rf"|that)|have (?:this|it|that)|{_STABLE})",
    rf"\bno need (?:to )?(?:for )?{_STABLE}",
    rf"(?:{_NOT}|\bhardly|\bno longer)(?! (?:only|just|merely)\b)[^.;!?]{{0,40}}\b(?:suitable|appropriate|needed"
    rf"|necessary|required|relevant|applicable"
    rf"|useful|eligible|meant|intended|material|candidate|qualify|worth|safe|urgent enough"
    rf"|belong)\b[^.;!?]{{0,40}}{_STABLE}",
    r"\bnot (?:\w+ ){0,2}(?:-?stable|back-?port)(?: kernel| tree)?[ -](?:material|candidate|worthy)",
    r"(?:n't|\bnot)(?: \w+){0,3} (?:stable|back-?port)[ -](?:material|candidate|worthy)",
    r"(?:n't|\bnot)(?: \w+){0,3} an? (?:\w+ ){0,2}candidate\b",
    r"(?:^|\b(?:is|it's|this|but|please)[ ,]{1,2})not (?:for|to) (?:-?stable|lts|back-?port)",
    rf"\b(?:inappropriate|unsuitable|unnecessary|irrelevant|not applicable)(?: \w+)? (?:for|to|in"
    rf"|on) (?:\w+ )?{_STABLE}",
    rf"{_SUBJECT}(?:{_BE}n't|{_BE} not|{_BE} no longer)(?: \w+){{0,2}} (?:needed|necessary|required|relevant|applicable"
    r"|suitable|appropriate)(?= here| there| anywhere|$|[.,;:)!])",
    r"^(?:not|un)[ ]?(?:needed|necessary|required|applicable|relevant|suitable|appropriate)\b",
    r"(?:n't|\bnot)(?: (?!complete|full|proper|perfect|correct|right|sufficient)\w+){0,3} an? (?:bug ?)?fix\b",
    r"(?:n't|\bnot)(?: \w+){0,2} an? (?:real|actual|critical|important|stable|true) (?:bug ?)?fix\b",
    r"(?:n't|\bnot|\bnever) fix(?:ing)? (?:any|anything|a bug|a real|an actual)",
    rf"\b(?:don't|do not|didn't) (?:really |personally )?(?:think|believe|feel|see (?:why|how|any|a|the)"
    rf"|want)\b[^?]{{0,60}}"
    rf"(?:{_STABLE}|\b(?:needed|necessary|suitable|appropriate|worth|{_TAKEN})\b)",
    r"\b(?:i|we)(?:'d| would) (?:\w+ )?(?:rather|prefer)(?: \w+){0,2} (?:not|this (?:was|is|were|be) not"
    r"|it (?:was|is|be) not)\b",
    rf"\b(?:i|we)(?:'d| would)(?: \w+)? (?:avoid|advise against|recommend against) {_TAKE}",
    r"\b(?:i|we) (?:\w+ly |do )?(?:object(?! file)|am against|'m against|are against|oppose)\b",
    r"\bi'm (?:\w+ly )?against (?:this|it|back)",
)

# What is said of the patch is that it harms or does nothing there.
SOFT = _any(
    rf"\b(?:this|that|these|(?:this|the|these) {_NOUN}|backporting \w+(?: \w+)?)(?:'s| is|'re| are| looks| seems)"
    r"(?: (?!not)\w+)?"
    r" (?:broken|bogus|wrong|incorrect|nonsense|pointless|useless|meaningless|dangerous|harmful|risky|a bad idea"
    r"|a mistake|buggy)\b(?! (?:(?:in|of|if) the|since|before|by|for|until|when)\b)",
    rf"{_SUBJECT}{_BE}(?: \w+)?(?: \w+)? but not (?:really )?(?:needed|necessary|required|useful)",
    rf"(?:{_SUBJECT}{_BE}(?:n't| not)|\bbackporting \w+(?: \w+)? (?:isn't|is not)) a (?:very )?(?:good|great) idea\b",
    rf"\bit{_BE}(?: \w+)? (?:bogus|nonsense|pointless|a bad idea)\b",
    rf"{_SUBJECT} (?:(?:will|would|can|could|may|might|actively|also|just|only|badly|completely|definitely) ){{0,3}}"
    r"breaks?\b(?! (?:out|up|down|into|the (?:loop|cycle|chain|circular|recursion|tie)))",
    rf"{_SUBJECT} (?:(?:will|would|can|could|may|might|also) ){{0,2}}(?:fails?|does(?:n't| not)|won't|do(?:n't| not)"
    r"|is not going) (?:to )?(?:build|compile|boot|apply|work)\b",
    rf"{_SUBJECT} (?:was|were|is|got|has been|have been|is being|has since been|has already been)(?: \w+)? reverted",
    r"\breverted (?:upstream|in mainline|by (?:the )?(?:commit )?[0-9a-f]{7,40})",
    rf"\bha(?:s|ve) no (?:\w+ )?(?:effect|impact|users?|benefit) (?:in|on|for|before) {_STABLE}",
    rf"{_SUBJECT}{_BE} (?:(?!not)\w+ )?(?:just|only|purely|merely|simply) an? (?:\w+ ){{0,2}}(?:clean-?up|preparation"
    r"|refactoring|optimi[sz]ation|feature|cosmetic|enhancement|prep(?:aratory)?|nice to have)",
    rf"{_SUBJECT}(?:{_BE}| adds) an? (?:\w+ )?(?:new feature|feature)\b",
    rf"{_SUBJECT} (?:\w+ )?(?:makes (?:no|little)|does(?:n't| not) make (?:any |much )?) ?sense",
    r"^(?:\w+,? ){0,3}(?:isn't|is not|not|don't see|no) (?:\w+ ){0,4}(?:point|benefit)\b(?! (?:of|to) (?:view|not))",
    r"\b(?:isn't|is not) (?:\w+ ){0,4}(?:point|benefit)(?=$|[.,!])",
    rf"{_SUBJECT}{_BE} only (?:\w+ )?(?:needed|relevant|required|applicable|necessary|useful|meant)\b"
    r"[^.?]{0,40}(?:\d\.\d|newer|later|mainline|upstream|linus|when|with|after|if)",
    rf"\bthe (?:\w+ ){{0,2}}(?:code|bug|driver|feature|problem|issue|function|hardware"
    rf"|support) (?:\w+ )?(?:does(?:n't| not)"
    rf"|is(?:n't| not)|did(?:n't| not)|was(?:n't| not))(?: \w+)? (?:exist|present|there|in)\b[^?]{{0,40}}{_STABLE}",
)

NEEDS = _any(
    rf"\b(?:please|pls|must|should|needs?|will|want|'ll|have to|has to|unless|if you|could you|can you|would you"
    rf"|make sure|only)\b[^?]{{0,60}}\b{_TAKE}\b[^?]{{0,60}}(?:\b(?:also|as well|too|along with|together with|with it"
    rf"|in addition)\b[^?]{{0,60}}{REFERENCE}|{REFERENCE}[^?]{{0,80}}\b(?:also|as well|too|along|together"
    rf"|with (?:it|this))\b)",
    rf"\balso,? (?:please )?{_TAKE}(?: up)? (?:also )?(?:the )?{REFERENCE}",
    rf"\b(?:please|pls|you'll want to|you need to|should|must|could you"
    rf"|can you)\b[^?]{{0,30}}\balso\b[^?]{{0,20}}\b(?:{_TAKE}|do|consider)"
    rf"(?: up)? [^?]{{0,30}}{REFERENCE}",
    rf"\b(?:please|pls) (?:\w+ )?{_TAKE}(?: up)? (?:commit )?{_ID}[^?]{{0,100}}\b(?:first|before|prior to"
    rf"|instead of just)\b",
    rf"\byou(?:'ll| will|'d| would| may| might| should| probably| also)*(?: \w+)? (?:want"
    rf"|need)\b(?! to drop)[^?]{{0,50}}"
    rf"{REFERENCE}",
    rf"(?:\bneeds?\b|\brequires?\b|\brequired\b) (?!to be (?:drop|revert|remov))[^?,;]{{0,40}}{REFERENCE}",
    rf"\b(?:depend(?:s|ed|ent|ing)? (?:up)?on|rel(?:ies|y) on|builds? on|goes? (?:together )?with"
    rf"|belongs? (?:together )?"
    rf"(?:to|with)|in combination with|(?:in|as) (?:\w+ )?part of)\b (?!this|it\b)[^?,;]{{0,50}}{REFERENCE}",
    rf"\b(?:prerequisites?|pre-?req(?:uisite)?s?|dependenc(?:y|ies))\b[^?]{{0,60}}(?:{_ID}|\bmissing\b|\bnot in\b"
    rf"|{_STABLE})",
    rf"\b(?:missing|lacks?|lacking|has(?:n't| not) got|does(?:n't| not) have) (?!this"
    rf"|it\b)[^?]{{0,40}}(?:prerequisite|dependenc"
    rf"|{REFERENCE})",
    rf"\bwithout (?:having )?(?:the |commit )?{REFERENCE}",
    rf"\bunless\b[^?]{{0,60}}(?:\b{_TAKE}\b|{REFERENCE})[^?]{{0,60}}(?:\balso\b|{REFERENCE})",
    r"\b(?:just|only)(?: do(?:ing)?| take| taking| backport(?:ing)?| pick(?:ing)?)? (?:this )?(?:one|part|half"
    r"|some|a part)"
    r" (?:of|patch)\b",
    rf"(?:{_NOT}|\bno\b|nonsense|useless|broken|wrong|incomplete|pointless|break|incorrect|meaningless|insufficient"
    r"|dangerous)[^?]{0,60}\b(?:on its own|on their own|by itself|by themselves|in isolation|isolated|standalone"
    r"|alone)\b",
    r"\b(?:on its own|on their own|by itself|by themselves|in isolation|isolated|standalone|alone)\b[^?]{0,60}"
    rf"(?:{_NOT}|\bno\b|nonsense|useless|broken|wrong|incomplete|pointless|break|incorrect|meaningless|insufficient"
    r"|dangerous)",
    r"\b(?:whole|entire|full|complete|rest of the|remaining|all of the|other)(?: \w+){0,2} (?:series|patch-?set"
    r"|patch set"
    r"|patches|set)\b[^?]{0,60}\b(?:should|needs? to|must|has to|have to|(?:is|are) (?:needed|required|necessary))\b",
    rf"\b(?:please|pls|should|must|needs?|better|either)\b[^?]{{0,30}}\b{_TAKE}\b[^?]{{0,20}}\b(?:whole|entire"
    rf"|full|complete|rest of)"
    r"[^?]{0,20}\b(?:series|patch-?set|patch set|patches|set)\b",
    rf"{_SUBJECT}(?: \w+){{0,2}} (?:needs?|must)(?: \w+){{0,4}} (?:first|together|followed|accompanied)\b",
    rf"{_SUBJECT}(?: (?:was|is|has been|got|had to be|{_NOUN}))? (?:\w+ )?(?:fixed|amended|corrected"
    rf"|followed)(?: up)?(?: \w+){{0,2}}"
    rf" (?:by|in|with) (?:commit )?{_ID}",
    rf"\bthere(?:'s| is| was)(?: \w+){{0,2}} (?:fix|fixup|bug ?fix|follow-?up)\b[^?]{{0,50}}{_ID}",
    rf"\b(?:comes?|go(?:es)?|together|along) (?:together )?with (?:commit )?{_ID}",
    rf"\bso should (?:commit )?{_ID}",
    rf"{_ID} (?:\w+ )?(?:fix(?:es|ed)|repairs|corrects)\b[^?]{{0,40}}\b(?:this (?:one|patch|commit|change)"
    rf"|in (?:this|it))\b",
    rf"{_SUBJECT}{_BE} (?:\w+ )?followed(?: up)? by (?:\w+ ){{0,3}}{_ID}",
    rf"\bonly (?:together |along )?with (?:commit )?{_ID}",
    rf"\b(?:has|had|contains|with) an? (?:\w+ )?(?:bug|issue|problem"
    rf"|regression)\b[^?]{{0,30}}\bfixed (?:\w+ )?(?:by|in|with)"
    rf" (?:commit )?{_ID}",
    r"(?:\bpatch #?\d{1,2}(?:/\d{1,2})?|(?<![\d/])\d/\d{1,2})\b[^?]{0,30}\b(?:is|are) (?:also )?(?:needed"
    r"|required|necessary)\b",
    rf"{_ID}[^?]{{0,80}}\b(?:is|are) (?:also |a )?(?:needed|required|necessary|prerequisites?)\b",
)

HOLD = _any(
    rf"\b(?:please|pls|let's|i'd|can you|could you|better|can we|should)\b[^?]{{0,20}}\bhold (?:off|on|back|{_OBJECT})",
    r"^(?:\w+,? ){0,2}hold (?:off|on)\b",
    r"\b(?:please|pls|i'd|better to|would you|let's) (?:\w+ )?(?:wait(?! an?\b)|postpone|defer|delay)\b",
    rf"\b(?:this|these|the)(?: {_NOUN})? (?:should|must|has to|needs to)(?: \w+)? (?:wait|be (?:postponed|deferred"
    rf"|delayed|held))",
    r"\b(?:an?|another|the|proper) (?:\w+ )?(?:fix|fixup|revert|replacement|follow-?up)\b[^.?]{0,20}\b(?:is|are"
    r"|was|are|will be"
    r"|'s)(?: \w+)? (?:pending|coming|on (?:its|the) way|in flight|in progress|in the works|underway|under (?:review"
    r"|discussion)|being (?:worked|discussed|prepared|reviewed|tested|sent))",
    r"\bfix (?:is )?(?:pending|coming|on its way|in flight)\b",
    r"\b(?:pending|upcoming) (?:fix|revert)\b",
    r"\bworking on (?:a|the) (?:\w+ )?(?:fix|revert|replacement)\b",
    rf"\bnot (?:be )?(?:\w+ )?(?:{_TAKEN}|ready|settled|tested|upstream|in (?:mainline|linus))[^?]{{0,20}} yet\b",
    r"^not (?:just )?yet\b",
    r"^(?:\w+,? )?(?:wait (?:for|until|till)|please hold(?=$|[.!,]))|\bplease hold[.!]?$",
    rf"{_SUBJECT} (?:is going to|will|is about to|may|might)(?: have to)? be reverted",
    rf"{_SUBJECT}{_BE}(?: \w+)? (?:too early|premature|too soon)\b",
    r"\blet (?:it|this|these)(?: \w+)? (?:soak|bake|cook|settle)\b",
    r"\b(?:regressions?|breakages?|crash(?:es)?|bug reports?|problems?|issues?)\b[^?]{0,50}\b(?:reported|bisected"
    r"|caused"
    r"|introduced|traced|due|found)\b[^?]{0,20}\b(?:to|by|with|against|in|for) (?:this|that) (?:patch|commit|change)\b",
    rf"{_SUBJECT} (?:\w+ )?(?:causes?|caused|introduces?|introduced|triggers?) (?:an? |new |some )?(?:\w+ )?"
    r"(?:regressions?|breakages?|crash(?:es)?|bugs?|deadlocks?|hangs?)\b",
)

ACK = _any(
    r"^ack(?:ed)?(?=$|[.!]| (?:for|from|on|to)\b)",
    r"\blgtm\b",
    r"^(?:\w+,? ){0,3}looks? (?:good|fine|ok|okay|sane|great|reasonable)\b",
    r"\b(?:no|without) (?:\w+ )?objections?\b",
    r"\b(?:don't|do not|won't|not) (?:have (?:any|an) )?(?:object\b|objections?\b)",
    r"\b(?:i'm|i am|we're|we are|that's|it's|this is|is|sounds)(?: \w+)? (?:fine|ok|okay|happy|good|all right)(?: to me"
    r"| with (?:me|us|this|that|back|the back|it)| by me| to (?:be )?(?:back|take|apply|pick|go)| for (?:-?stable"
    r"|back|all"
    r"|these|v?\d\.\d))",
    r"^(?:fine|ok|okay|good) (?:with|by|to|for) (?:me|us|stable|v?\d{1,2}\.\d)",
    r"\bplease (?:do |go ahead and )?(?:back-?port|apply|take|queue|pick|keep|include)(?: up)? (?:this|it"
    r"|these)(?=$|[.,!]| (?:patch|"
    r"commit|to|for|in|one)\b)",
    r"\bmakes (?:perfect |total |a lot of )?sense (?:to (?:me|back|have|take|apply)|for (?:-?stable|back|v?\d\.\d))",
    r"\b(?:safe|worth|good|useful|fine) (?:to|for) (?:back-?port|stable|apply)",
    r"\bgood (?:stable |backport )?candidate\b",
    rf"(?<!neither of )(?<!none of ){_SUBJECT} (?:should|can|could|definitely should) (?:\w+ )?be (?:back-?ported"
    rf"|applied|included|taken|picked)\b",
    r"^\+1\b",
    r"^(?:yes|sure|yep),? (?:please|go ahead|fine|ok)\b",
)

# A sentence with these asks or wonders; it requests nothing by itself.
ASKING = _any(
    r"\b(?:why|whether|wonder|wondering|curious|not (?:\w+ )?sure|unsure|no idea|do you know|explain|clarify"
    r"|elaborate|what about"
    r"|how about|what's|what is the|can you tell)\b",
)
REQUEST = _any(r"\b(?:can|could|would|will|may|might) (?:you|we|i)\b", r"\b(?:please|pls|plz|mind)\b")
EXPLAIN = _any(
    r"\b(?:can|could|would) (?:you|someone|anyone|we) (?:please |kindly )?(?:explain|clarify|elaborate|tell|say"
    r"|share|confirm|check)\b",
    r"\bplease (?:explain|clarify|elaborate|confirm)\b",
    r"^(?:i'm |i am |just )?(?:wondering|curious)\b",
    r"\bi wonder\b",
    r"\b(?:i'm|i am) (?:\w+ )?(?:not (?:\w+ )?sure|unsure)\b|^not sure\b",
)
# What one who handles the queue reports of himself: no wish of a reviewer's.
WITHDRAWN = _any(
    r"^(?:ok(?:ay)?[,.]? |sure[,.]? |thanks[,.]? |yes[,.]? |and |ack[,.]? |right[,.]? |now |all |both )?(?:now "
    r"|both |all )?"
    r"(?:dropped|removed|skipped|reverted)(?=$|[.!,;:]| (?:it|this|these|both|them|now|from|all|the (?:patch"
    r"|commit))\b)",
    r"\b(?:i(?:'ll| will|'ve| have|'m going to|'ve now)|we(?:'ll| will|'ve| have)|now|it's"
    r"|is) (?:\w+ )?(?:drop(?:ped)?|remove[d]?"
    rf"|skip(?:ped)?) {_OBJECT}",
    r"\b(?:i've|i have|we've|it's|have) (?:now |just |been )?(?:dropped|removed)(?=$|[.!,;:]| (?:it|this|these"
    r"|both|them)\b)",
)
HANDLED = _any(r"\bi(?:'ll| will|'ve| have|'m going to)\b", r"\b(?:now|already|have) queued\b", r"^(?:now )?queued\b")
PERMITTED = _any(
    r"\b(?:feel free|free to|may|fine with|ok with|okay with|happy with|no problem"
    r"|wouldn't mind)\b[^?]{0,20}\b(?:drop|skip)",
)
# What turns a wish to drop round, where it stands in front of it in the same clause.
TURNED = _any(
    rf"{_NOT}|\b(?:no need|no reason|why|instead of|rather than|if|whether|unless|no|or else)\b|n't\b",
)
CLAUSE = re.compile(r"[,;:()–—]| (?:so|and|then|but|please|pls|because|since|as) ")
CONDITION_NEEDS = _any(
    r"\b(?:without|unless)\b(?! (?:any|a doubt|explanation|further))",
    r"\b(?:on its own|by itself|in isolation|standalone|alone)\b",
    r"\bor\b[^?]{0,20}\balso\b",
    r"\b(?:just|only) (?:this )?one (?:of|patch)\b",
)
CONDITION_HOLD = _any(r"\b(?:until|till)\b", r"\b(?:for now|just yet)\b|\byet[.!]?$|\b(?:for the time being)\b")
NO_WAY_ROUND = _any(
    r"\b(?:no|any|n't|not)(?: \w+){0,2} (?:dependenc|prerequisite|need for|need any|objection)",
    r"\b(?:do(?:es)?(?:n't| not)|not) (?:\w+ )?(?:depend|require|rely|need)",
    r"\b(?:depends?|relies|based) on this\b",
)
PRAISE = _any(
    r"\b(?:reason|why) not (?:to )?",
    r"\b(?:problem|harm|hurts?|issue|objections?|reason not|why not)\b[^?]{0,40}\b(?:with|in|against|not)\b[^?]{0,15}"
    r"\b(?:backport|stable|apply|pick)",
)
