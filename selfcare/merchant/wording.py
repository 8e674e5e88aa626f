"""What the console says about what the sandbox answered; it asks nobody."""

from django.utils.translation import gettext as _

from selfcare import errors


def no_answer(error: errors.NoAnswer, *, wrote: bool) -> str:
    """Where things stand when the sandbox can't be used right now."""
    if wrote and not isinstance(error, errors.NotSent):
        return _(
            "We don’t know yet whether it was done. Go back and send the same form again: "
            "it is done once, however often you send it."
        )
    if wrote:
        return _("Nothing was sent. Go back and send the form again in a moment.")
    return _("What you have there is as it was; this page only looks.")


def refused(error: errors.Rejected) -> str:
    """Why the sandbox said no. Its own words are for programmers, and English."""
    if error.code == "idempotency_key_reused":
        return _("This form was sent before with something else in it. Open it anew.")
    why = str(error.problem.get("detail") or error.code)
    return _("The sandbox says no: %(why)s") % {"why": why}
