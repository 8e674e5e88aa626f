"""The inbox: what waits first, filters, pages, marks by explicit ids, looks, and the bell."""

import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from lxml import html

from selfcare.notifications import matching
from selfcare.notifications.inbox import asking
from selfcare.notifications.inbox.asking import Asked
from selfcare.notifications.models import Notification
from selfcare.web.breaker import database
from tests.notifications.happenings import HER, rule, taken, told
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def client() -> Client:
    """Alice's browser."""
    one = Client()
    sign_in(one, HER, zone="Europe/Berlin")
    return one


def one(event_type: str = "transaction.completed", /, **facts: Any) -> Notification:
    made = told(event_type, **facts)
    assert made is not None
    return made


def asks(object_id: str = "txn_asks", *, minutes: int = 30, **facts: Any) -> Notification:
    """A payment that waits for her."""
    until = (timezone.now() + timedelta(minutes=minutes)).isoformat()
    return one("transaction.action_required", object_id=object_id, expires_at=until, **facts)


def many(count: int, **fields: Any) -> list[Notification]:
    """Rows as matching makes them, the first one the newest."""
    now = timezone.now()
    rows = [
        Notification(
            subject=HER,
            event_id=taken(object_id=f"txn_{n}").pk,
            event_type="transaction.completed",
            category="money_out",
            object_id=f"txn_{n}",
            facts={"amount_minor": 100 + n, "currency": "EUR", "counterparty_name": f"Shop {n}"},
            occurred_at=now - timedelta(minutes=n),
            created_at=now - timedelta(minutes=n),
            **fields,
        )
        for n in range(count)
    ]
    return Notification.objects.bulk_create(rows)


def words_of(link: Any) -> str:
    """Between a figure and its currency stands a space that doesn't break."""
    return str(link.text_content()).strip().replace("\xa0", " ")


def titles(page: Any) -> list[str]:
    return [words_of(a) for a in html.fromstring(page.text).cssselect(".told-title a")]


def fresh_url(page: Any) -> str:
    (found,) = html.fromstring(page.text).cssselect(".fresh[hx-get]")
    return str(found.get("hx-get"))


def test_it_shows_what_happened_with_the_way_to_it(client: Client) -> None:
    made = one(object_id="txn_books")
    page = client.get("/notifications/")
    assert titles(page) == ["You paid 64.90 EUR to Nordlicht Books"]
    assert "(unread)" in page.text
    opened = client.get(f"/notifications/{made.public_id}/")
    assert opened["Location"] == "/transactions/txn_books/"
    assert "(unread)" not in client.get("/notifications/").text


def test_what_waits_stands_first_and_leads_to_the_decision(client: Client) -> None:
    later = asks("txn_later", minutes=90)
    soon = asks("txn_soon", minutes=10, counterparty_name="Studio Halm")
    one(object_id="txn_newest")
    page = client.get("/notifications/")
    assert titles(page)[0] == "Studio Halm asks you to confirm 64.90 EUR"
    assert len(titles(page)) == 3
    acts = [a.get("href") for a in html.fromstring(page.text).cssselect(".told-do a")]
    assert acts == [f"/notifications/{row.public_id}/action/" for row in (soon, later)]
    assert client.get(acts[0])["Location"] == "/transactions/txn_soon/confirmations/new/"


def test_what_was_decided_elsewhere_waits_no_longer(client: Client) -> None:
    asks("txn_asks")
    matching.match(taken("transaction.confirmed", object_id="txn_asks", version=2))
    page = client.get("/notifications/")
    assert "Waiting for you</h2>" not in page.text
    assert "This is settled" in page.text


def test_what_lapsed_by_the_clock_waits_no_longer(client: Client) -> None:
    made = asks("txn_asks")
    Notification.objects.update(waits_until=timezone.now() - timedelta(seconds=1))
    assert "told-do" not in client.get("/notifications/").text
    assert client.get("/notifications/?show=waiting").text.count("told-title") == 0
    act = client.get(f"/notifications/{made.public_id}/action/")
    assert act["Location"] == "/transactions/txn_asks/"


def test_a_case_that_needs_her_leads_to_the_case(client: Client) -> None:
    made = one("case.needs_user", object_id="rfr_1", waiting_for="user")
    assert client.get(f"/notifications/{made.public_id}/action/")["Location"] == "/cases/rfr_1/"


def test_nobody_sees_or_opens_what_is_somebody_elses(client: Client) -> None:
    bobs = one(subject="usr_bob")
    assert titles(client.get("/notifications/")) == []
    for path in ("", "action/"):
        assert client.get(f"/notifications/{bobs.public_id}/{path}").status_code == 404
    client.post("/notifications/marks/", {"id": bobs.public_id, "do": "read"})
    bobs.refresh_from_db()
    assert bobs.read_at is None


def test_what_she_did_not_want_in_the_inbox_is_not_there(client: Client) -> None:
    rule("money_out", "in_app", "off")
    hidden = one()
    assert hidden.in_inbox is False
    assert titles(client.get("/notifications/")) == []
    assert client.get(f"/notifications/{hidden.public_id}/").status_code == 404


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", 4),
        ("show=unread", 3),
        ("show=waiting", 1),
        ("category=failed", 1),
        ("category=failed&category=money_out", 3),
        ("show=unread&category=money_out", 1),
    ],
)
def test_filters_narrow_page_and_api_alike(client: Client, query: str, expected: int) -> None:
    asks()
    one(object_id="txn_1")
    one("transaction.failed", object_id="txn_2")
    read = one(object_id="txn_3")
    client.get(f"/notifications/{read.public_id}/")
    assert len(titles(client.get(f"/notifications/?{query}"))) == expected
    assert len(client.get(f"/api/v1/notifications?{query}").json()["data"]) == expected


def test_nonsense_in_the_address_is_told_and_the_rest_is_shown(client: Client) -> None:
    one()
    page = client.get("/notifications/?show=loud&category=junk")
    assert page.status_code == 400
    assert "makes no sense" in page.text
    assert len(titles(page)) == 1


def test_pages_follow_each_other_without_a_gap_while_new_ones_come(client: Client) -> None:
    rows = many(60)
    seen: list[str] = []
    url = "/notifications/"
    while url:
        page = client.get(url)
        seen += titles(page)
        one(object_id=f"txn_new_{len(seen)}", counterparty_name="Latecomer")
        more = html.fromstring(page.text).cssselect("#more a[href]")
        url = (
            f"/notifications/{more[0].get('href').removeprefix('/notifications/')}" if more else ""
        )
    assert len(seen) == len(rows) == 60
    assert len(set(seen)) == 60


@pytest.mark.parametrize("cursor", ["nonsense", "x" * 5000, "W10:1abc:def"])
def test_a_cut_cursor_is_told(client: Client, cursor: str) -> None:
    one()
    page = client.get("/notifications/", {"cursor": cursor})
    assert page.status_code == 400
    assert "isn’t there" in page.text
    problem = client.get("/api/v1/notifications", {"cursor": cursor[:1999]})
    assert (problem.status_code, problem.json()["code"]) == (400, "bad_cursor")


def test_a_cursor_belongs_to_its_filters(client: Client) -> None:
    many(3)
    cursor = client.get("/api/v1/notifications?limit=2").json()["next_cursor"]
    assert client.get("/api/v1/notifications", {"cursor": cursor}).status_code == 200
    other = client.get("/api/v1/notifications", {"cursor": cursor, "show": "unread"})
    assert other.json()["code"] == "bad_cursor"


def test_ticked_ones_are_marked_and_the_filter_stays(client: Client) -> None:
    rows = many(3)
    done = client.post(
        "/notifications/marks/",
        {
            "id": [rows[0].public_id, rows[2].public_id],
            "do": "read",
            "back": "show=unread&category=money_out",
        },
    )
    assert done.status_code == 303
    assert done["Location"] == "/notifications/?show=unread&category=money_out"
    assert titles(client.get(done["Location"])) == ["You paid 1.01 EUR to Shop 1"]
    client.post("/notifications/marks/", {"id": rows[0].public_id, "do": "unread"})
    assert asking.unread(HER) == 2


def test_all_shown_means_what_was_shown_and_nothing_that_came_since(client: Client) -> None:
    many(30)
    asks()
    page = client.get("/notifications/")
    shown = html.fromstring(page.text).cssselect("input[name=shown]")
    late = one(object_id="txn_late")
    client.post(
        "/notifications/marks/", {"shown": [field.get("value") for field in shown], "do": "shown"}
    )
    unread = set(Notification.objects.filter(read_at=None).values_list("pk", flat=True))
    # 25 on the page, and the one that waits.
    assert len(unread) == 31 + 1 - 26
    assert late.pk in unread


def test_what_is_shown_takes_one_field_however_many_days_it_has(client: Client) -> None:
    rows = many(20)
    for n, row in enumerate(rows):
        Notification.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(days=n))
    page = html.fromstring(client.get("/notifications/").text)
    assert len(page.cssselect(".day")) == 20
    (field,) = page.cssselect("input[name=shown]")
    assert field.get("value").split(",") == [row.public_id for row in rows]


def test_the_button_of_a_row_marks_that_row_alone(client: Client) -> None:
    rows = many(2)
    form = {"one": f"read {rows[1].public_id}", "id": rows[0].public_id}
    client.post("/notifications/marks/", form)
    assert titles(client.get("/notifications/?show=unread")) == ["You paid 1.00 EUR to Shop 0"]
    client.post("/notifications/marks/", {"one": f"unread {rows[1].public_id}"})
    assert asking.unread(HER) == 2


def test_marks_in_place_change_rows_and_bell(client: Client) -> None:
    rows = many(2)
    done = client.post(
        "/notifications/marks/", {"id": rows[0].public_id, "do": "read"}, headers=HTMX
    )
    assert "1 notification marked read." in done.text
    assert f'id="{rows[0].public_id}"' in done.text
    assert rows[1].public_id not in done.text
    assert re.search(r'id="bell"[^>]*hx-swap-oob', done.text)
    assert "1 unread" in done.text
    assert re.search(r'id="inbox-count-unread"[^>]*>1<', done.text)


def test_more_than_anybody_ticks_is_refused(client: Client) -> None:
    shown = ",".join(f"ntf_{n:032x}" for n in range(2001))
    assert client.post("/notifications/marks/", {"shown": shown, "do": "shown"}).status_code == 400


def test_a_browser_that_fetches_ahead_reads_nothing(client: Client) -> None:
    made = one()
    address = f"/notifications/{made.public_id}/"
    client.get(address, headers={"Sec-Purpose": "prefetch"})
    client.head(address)
    assert asking.unread(HER) == 1


def test_a_look_brings_what_came_once(client: Client) -> None:
    one(object_id="txn_before")
    first = client.get(fresh_url(client.get("/notifications/")), headers=HTMX)
    assert titles_in_part(first) == []
    one(object_id="txn_now", counterparty_name="Studio Halm")
    second = client.get(fresh_url(first), headers=HTMX)
    assert titles_in_part(second) == ["You paid 64.90 EUR to Studio Halm"]
    third = client.get(fresh_url(second), headers=HTMX)
    assert titles_in_part(third) == []


def titles_in_part(part: Any) -> list[str]:
    found = html.fragment_fromstring(part.text, create_parent="div")
    rows = found.xpath(".//*[starts-with(@hx-swap-oob, 'afterbegin')]")
    return [words_of(a) for row in rows for a in row.cssselect(".told-title a")]


def test_a_look_brings_what_was_committed_late_by_another_worker(client: Client) -> None:
    one(object_id="txn_before")
    page = client.get("/notifications/")
    late = one(object_id="txn_late")
    Notification.objects.filter(pk=late.pk).update(created_at=timezone.now() - timedelta(seconds=2))
    assert len(titles_in_part(client.get(fresh_url(page), headers=HTMX))) == 1


def test_a_look_at_an_empty_inbox_brings_the_first(client: Client) -> None:
    page = client.get("/notifications/")
    assert "Nothing has come yet" in page.text
    one()
    assert len(titles_in_part(client.get(fresh_url(page), headers=HTMX))) == 1


def test_a_flood_is_told_and_not_poured_into_the_page(client: Client) -> None:
    page = client.get("/notifications/")
    for n in range(21):
        one(object_id=f"txn_{n}")
    look = client.get(fresh_url(page), headers=HTMX)
    assert "Many new ones came" in look.text
    assert titles_in_part(look) == []


def test_a_look_tells_what_was_settled_and_read_elsewhere(client: Client) -> None:
    waiting, read = asks("txn_asks"), one(object_id="txn_read")
    page = client.get("/notifications/")
    matching.match(taken("transaction.cancelled", object_id="txn_asks", version=2))
    client.get(f"/notifications/{read.public_id}/")
    look = client.get(fresh_url(page), headers=HTMX).text
    assert "This is settled" in look
    assert f'id="{waiting.public_id}"' in look
    assert f'id="{read.public_id}"' in look


def test_looks_slow_down_and_stop(client: Client) -> None:
    look = client.get("/notifications/")
    pauses = []
    for _ in range(40):
        found = html.fragment_fromstring(look.text, create_parent="div").cssselect(".fresh[hx-get]")
        if not found:
            break
        pauses.append(int(re.findall(r"delay:(\d+)s", found[0].get("hx-trigger"))[0]))
        look = client.get(found[0].get("hx-get"), headers=HTMX)
    assert pauses == sorted(pauses)
    assert 5 < len(pauses) < 40
    assert "Look for new ones" in look.text


def test_a_look_that_somebody_made_up_leads_to_the_inbox(client: Client) -> None:
    for query in ("", "newest=1&since=2&step=0&looks=0", "newest=9.z&since=now&step=x&looks=0"):
        answer = client.get(f"/notifications/fresh/?show=unread&{query}", headers=HTMX)
        assert answer["Location"] == "/notifications/?show=unread"


def test_the_bell_is_on_every_page_and_counts(client: Client) -> None:
    many(3)
    page = client.get("/notifications/?show=waiting")
    assert html.fromstring(page.text).cssselect("#bell .sr-only")[0].text_content() == "3 unread"
    many(120)
    page = client.get("/notifications/")
    assert html.fromstring(page.text).cssselect("#bell .count")[0].text_content() == "99+"


def test_the_bell_looks_again_and_begins_anew_with_another_number(client: Client) -> None:
    look = client.get("/notifications/")
    pauses = []
    for turn in range(4):
        bell = html.fragment_fromstring(look.text, create_parent="div").cssselect("#bell")[0]
        pauses.append(int(re.findall(r"delay:(\d+)s", bell.get("hx-trigger"))[0]))
        if turn == 2:
            one()
        look = client.get(bell.get("hx-get"), headers=HTMX)
    bell = html.fragment_fromstring(look.text, create_parent="div").cssselect("#bell")[0]
    again = int(re.findall(r"delay:(\d+)s", bell.get("hx-trigger"))[0])
    assert pauses[0] < pauses[2] > pauses[3]
    assert again > pauses[3] - 1


def test_the_bell_takes_no_page_away_when_the_session_is_over(client: Client) -> None:
    client.cookies.clear()
    answer = client.get("/notifications/bell/?step=1&looks=1&seen=0", headers=HTMX)
    assert answer.status_code == 200
    assert "HX-Redirect" not in answer
    assert "hx-get" not in answer.text


def test_the_bell_breaks_no_page_without_its_table(client: Client) -> None:
    one()

    def gone(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "notifications_notification" in sql:
            raise OperationalError("the connection is closed")
        return execute(sql, params, many, context)

    try:
        with connection.execute_wrapper(gone):
            page = client.get("/devices/")
        assert page.status_code == 200
        assert 'id="bell"' in page.text
        assert "unread" not in page.text
    finally:
        database.worked()


def test_the_inbox_asks_the_database_the_same_however_much_there_is(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    many(60)
    asks()
    client.get("/notifications/")
    with django_assert_max_num_queries(9):
        client.get("/notifications/")


def test_a_question_has_one_spelling() -> None:
    from django.http import QueryDict

    asked = Asked.read(QueryDict("category=cases&show=unread&category=money_in&category=cases&x=1"))
    assert asked.query_string == "show=unread&category=money_in&category=cases"
    assert Asked.read(QueryDict(asked.query_string)) == asked


def test_clocks_in_sentences_are_her_own(client: Client) -> None:
    until = (timezone.now() + timedelta(hours=3)).replace(minute=7)
    one("transaction.action_required", object_id="txn_asks", expires_at=until.isoformat())
    clock = until.astimezone(ZoneInfo("Europe/Berlin")).strftime("%H:%M")
    (told,) = html.fromstring(client.get("/notifications/").text).cssselect(".told-text")
    assert clock in told.text_content()
    assert clock in client.get("/api/v1/notifications").json()["data"][0]["text"]
