"""What a person chose counts in mails and documents; of two tabs the later look wins nothing."""

import pytest
from django.utils import translation

from selfcare.money import Money
from selfcare.preferences import actions, choices
from selfcare.web import formats

ALICE = "usr_alice"


def test_it_speaks_english_to_whom_it_knows_nothing_of(db: None) -> None:
    with actions.speaking_to(ALICE) as active:
        assert (active.language, str(active.zone)) == ("en", "UTC")


def test_it_speaks_as_browser_and_provider_told_until_something_is_chosen(db: None) -> None:
    actions.remember(subject=ALICE, language="de-AT", zone="Europe/Vienna")
    with actions.speaking_to(ALICE) as active:
        assert (translation.get_language(), str(active.zone)) == ("de", "Europe/Vienna")
        assert str(Money(123456, "EUR")) == "1.234,56\u00a0EUR"
    actions.save(subject=ALICE, version=0, changes={"language": "cs", "zone": "Asia/Tokyo"})
    with actions.speaking_to(ALICE) as active:
        assert (active.language, str(active.zone)) == ("cs", "Asia/Tokyo")
    assert formats.active() == formats.ENGLISH


def test_it_remembers_nothing_that_it_could_not_use(db: None) -> None:
    actions.remember(subject=ALICE, language="tlh", zone="../etc/passwd")
    with actions.speaking_to(ALICE) as active:
        assert (active.language, str(active.zone)) == ("en", "UTC")


def test_it_saves_only_over_what_was_seen(db: None) -> None:
    first = actions.save(subject=ALICE, version=0, changes={"theme": "dark"})
    assert (first.theme, first.version) == ("dark", 1)
    with pytest.raises(actions.ChangedElsewhere) as refused:
        actions.save(subject=ALICE, version=0, changes={"theme": "light"})
    assert refused.value.now.theme == "dark"
    assert actions.of(ALICE).theme == "dark"


@pytest.mark.parametrize("name", ["", "Mars/Base", "../etc/passwd", "Europe", "\x00", "a" * 300])
def test_a_zone_that_is_none_is_none(name: str) -> None:
    assert choices.zone(name) is None
