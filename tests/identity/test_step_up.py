"""A fresh proof for one thing: asked of the provider, checked, used once."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.conf import settings
from django.test import Client, RequestFactory
from django.utils import timezone

from selfcare.identity import step_up
from selfcare.identity.middleware import person_of
from selfcare.identity.models import Proof, Session
from selfcare.identity.session_store import SessionStore
from selfcare.web.request import SignedInRequest
from tests.identity.conftest import lead, path_of
from tests.support.control import Control, Person
from tests.support.provider import Provider
from tests.support.sign_in import sign_in
from tests.support.signing_in import Walk

COOKIE = settings.SESSION_COOKIE_NAME
BOUND = "confirm 64.90 EUR to Nordlicht Books, version 3"
SUBJECT = "248289761001"
Begun = Callable[..., str]


def request_of(client: Client, key: str = "") -> SignedInRequest:
    """What a view of another feature has in its hands."""
    request = cast(SignedInRequest, RequestFactory().post("/instructions/ins_1/prove/"))
    request.session = SessionStore(key or client.cookies[COOKIE].value)
    person = person_of(cast(SessionStore, request.session))
    assert person
    request.person = person
    request.request_id = "test"
    cast(Any, request).htmx = False
    return request


def begin(client: Client, bound_to: str = BOUND, to: str = "/devices/?proceed") -> str:
    """Begins a step-up as a feature would; the address at the provider."""
    answer = step_up.begin(request_of(client), purpose="confirm", bound_to=bound_to, return_to=to)
    client.cookies.update(answer.cookies)
    return str(answer["Location"])


def prove(client: Client, **more: str) -> Any:
    answer = requests.get(begin(client, **more), allow_redirects=False, timeout=5)
    return client.get(path_of(answer.headers["Location"]))


@pytest.fixture
def jane(db: None, provider: Provider) -> Client:
    client = Client()
    sign_in(client, SUBJECT, "Jane Doe", email="jane@example.com", sid="s1")
    return client


def test_it_asks_for_a_fresh_strong_proof_of_this_person(jane: Client) -> None:
    asked = {k: v[0] for k, v in parse_qs(urlsplit(begin(jane)).query).items()}
    assert asked["acr_values"] == settings.AUTH_STEP_UP_ACR
    assert asked["max_age"] == "0"
    assert asked["login_hint"] == "jane@example.com"
    assert asked["tenant"] == "1", "a query in the provider's own address stays"


def test_a_proof_counts_once_and_for_one_thing(jane: Client) -> None:
    done = prove(jane)
    assert done.status_code == 302
    assert done["Location"] == "/devices/?proceed"
    request = request_of(jane)
    assert step_up.take(request, bound_to=BOUND + "0") is None
    proof = step_up.take(request, bound_to=BOUND)
    assert proof
    assert proof.acr == settings.AUTH_STEP_UP_ACR
    assert abs(proof.authenticated_at - timezone.now()) < timedelta(seconds=10)
    assert step_up.take(request, bound_to=BOUND) is None


def test_a_proof_is_of_one_session(jane: Client) -> None:
    prove(jane)
    elsewhere = Client()
    sign_in(elsewhere, SUBJECT)
    assert step_up.take(request_of(elsewhere), bound_to=BOUND) is None
    bob = Client()
    sign_in(bob, "usr_bob")
    assert step_up.take(request_of(bob), bound_to=BOUND) is None
    assert step_up.take(request_of(jane), bound_to=BOUND)


def test_a_proof_counts_for_two_minutes(jane: Client) -> None:
    prove(jane)
    left = Proof.objects.get().expires_at - timezone.now()
    assert timedelta(seconds=100) < left <= timedelta(minutes=2)
    Proof.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert step_up.take(request_of(jane), bound_to=BOUND) is None


def test_one_of_many_takers_gets_the_proof(transactional_db: None, provider: Provider) -> None:
    client = Client()
    sign_in(client, SUBJECT, "Jane Doe", email="jane@example.com")
    prove(client)
    taken: list[Proof | None] = []
    request = request_of(client)

    def take() -> None:
        from django.db import connection

        taken.append(step_up.take(request, bound_to=BOUND))
        connection.close()

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([proof for proof in taken if proof]) == 1


@pytest.mark.parametrize(
    "lie",
    [
        {"sub": "somebody-else"},
        {"acr": "urn:openbanking:psd2:ca"},
        {"acr": ["urn:openbanking:psd2:sca"]},
        {"acr": None},
        {"auth_time": None},
        {"auth_time": "now"},
        {"auth_time": True},
    ],
)
def test_it_takes_no_proof_with(jane: Client, provider: Provider, lie: dict[str, Any]) -> None:
    key = jane.cookies[COOKIE].value
    provider.change_claims = lambda claims: claims.update(lie)
    provider.change_userinfo = lambda claims: claims.update(sub=lie.get("sub", SUBJECT))
    page = prove(jane)
    assert page.status_code == 403
    assert "Nothing was confirmed" in page.content.decode()
    assert "/devices/?proceed" in page.content.decode()
    assert not Proof.objects.exists()
    assert jane.cookies[COOKIE].value == key
    assert "Jane Doe" in jane.get("/devices/").content.decode(), "the session is as it was"


def test_it_takes_no_proof_made_before_it_asked(jane: Client, provider: Provider) -> None:
    provider.change_claims = lambda claims: claims.update(auth_time=int(time.time()) - 60)
    assert prove(jane).status_code == 403
    assert not Proof.objects.exists()


def test_a_sign_in_is_no_proof(db: None, provider: Provider) -> None:
    provider.change_claims = lambda claims: claims.update(acr=settings.AUTH_STEP_UP_ACR)
    client = Client()
    assert client.get(lead(client)).status_code == 302
    assert request_of(client).person.acr == settings.AUTH_STEP_UP_ACR
    assert step_up.take(request_of(client), bound_to=BOUND) is None


def test_a_step_up_of_an_ended_session_proves_nothing(jane: Client) -> None:
    answer = requests.get(begin(jane), allow_redirects=False, timeout=5)
    sign_in(jane, SUBJECT, "Jane Doe")
    page = jane.get(path_of(answer.headers["Location"]))
    assert page.status_code == 403
    assert not Proof.objects.exists()


def test_a_step_up_begins_no_session(jane: Client) -> None:
    answer = requests.get(begin(jane), allow_redirects=False, timeout=5)
    before = Session.objects.count()
    del jane.cookies[COOKIE]
    page = jane.get(path_of(answer.headers["Location"]))
    assert page.status_code == 403
    assert Session.objects.count() == before
    assert jane.get("/devices/").status_code == 302


def test_leaving_the_provider_leads_back(jane: Client, provider: Provider) -> None:
    def leave(answer: dict[str, str]) -> None:
        answer.pop("code")
        answer["error"] = "access_denied"

    provider.change_answer = leave
    page = prove(jane)
    assert page.status_code == 403
    assert 'href="/devices/?proceed"' in page.content.decode()


def test_an_answer_that_comes_twice_makes_one_proof(jane: Client) -> None:
    answer = requests.get(begin(jane), allow_redirects=False, timeout=5)
    way = path_of(answer.headers["Location"])
    assert jane.get(way)["Location"] == jane.get(way)["Location"] == "/devices/?proceed"
    assert Proof.objects.count() == 1


def test_it_leads_to_no_other_site(jane: Client) -> None:
    assert prove(jane, to="https://evil.example/")["Location"] == "/"


@pytest.mark.parametrize("bound_to", ["", "x" * 201])
def test_it_binds_to_something_that_can_be_kept(jane: Client, bound_to: str) -> None:
    with pytest.raises(ValueError, match="bound_to"):
        begin(jane, bound_to=bound_to)


def test_it_says_when_the_provider_is_gone(jane: Client, provider: Provider) -> None:
    provider.close()
    answer = step_up.begin(
        request_of(jane), purpose="confirm", bound_to=BOUND, return_to="/devices/"
    )
    assert answer.status_code == 503
    assert 'href="/devices/"' in answer.content.decode()


def test_the_box_asks_for_the_code_alone(
    signed_in_at_provider: Callable[..., tuple[Client, Walk]], alice: Person, control: Control
) -> None:
    client, walk = signed_in_at_provider(alice)
    page = walk.session.get(begin(client), timeout=10)
    assert 'autocomplete="one-time-code"' in page.text
    assert 'type="password"' not in page.text
    way = walk.to_callback(begin(client))
    done = client.get(way.removeprefix(settings.SELFCARE_URL))
    assert done["Location"] == "/devices/?proceed"
    assert step_up.take(request_of(client), bound_to=BOUND)


def test_the_box_lets_nobody_prove_it_for_somebody_else(
    signed_in_at_provider: Callable[..., tuple[Client, Walk]],
    alice: Person,
    bob: Person,
    control: Control,
) -> None:
    client, _ = signed_in_at_provider(alice)
    with requests.Session() as session:
        way = Walk(bob, control, session).to_callback(begin(client))
    page = client.get(way.removeprefix(settings.SELFCARE_URL))
    assert page.status_code == 403
    assert alice.name in page.content.decode()
    assert not Proof.objects.exists()
