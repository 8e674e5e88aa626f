"""Without its provider a channel reaches nobody: in matching, in the preview and in "why"."""

from typing import Any

import pytest
from django.utils import timezone

from selfcare.notifications.deciding import Choice
from selfcare.notifications.models.rules import Channel
from selfcare.notifications.settings import choosing, preview
from tests.notifications.happenings import HER, outcomes, reachable, told

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_sends_security_notices_by_text_where_no_mail_can_go(settings: Any) -> None:
    reachable("email", "sms")
    settings.SMTP_URL = ""
    found = outcomes(told("security.new_device"))
    assert found["email"] == ("not_wanted", "channel_off")
    assert found["sms"] == ("waiting", "instead")


def test_it_says_that_the_channel_is_off_and_not_that_an_address_is_missing(settings: Any) -> None:
    reachable("email", "push")
    settings.SMTP_URL = ""
    found = outcomes(told(direction="in"))
    assert found["email"] == ("not_wanted", "channel_off")
    assert found["push"][0] == "waiting"
    assert outcomes(told("transaction.action_required"))["sms"] == ("not_wanted", "no_address")


def test_it_previews_no_mail_that_would_never_go_out(settings: Any) -> None:
    reachable("email")
    told()
    plan = choosing.plan_of(HER).with_choices(
        {("money_out", Channel.EMAIL.value): Choice("at_once")}
    )
    found, _ = preview.last_days(HER, timezone.now())
    assert preview.of(found, plan.wishes(HER)).counts["email"] == 1
    settings.SMTP_URL = ""
    assert preview.of(found, plan.wishes(HER)).counts["email"] == 0
