"""Each reason has its sentence, for the person and for operators."""

from typing import get_args

import pytest

from selfcare.notifications.channels import OffReason
from selfcare.notifications.inbox import why_words
from selfcare.operations import wording


@pytest.mark.parametrize("reason", get_args(OffReason.__value__))
def test_it_says_why_an_address_was_switched_off(reason: str) -> None:
    assert reason in why_words.REASONS
    assert wording.cause(reason) != reason
