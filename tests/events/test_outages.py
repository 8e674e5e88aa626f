"""Taking in over two instances, with stores and services gone: nothing is lost or doubled."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import requests
from django.db import connection

from selfcare.events.models import Event, Refusal
from tests.events.posted import body_of, post_to
from tests.support.servers import Server
from tools.children import wait_until
from tools.postgres import Postgres
from tools.valkey import Valkey

Instances = Callable[..., list[Server]]


def test_two_instances_take_each_event_once(instances: Instances) -> None:
    both = instances(2)
    bodies = [body_of() for _ in range(60)]
    # Each three times, to either, at the same moment.
    posts = [(both[n % 2].url, body) for n, body in enumerate(bodies * 3)]
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda post: post_to(*post), posts))
    assert {answer.status_code for answer in answers} == {202}
    assert not [answer for answer in answers if "Set-Cookie" in answer.headers]
    assert Event.objects.count() == 60
    assert not Refusal.objects.exists()


def test_of_two_bodies_under_one_id_exactly_one_is_taken(instances: Instances) -> None:
    both = instances(2)
    pairs = [(body_of(), body_of()) for _ in range(20)]
    for one, other in pairs:
        other["id"] = one["id"]
    posts = [(both[side].url, pair[side]) for pair in pairs for side in (0, 1)]
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda post: post_to(*post), posts))
    assert sorted(answer.status_code for answer in answers) == [202] * 20 + [409] * 20
    assert Event.objects.count() == Refusal.objects.filter(reason="conflicting").count() == 20


def test_it_takes_events_with_redis_and_the_platforms_services_gone(
    instances: Instances, valkey_server: Valkey
) -> None:
    nowhere = "http://127.0.0.1:9"
    (server,) = instances(1, TRANSACTIONS_URL=nowhere, AUTH_ISSUER=nowhere, SMTP_URL="")
    valkey_server.stop(kill=True)
    for _ in range(5):
        began = time.monotonic()
        assert post_to(server.url, body_of()).status_code == 202
        assert time.monotonic() - began < 1
    assert Event.objects.count() == 5


def test_the_platform_comes_again_after_a_restart_of_the_database(
    instances: Instances, postgres_server: Postgres
) -> None:
    (server,) = instances(1)
    before, meanwhile = body_of(), body_of()
    assert post_to(server.url, before).status_code == 202
    postgres_server.stop(kill=True)
    try:
        answer = post_to(server.url, meanwhile)
        assert answer.status_code == 503
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert int(answer.headers["Retry-After"]) >= 1
        unsigned = requests.post(f"{server.url}/hooks/platform", json=meanwhile, timeout=15)
        assert unsigned.status_code == 401, "whoever didn't sign learns nothing of our stores"
    finally:
        postgres_server.start()
        connection.close()
        connection.close_pool()
    assert wait_until(lambda: post_to(server.url, meanwhile).status_code == 202, seconds=10)
    for body in (before, meanwhile):
        assert post_to(server.url, body).status_code == 202
    assert Event.objects.count() == 2


def test_a_slow_sender_keeps_no_other_waiting(instances: Instances) -> None:
    """More bodies than the instance has threads begin and don't go on."""
    import socket

    (server,) = instances(1)
    head = (
        b"POST /hooks/platform HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: 60000\r\n\r\n{"
    )
    slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(4)]
    try:
        for one in slow:
            one.sendall(head)
        assert post_to(server.url, body_of()).status_code == 202
    finally:
        for one in slow:
            one.close()


def test_it_wants_to_know_how_long_a_body_is(instances: Instances) -> None:
    (server,) = instances(1)
    answer = requests.post(
        f"{server.url}/hooks/platform",
        data=iter([b"{}"]),
        headers={"Content-Type": "application/json"},
        timeout=15,
    )
    assert answer.status_code == 411
    assert answer.json()["code"] == "length_required"
