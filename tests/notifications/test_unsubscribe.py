"""The link in a mail: looking changes nothing, one POST mutes, and only what may be muted."""

from collections.abc import Callable
from contextlib import suppress
from threading import Thread

import pytest
from django.db import connection
from django.test import Client

from selfcare.notifications.addresses import unsubscribing
from selfcare.notifications.deciding import Choice
from selfcare.notifications.models import Rule, Settings
from selfcare.notifications.settings import choosing
from tests.notifications import happenings
from tests.notifications.post import HERS, send, state, the
from tests.support.control import Control
from tests.support.servers import Server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stranger() -> Client:
    """A mail program: signed out, without our cookies, and CSRF is looked at."""
    return Client(enforce_csrf_checks=True)


def path_of(link: str) -> str:
    return link[link.index("/unsubscribe/") :]


def test_it_mutes_by_one_click_signed_out(box_worker: Server, control: Control, stranger: Client):
    box_worker.start()
    happenings.reachable("email")
    happenings.told()
    send("email")
    (mail,) = control.outbox(HERS)
    link = dict(mail["headers"])["List-Unsubscribe"].strip("<>")
    answer = stranger.post(
        path_of(link), "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"
    )
    # RFC 8058, 3.1: no redirect, no cookie.
    assert answer.status_code == 200
    assert not answer.cookies
    again = the("email", happenings.told(object_id="txn_2"))
    assert state(again) == ("not_wanted", "mode_off")


def test_it_changes_nothing_by_being_looked_at(stranger: Client):
    path = path_of(unsubscribing.link(happenings.HER, ["money_out"]))
    for call in (stranger.get, stranger.head):
        assert call(path).status_code == 200
    assert not Rule.objects.exists()
    assert not Settings.objects.exists()
    page = stranger.get(path).content.decode()
    assert '<form method="post"' in page
    assert "Nothing is changed yet" in page


def test_it_mutes_twice_as_once(stranger: Client):
    path = path_of(unsubscribing.link(happenings.HER, ["money_out", "failed"]))
    for _ in range(2):
        assert stranger.post(path).status_code == 200
    rules = Rule.objects.values_list("category", "channel", "mode")
    assert set(rules) == {("money_out", "email", "off"), ("failed", "email", "off")}


def test_it_mutes_while_she_saves_her_settings():
    ended: list[Exception] = []

    def again_and_again(what: Callable[[], object]) -> None:
        try:
            for _ in range(40):
                with suppress(choosing.ChangedElsewhere):
                    what()
        except Exception as error:
            ended.append(error)
        finally:
            connection.close()

    def save() -> None:
        plan = choosing.plan_of(happenings.HER)
        wanted = {("money_out", "email"): Choice("weekly"), ("failed", "email"): Choice("daily")}
        choosing.save(subject=happenings.HER, plan=plan.with_choices(wanted))

    def mute() -> None:
        unsubscribing.mute(subject=happenings.HER, categories=["failed", "money_out"])

    threads = [Thread(target=again_and_again, args=(what,)) for what in (save, mute, save, mute)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == []


def test_it_leaves_the_other_channels_and_amounts_as_they_were(stranger: Client):
    happenings.rule("money_out", "push", "at_once")
    happenings.rule("money_out", "email", "daily", above={"EUR": 5000})
    stranger.post(path_of(unsubscribing.link(happenings.HER, ["money_out"])))
    assert Rule.objects.get(channel="push").mode == "at_once"
    mail = Rule.objects.get(channel="email")
    assert (mail.mode, mail.above) == ("off", {"EUR": 5000})


def test_it_mutes_no_security_by_any_link(stranger: Client):
    stranger.post(path_of(unsubscribing.link(happenings.HER, ["security"])))
    assert not Rule.objects.exists()


def test_it_knows_no_link_that_somebody_else_made(stranger: Client):
    path = path_of(unsubscribing.link(happenings.HER, ["money_out"]))
    head, _, tail = path.rstrip("/").rpartition(":")
    forged = f"{head}:{'A' if tail[0] != 'A' else 'B'}{tail[1:]}/"
    for call in (stranger.get, stranger.post):
        assert call(forged).status_code == 404
        assert call("/unsubscribe/nonsense/").status_code == 404
    assert not Rule.objects.exists()


def test_it_is_the_one_form_without_a_csrf_token(stranger: Client):
    assert stranger.post("/notifications/addresses/").status_code in {302, 303, 403}


def test_it_takes_links_after_the_secret_was_changed(stranger: Client, settings):
    path = path_of(unsubscribing.link(happenings.HER, ["money_out"]))
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-" * 10
    assert stranger.post(path).status_code == 200
    assert Rule.objects.exists()


def test_it_takes_links_whose_secret_is_gone_for_all_else(stranger: Client, settings):
    old = settings.SECRET_KEY
    path = path_of(unsubscribing.link(happenings.HER, ["money_out"]))
    settings.SECRET_KEY = "another-" * 10
    assert stranger.post(path).status_code == 404
    settings.UNSUBSCRIBE_KEYS = ["its-own-" * 5, old]
    assert stranger.post(path).status_code == 200
    new = path_of(unsubscribing.link(happenings.HER, ["money_in"]))
    settings.UNSUBSCRIBE_KEYS = ["its-own-" * 5]
    assert stranger.post(new).status_code == 200
    assert stranger.post(path).status_code == 404
