"""A sign-in from a browser that is new to the person becomes an event, once."""

from datetime import timedelta

from django.utils import timezone

from selfcare.events.models import Event
from selfcare.identity import known_browsers
from selfcare.identity.models import KnownBrowser, Session
from tests.events.test_matching_loop import at_once
from tests.support.sign_in import start_session

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"


def told() -> list[tuple[str, str]]:
    events = Event.objects.filter(type="security.new_device").order_by("received_at", "pk")
    return [(event.subject, event.data["browser"]) for event in events]


def test_it_tells_of_a_new_browser_and_not_of_a_known_one(db: None) -> None:
    start_session("usr_alice", user_agent=FIREFOX)
    start_session("usr_alice", user_agent=FIREFOX)
    start_session("usr_alice", user_agent=CHROME)
    start_session("usr_bob", user_agent=CHROME)
    assert told() == [
        ("usr_alice", "Firefox on Linux"),
        ("usr_alice", "Chrome on Windows"),
        ("usr_bob", "Chrome on Windows"),
    ]


def test_it_names_the_session(db: None) -> None:
    start_session("usr_alice", user_agent=FIREFOX)
    event = Event.objects.get()
    assert (event.source, event.object_id) == ("selfcare", Session.objects.get().public_id)


def test_a_browser_is_new_again_after_ninety_days(db: None) -> None:
    start_session("usr_alice", user_agent=FIREFOX)
    KnownBrowser.objects.update(last_at=timezone.now() - timedelta(days=89))
    start_session("usr_alice", user_agent=FIREFOX)
    assert len(told()) == 1
    KnownBrowser.objects.update(last_at=timezone.now() - timedelta(days=91))
    start_session("usr_alice", user_agent=FIREFOX)
    start_session("usr_alice", user_agent=FIREFOX)
    assert len(told()) == 2


def test_it_remembers_longer_than_sessions_are_kept(db: None) -> None:
    start_session("usr_alice", user_agent=FIREFOX)
    Session.objects.all().delete()
    start_session("usr_alice", user_agent=FIREFOX)
    assert len(told()) == 1


def test_it_forgets_what_is_new_again_anyway(db: None) -> None:
    start_session("usr_alice", user_agent=FIREFOX)
    start_session("usr_alice", user_agent=CHROME)
    old = timezone.now() - timedelta(days=91)
    KnownBrowser.objects.filter(browser="Firefox on Linux").update(last_at=old)
    assert known_browsers.clear_old() == 1
    assert KnownBrowser.objects.get().browser == "Chrome on Windows"


def test_two_sign_ins_at_once_are_one_new_browser(transactional_db: None) -> None:
    at_once(4, lambda: known_browsers.note("usr_alice", "Firefox on Linux", ""))
    assert len(told()) == 1
