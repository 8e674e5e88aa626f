"""A merchant's own scenarios: kept as they were typed, and only those that can be run."""

from sandbox import clock, ids
from sandbox.people.models import Merchant
from sandbox.problems import ProblemError
from sandbox.scenarios import script
from sandbox.scenarios.models import OwnScript

MOST = 50


def keep(merchant: Merchant, text: str) -> OwnScript:
    """ProblemError 422 `bad_script` says what is wrong, and where."""
    wanted = _read(text)
    Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
    if OwnScript.objects.filter(merchant=merchant).count() >= MOST:
        raise ProblemError(409, "too_many_scripts", f"{MOST} scripts are the most.")
    return OwnScript.objects.create(
        id=ids.uuid7(clock.real_now()), merchant=merchant, name=wanted.name, text=text
    )


def change(row: OwnScript, text: str) -> OwnScript:
    """Runs that were asked for keep the script that they had."""
    wanted = _read(text)
    row.name, row.text, row.updated_at = wanted.name, text, clock.real_now()
    row.save()
    return row


def find(merchant: Merchant, wire_id: str) -> OwnScript:
    """ProblemError 404 for another merchant's as for what never was."""
    pk = ids.unwire("scn", wire_id)
    row = OwnScript.objects.filter(pk=pk, merchant=merchant).first() if pk else None
    if row is None:
        raise ProblemError(404, "unknown_scenario", "There is no such scenario.")
    return row


def _read(text: str) -> script.Script:
    try:
        return script.read(text)
    except script.ScriptError as error:
        told = "The script can't be run."
        raise ProblemError(422, "bad_script", told, errors=error.errors) from None
