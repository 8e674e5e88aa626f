"""Share links: what is chosen is shown, for a while, to whoever has the link."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from lxml import html

from selfcare.clients import transactions as service
from selfcare.documents.shares import actions, showing
from selfcare.documents.shares.models import MOST_LIVE, Share
from selfcare.documents.shares.views import address_of
from tests.support.control import Control, Person
from tests.support.signing_in import Walk

SignedIn = Callable[[Person], tuple[Client, Walk]]
ALL = list(showing.NAMES)


def paid(control: Control, person: Person) -> str:
    made = control.add_transaction(
        person,
        status="completed",
        merchant="Nordlicht Books",
        remittance_information="Order 4711",
        fee_minor=120,
    )
    return str(made["id"])


def make(client: Client, txn: str, **changes: object) -> Share:
    address = f"/transactions/{txn}/shares/new/"
    tree = html.fromstring(client.get(address).text)
    form = {
        "key": tree.cssselect("input[name=key]")[0].get("value"),
        "shown": list(showing.DEFAULT),
        "days": "7",
        **changes,
    }
    answer = client.post(address, form)
    assert answer.status_code == 303, answer.text
    row = Share.objects.get(key=form["key"])
    assert answer["Location"] == row.url
    return row


def path_of(row: Share) -> str:
    return "/shared/" + address_of(row).partition("/shared/")[2]


def test_the_link_shows_what_was_chosen_and_nothing_else(
    signed_in: SignedIn, control: Control, alice: Person, client: Client
):
    owner, _ = signed_in(alice)
    row = make(owner, paid(control, alice))
    assert address_of(row) in owner.get(row.url).text
    page = client.get(path_of(row))
    assert page.status_code == 200
    assert "64.90" in page.text
    assert "Nordlicht Books" in page.text
    for secret in ("Alice", "Marlow", "4711", "1.20", row.transaction_id, "5,000"):
        assert secret not in page.text
    assert page["Cache-Control"] == "no-store, private"
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert page["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("shown", [["amount"], ["status"], ["message", "fee"], ALL])
def test_each_choice_is_kept(
    signed_in: SignedIn, control: Control, alice: Person, client: Client, shown: list[str]
):
    owner, _ = signed_in(alice)
    page = client.get(path_of(make(owner, paid(control, alice), shown=shown))).text
    told = {"64.90": "amount", "Nordlicht": "counterparty", "4711": "message", "1.20": "fee"}
    for text, name in told.items():
        assert (text in page) == (name in shown), name


def test_its_owner_and_programs_are_not_counted(
    signed_in: SignedIn, control: Control, alice: Person, client: Client
):
    owner, _ = signed_in(alice)
    row = make(owner, paid(control, alice))
    owner.get(path_of(row))
    client.head(path_of(row))
    client.get(path_of(row), headers={"Sec-Purpose": "prefetch"})
    assert Share.objects.get(pk=row.pk).views == 0
    client.get(path_of(row))
    client.get(path_of(row))
    assert Share.objects.get(pk=row.pk).views == 2
    assert "2 times" in owner.get(row.url).text


def test_ended_and_invented_links_look_the_same(
    signed_in: SignedIn, control: Control, alice: Person, client: Client
):
    owner, _ = signed_in(alice)
    txn = paid(control, alice)
    revoked, expired = make(owner, txn), make(owner, txn)
    paths = [path_of(revoked), path_of(expired), "/shared/never/", f"/shared/{'x' * 4000}/"]
    assert owner.post(f"{revoked.url}revocations/").status_code == 303
    Share.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    pages = [client.get(path) for path in paths]
    assert {page.status_code for page in pages} == {404}
    assert len({page.text.partition("<main")[2] for page in pages}) == 1


def test_ending_what_has_ended_is_no_error(signed_in: SignedIn, control: Control, alice: Person):
    owner, _ = signed_in(alice)
    row = make(owner, paid(control, alice))
    Share.objects.filter(pk=row.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    for _ in range(2):
        assert owner.post(f"{row.url}revocations/").status_code == 303
    assert "This link has ended" in owner.get(row.url).text


def test_only_its_owner_sees_and_ends_it(
    signed_in: SignedIn, control: Control, alice: Person, bob: Person
):
    owner, _ = signed_in(alice)
    row = make(owner, paid(control, alice))
    other, _ = signed_in(bob)
    assert other.get(row.url).status_code == 404
    assert other.post(f"{row.url}revocations/").status_code == 404
    assert other.get("/shares/shr_junk/").status_code == 404
    assert "Nordlicht" not in other.get("/shares/").text
    assert "Nordlicht" in owner.get("/shares/").text
    assert Share.objects.get(pk=row.pk).is_live


def test_the_token_is_not_in_the_table(
    signed_in: SignedIn, control: Control, alice: Person, settings, client: Client
):
    owner, _ = signed_in(alice)
    row = make(owner, paid(control, alice))
    token = actions.token_of(row)
    assert token not in str(Share.objects.filter(pk=row.pk).values().get())
    path = path_of(row)
    settings.SECRET_KEY = "another" * 8
    assert client.get(path).status_code == 200
    assert actions.token_of(row) == ""


def test_a_double_click_makes_one_link(signed_in: SignedIn, control: Control, alice: Person):
    owner, _ = signed_in(alice)
    txn = paid(control, alice)
    key = "a-key-that-came-twice"
    assert make(owner, txn, key=key).pk == make(owner, txn, key=key).pk
    answer = owner.post(
        f"/transactions/{txn}/shares/new/", {"key": key, "shown": ["amount"], "days": "1"}
    )
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "form",
    [{"shown": []}, {"shown": ["balance"]}, {"days": "365"}, {"days": ""}, {"shown": ["notes"]}],
)
def test_what_can_not_be_chosen_is_refused_with_a_sentence(
    signed_in: SignedIn, control: Control, alice: Person, form: dict[str, object]
):
    owner, _ = signed_in(alice)
    address = f"/transactions/{paid(control, alice)}/shares/new/"
    body = {"key": "k" * 20, "shown": ["amount"], "days": "1", **form}
    answer = owner.post(address, body)
    assert answer.status_code == 422
    assert "No link was made" in answer.text
    assert not Share.objects.exists()


def test_at_most_twenty_are_open_however_many_ask_at_once(
    transactional_db: None, control: Control, alice: Person
):
    txn = service.transaction(alice.sub, paid(control, alice))

    def share(number: int) -> bool:
        try:
            actions.share(txn=txn, key=f"key-number-{number:06}", shown=["amount"], days=1)
        except actions.TooManyShares:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(share, range(MOST_LIVE + 5)))
    assert made.count(True) == MOST_LIVE
    actions.revoke(alice.sub, Share.objects.earliest("created_at").public_id)
    assert share(99)


def test_the_full_house_is_told(signed_in: SignedIn, control: Control, alice: Person):
    owner, _ = signed_in(alice)
    txn = paid(control, alice)
    for number in range(MOST_LIVE):
        actions.share(
            txn=service.transaction(alice.sub, txn), key=f"k{number:020}", shown=["fee"], days=1
        )
    body = {"key": "k" * 20, "shown": ["amount"], "days": "1"}
    answer = owner.post(f"/transactions/{txn}/shares/new/", body)
    assert answer.status_code == 409
    assert "20 links to it are open already" in answer.text


def test_the_service_down_is_told_and_not_counted(
    signed_in: SignedIn, control: Control, alice: Person, client: Client
):
    owner, _ = signed_in(alice)
    row = make(owner, paid(control, alice))
    control.fault("detail", "error", sub=alice.sub)
    page = client.get(path_of(row))
    assert page.status_code == 503
    assert "64.90" not in page.text
    assert Share.objects.get(pk=row.pk).views == 0
