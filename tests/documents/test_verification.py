"""Anyone verifies a receipt: amount, day and state, and nothing about whom."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from selfcare.clients import transactions as service
from selfcare.documents.receipts import actions, codes, qr, tries
from selfcare.documents.receipts.models import PrintedState, ReceiptCode, TryCount
from selfcare.documents.shares import actions as shares
from tests.conftest import NewInstances
from tests.support.control import Control, Person
from tests.support.signing_in import Walk

SignedIn = Callable[[Person], tuple[Client, Walk]]


def printed(signed_in: SignedIn, control: Control, person: Person, **facts: object) -> ReceiptCode:
    named = {"status": "completed", "merchant": "Nordlicht Books", **facts}
    made = control.add_transaction(person, remittance_information="Order 4711", **named)
    client, _ = signed_in(person)
    assert client.get(f"/transactions/{made['id']}/receipt/").status_code == 200
    return ReceiptCode.objects.get(transaction_id=made["id"])


def test_a_visitor_sees_amount_day_and_state_and_nothing_else(
    signed_in: SignedIn, control: Control, alice: Person, client: Client
):
    code = printed(signed_in, control, alice)
    page = client.get(code.path)
    assert page.status_code == 200
    assert "This receipt matches" in page.text
    assert "64.90" in page.text
    assert "Completed" in page.text
    # The code itself is what the visitor brought; it may hold any two letters by chance.
    told = page.text.partition("<main")[2].replace(code.grouped, "").replace(code.code, "")
    for secret in ("Alice", "Marlow", "Nordlicht", "4711", code.transaction_id, alice.sub, "DE"):
        assert secret not in told
    assert page["Cache-Control"] == "no-store, private"
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert page["Referrer-Policy"] == "no-referrer"


def test_it_takes_a_code_as_people_type_it(
    signed_in: SignedIn, control: Control, alice: Person, client: Client
):
    code = printed(signed_in, control, alice)
    typed = f" {code.grouped.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "
    led = client.get("/verify/", {"code": typed})
    assert led.status_code == 303
    assert led["Location"] == code.path
    assert client.get(f"/verify/{code.code.lower()}/").status_code == 200


def test_it_says_what_has_changed_since(
    signed_in: SignedIn, control: Control, alice: Person, client: Client
):
    code = printed(signed_in, control, alice, status="processing")
    assert "It matches, and it is not final yet" in client.get(code.path).text
    control.advance(code.transaction_id, "completed")
    page = client.get(code.path).text
    assert "This has changed since the receipt" in page
    assert "Completed" in page
    assert "On its way" in page
    owner, _ = signed_in(alice)
    owner.get(f"/transactions/{code.transaction_id}/receipt.pdf")
    assert "This receipt matches" in client.get(code.path).text
    assert PrintedState.objects.filter(code=code).count() == 2


def test_unknown_renewed_and_odd_codes_look_the_same(
    signed_in: SignedIn, control: Control, alice: Person, client: Client
):
    old = printed(signed_in, control, alice)
    actions.renew(alice.sub, old.transaction_id, instead_of=old.pk)
    pages = [client.get(f"/verify/{one}/") for one in (old.grouped, "R7KM-20TQ-9F4X-8B3N", "x")]
    pages.append(client.get(f"/verify/{'9' * 5000}/"))
    assert {page.status_code for page in pages} == {404}
    assert all("No receipt has this code" in page.text for page in pages)
    assert "64.90" not in "".join(page.text for page in pages)


@pytest.mark.parametrize("code", ["%F0%9F%9A%B2", "a b", "..%2f..", "<script>", "'--"])
def test_an_odd_code_is_an_answer(db: None, client: Client, code: str):
    assert client.get(f"/verify/{code}/").status_code in {400, 404}
    assert client.get(f"/verify/?code={code}").status_code in {400, 404}


def test_the_service_down_is_told_with_what_was_printed(
    signed_in: SignedIn, control: Control, alice: Person, client: Client
):
    code = printed(signed_in, control, alice)
    control.fault("detail", "error", sub=alice.sub)
    page = client.get(code.path)
    assert page.status_code == 503
    assert page["Retry-After"]
    assert "can’t be checked right now" in page.text
    assert "64.90" in page.text
    assert "matches" not in page.text


def test_one_address_may_not_try_for_ever(db: None, client: Client):
    answers = [client.get("/verify/R7KM-20TQ-9F4X-8B3N/") for _ in range(tries.MOST_TRIES + 1)]
    assert {one.status_code for one in answers[:-1]} == {404}
    assert answers[-1].status_code == 429
    assert 0 < int(answers[-1]["Retry-After"]) <= tries.WINDOW_SECONDS
    elsewhere = client.get("/verify/R7KM-20TQ-9F4X-8B3N/", REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 404
    assert not TryCount.objects.filter(who__contains="127.0").exists()


def test_the_neighbours_in_one_ipv6_net_count_as_one(db: None, client: Client):
    for end in range(3):
        client.get("/verify/R7KM-20TQ-9F4X-8B3N/", REMOTE_ADDR=f"2001:db8::{end}")
    assert TryCount.objects.get().count == 3


def test_two_old_addresses_in_the_new_notation_are_two(db: None, client: Client):
    # A server that listens on `::` sees those of IPv4 like this; all of them are in one /64.
    for end in range(3):
        client.get("/verify/R7KM-20TQ-9F4X-8B3N/", REMOTE_ADDR=f"::ffff:192.0.2.{end}")
    assert TryCount.objects.count() == 3


def test_no_log_holds_a_code_or_a_links_token(
    instances: NewInstances, control: Control, alice: Person
):
    made = control.add_transaction(alice, status="completed", merchant="Nordlicht Books")
    txn = service.transaction(alice.sub, made["id"])
    code = actions.note_print(txn)
    token = shares.token_of(
        shares.share(txn=txn, key="a-key-for-the-log", shown=["amount"], days=1)
    )
    control.fault("detail", "error", sub=alice.sub)
    (server,) = instances(1)
    for address in (code.path, f"/api/v1/verifications/{code.grouped}", f"/shared/{token}/"):
        assert requests.get(server.url + address, timeout=20).status_code == 503
        assert requests.post(server.url + address, timeout=20).status_code in {403, 405}
    log = server.log()
    assert "Service Unavailable: shared/<str:token>/" in log
    for secret in (code.grouped, code.code, token):
        assert secret not in log


def test_behind_a_proxy_the_address_is_the_one_it_saw(db: None, client: Client, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for invented in ("1.1.1.1", "2.2.2.2"):
        told = {"X-Forwarded-For": f"{invented}, 192.0.2.7"}
        client.get("/verify/R7KM-20TQ-9F4X-8B3N/", headers=told)
    assert TryCount.objects.get().count == 2


def test_two_prints_at_once_share_one_code(transactional_db: None):
    def make(_: int) -> str:
        try:
            return actions.code_for("usr_alice", "txn_1").code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(make, range(8)))
    assert len(made) == 1
    assert ReceiptCode.objects.count() == 1


def test_a_code_has_eighty_bits_and_no_letters_that_look_like_figures():
    assert len(codes.ALPHABET) ** codes.LENGTH == 2**80
    assert not set("ILOU") & set(codes.ALPHABET)
    assert len({codes.new() for _ in range(1000)}) == 1000


@given(st.text(max_size=60))
def test_reading_a_code_never_breaks(typed: str):
    read = codes.read(typed)
    assert read == "" or codes.read(codes.grouped(read)) == read


def test_a_qr_code_is_drawn_for_an_address_of_any_usual_length():
    assert qr.drawing("https://selfcare.example/verify/R7KM-20TQ-9F4X-8B3N/") is not None
    assert qr.drawing("x" * 200) is None
    grid = qr.matrix("https://selfcare.example/verify/R7KM-20TQ-9F4X-8B3N/")
    assert grid is not None
    assert len(grid) == 33
