"""What happens to a case, as a line in its transaction's timeline: a table, and how to look it up.

{actor} stays open for `story`. A sentence is whole for each kind of case: what a case is called is
bent by the sentence that it stands in.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

KINDS = frozenset({"refund_request", "dispute", "fraud_report", "recall", "inquiry"})
# (kind, step, who took it), or "" for anybody.
STEPS = {
    ("refund_request", "escalated", "you"): noop("You made a dispute of your refund request"),
    ("refund_request", "withdrawn", "you"): noop("You withdrew your refund request"),
    ("refund_request", "closed", ""): noop("Your refund request was closed"),
    ("dispute", "opened", "you"): noop("You began a dispute"),
    ("dispute", "answered", ""): noop("{actor} answered your dispute"),
    ("dispute", "under_review", ""): noop("We look into your dispute"),
    ("dispute", "accepted", "platform"): noop("We agreed to your dispute"),
    ("dispute", "accepted", ""): noop("{actor} agreed to your dispute"),
    ("dispute", "partly_accepted", "platform"): noop("We agreed to a part of your dispute"),
    ("dispute", "partly_accepted", ""): noop("{actor} agreed to a part of your dispute"),
    ("dispute", "declined", "platform"): noop("We declined your dispute"),
    ("dispute", "declined", ""): noop("{actor} declined your dispute"),
    ("dispute", "withdrawn", "you"): noop("You withdrew your dispute"),
    ("dispute", "closed", ""): noop("Your dispute was closed"),
    ("fraud_report", "opened", "you"): noop("You began a fraud report"),
    ("fraud_report", "under_review", ""): noop("We look into your fraud report"),
    ("fraud_report", "accepted", "platform"): noop("We agreed to your fraud report"),
    ("fraud_report", "declined", "platform"): noop("We declined your fraud report"),
    ("fraud_report", "withdrawn", "you"): noop("You withdrew your fraud report"),
    ("fraud_report", "closed", ""): noop("Your fraud report was closed"),
    ("recall", "opened", "you"): noop("You began a recall"),
    ("recall", "accepted", ""): noop("{actor} agreed to your recall"),
    ("recall", "declined", ""): noop("{actor} declined your recall"),
    ("recall", "lapsed", ""): noop("Nobody answered your recall in time"),
    ("recall", "withdrawn", "you"): noop("You withdrew your recall"),
    ("recall", "closed", ""): noop("Your recall was closed"),
    ("inquiry", "opened", "you"): noop("You began a question"),
    ("inquiry", "answered", ""): noop("{actor} answered your question"),
    ("inquiry", "withdrawn", "you"): noop("You withdrew your question"),
    ("inquiry", "closed", ""): noop("Your question was closed"),
}
# Said of every kind where the table above has nothing: (step, who took it).
ANY = {
    ("opened", "you"): noop("You began a case"),
    ("opened", ""): noop("A case was begun"),
    ("answered", "platform"): noop("We answered in your case"),
    ("answered", ""): noop("{actor} answered in your case"),
    ("contested", ""): noop("{actor} sees it otherwise, and you were asked for your side"),
    ("under_review", ""): noop("We look into your case"),
    ("accepted", "platform"): noop("We agreed to what you asked for"),
    ("accepted", ""): noop("{actor} agreed to what you asked for"),
    ("partly_accepted", "platform"): noop("We agreed to a part of what you asked for"),
    ("partly_accepted", ""): noop("{actor} agreed to a part of what you asked for"),
    ("declined", "platform"): noop("We declined what you asked for"),
    ("declined", ""): noop("{actor} declined what you asked for"),
    ("lapsed", ""): noop("Nobody answered in time"),
    ("withdrawn", "you"): noop("You withdrew your case"),
    ("withdrawn", ""): noop("The case was withdrawn"),
    ("closed", ""): noop("Your case was closed"),
    ("escalated", "you"): noop("You made a dispute of it"),
    ("escalated", ""): noop("It became a dispute"),
}


def of(kind: str, step: str, who: str) -> str:
    """The sentence, its braces still open; empty for what is new to us."""
    if kind not in KINDS:
        return ""
    own = STEPS.get((kind, step, who)) or STEPS.get((kind, step, ""))
    return _(own or ANY.get((step, who)) or ANY.get((step, ""), ""))
