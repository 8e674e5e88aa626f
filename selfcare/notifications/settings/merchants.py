"""The merchants that a person can choose in their rules: those they have had to do with."""

import re
from collections.abc import Mapping

from selfcare import errors
from selfcare.clients import transactions as service
from selfcare.notifications.deciding import Choice
from selfcare.notifications.models import Notification, Rule
from selfcare.notifications.settings.refusals import Refused

MERCHANT_ID = re.compile(r"mer_[A-Za-z0-9_]{1,36}")


def known(subject: str) -> dict[str, str]:
    """Names by id, as far as our own tables know them: from what the person was told of."""
    told = (
        Notification.objects.of(subject)
        .filter(facts__merchant_id__startswith="mer_")
        .order_by("-occurred_at")
        .values_list("facts__merchant_id", "facts__merchant_name")[:2000]
    )
    names: dict[str, str] = {}
    for merchant_id, name in told:
        names.setdefault(merchant_id, str(name or merchant_id))
    for rule in Rule.objects.of(subject):
        for merchant_id in rule.merchant_ids:
            names.setdefault(merchant_id, merchant_id)
    return names


def all_of(subject: str) -> tuple[dict[str, str], bool]:
    """Names by id, in the order of the names; with False where the service couldn't be asked."""
    found, asked = known(subject), True
    try:
        found |= {one.id: one.name for one in service.merchants(subject).data}
    except errors.CallFailed:
        asked = False
    return dict(sorted(found.items(), key=lambda pair: pair[1].casefold())), asked


def check(subject: str, choices: Mapping[tuple[str, str], Choice]) -> None:
    """Raises Refused for a merchant that the person never had to do with."""
    wanted: dict[str, str] = {}
    for (category, channel), choice in choices.items():
        for merchant_id in choice.merchant_ids:
            wanted.setdefault(merchant_id, f"{category}.{channel}")
            if not MERCHANT_ID.fullmatch(merchant_id):
                raise Refused("unknown_merchant", wanted[merchant_id], name=merchant_id[:40])
    unknown = set(wanted) - set(known(subject)) if wanted else set()
    if not unknown:
        return
    names, asked = all_of(subject)
    for merchant_id in sorted(unknown - set(names)):
        code = "unknown_merchant" if asked else "merchants_not_known"
        raise Refused(code, wanted[merchant_id], name=merchant_id)
