"""What the console says of webhooks; it asks nobody."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from selfcare.merchant.webhook_shapes import Endpoint

# Groups of types by the noun they begin with, in the order of the form.
NOUNS = {
    "payment": noop("Payments"),
    "payout": noop("Payouts"),
    "refund": noop("Refunds"),
    "refund_request": noop("Refund requests"),
    "dispute": noop("Disputes"),
    "inquiry": noop("Questions"),
}
ERRORS = {
    "private_address": noop("The name led to a private address"),
    "unknown_host": noop("There is no such host"),
    "no_connection": noop("Nobody answered at the address"),
    "tls_failed": noop("The certificate wasn’t good"),
    "timed_out": noop("No whole answer within 10 seconds"),
    "too_long": noop("The answer was longer than 64 kB"),
    "broken_answer": noop("The answer broke off"),
}
# Why the next line of an attempt explains itself with more than its name.
EXPLAINED = {
    "private_address": noop("Webhooks go to public addresses only, and the name is looked up anew "
                            "with each attempt. Nothing was sent."),
    "unknown_host": noop("The name was looked up, and nobody has it. Nothing was sent."),
    "no_connection": noop("The connection was refused, or nobody listens. Nothing was sent."),
    "tls_failed": noop("We check the certificate and its name, as browsers do. Nothing was sent."),
    "timed_out": noop("We wait for the whole answer. Answer first and work afterwards."),
    "too_long": noop("A few bytes are enough: we look at the status."),
    "broken_answer": noop("The connection ended before the answer did, or it wasn’t HTTP."),
}  # fmt: skip
PROBLEMS = {
    "unsigned": noop("It carried no signature."),
    "bad_timestamp": noop("Its timestamp is no number of seconds."),
    "too_old": noop("Its timestamp is more than five minutes from now."),
    "wrong_signature": noop("Its signature doesn’t fit the secret, the id, the time and the body."),
}
WHY_OFF = {
    "switched_off": noop("You switched it off."),
    "failing": noop("It took nothing for three days, so we switched it off."),
    "gone": noop("It answered 410, which says that it is gone for good."),
}


def name_of(endpoint: Endpoint) -> str:
    """What its merchant calls it, else where it is."""
    if endpoint.description:
        return endpoint.description
    return _("Our receiver") if endpoint.receiver else endpoint.url.partition("//")[2]


def said(table: dict[str, str], code: str | None) -> str:
    """The words for a code; one that we don't know stands for itself."""
    if not code:
        return ""
    return _(table[code]) if code in table else code


def why(status: int | None, error: str | None) -> str:
    """In a few words, why an attempt wasn't taken."""
    if error:
        return said(ERRORS, error)
    if status is not None and 300 <= status < 400:
        return _("We follow no redirects")
    if status == 410:
        return _("Gone: the endpoint was switched off")
    return "" if status is None else _("Any 2xx would have taken it")
