"""Calls to addresses that people named: never inside, and a bad host keeps nobody's place."""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from selfcare import deadline, errors
from selfcare.clients import allowed, hosts, outbound
from tests.support.dns import ChangingDns


@pytest.fixture(autouse=True)
def at_rest() -> Iterator[None]:
    outbound.forget()
    yield
    outbound.forget()


# ── Where it goes ───────────────────────────────────────────────────────────────────────────
def test_it_connects_to_the_address_that_it_looked_at(monkeypatch: pytest.MonkeyPatch):
    dns = ChangingDns("93.184.216.34", "127.0.0.1")
    monkeypatch.setattr(socket, "getaddrinfo", dns)
    went: list[Any] = []

    def connect(address: Any, **_: Any) -> Any:
        went.append(address)
        raise OSError("nobody there")

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(outbound.errors.NotSent):
        outbound.post(
            "push",
            "https://push.rebind.localhost:8443/1",
            person="usr_1",
            data=b"x",
            headers={},
        )
    # Looked up once: what was judged is where it went.
    assert went == [("93.184.216.34", 8443)]
    assert dns.asked == 1


def test_it_refuses_a_name_with_one_private_address_among_others(
    monkeypatch: pytest.MonkeyPatch,
):
    def both(host: Any, port: Any, *_: Any, **__: Any) -> Any:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))
            for ip in ("93.184.216.34", "10.0.0.1")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with pytest.raises(allowed.NotAllowed, match="private"):
        allowed.check("https://push.both.localhost/1")


def test_it_leaves_a_host_alone_ever_longer_that_answers_nobody(monkeypatch: pytest.MonkeyPatch):
    now = 1000.0
    monkeypatch.setattr(hosts.time, "monotonic", lambda: now)
    rests, tried = hosts.Rests("outbound"), []
    while now < 1000 + 3600:
        with suppress(outbound.errors.NotSent):
            rests.ask("push", "hangs.example")
            tried.append(now)
            rests.note("hangs.example", worked=False)
        now += 1
    # Three at once, and then hardly more than one in eight minutes.
    assert len(tried) <= 3 + 4 + 3600 / 480
    rests.note("hangs.example", worked=True)
    for _ in range(3):
        rests.ask("push", "hangs.example")
    rests.ask("push", "another.example")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("100.64.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::10.0.0.1", False),
        ("2002:7f00:1::", False),
        ("ff02::1", False),
    ],
)
def test_it_knows_private_addresses(address: str, public: bool):
    assert allowed.is_public(ipaddress.ip_address(address)) is public


# ── Hosts that keep a call ──────────────────────────────────────────────────────────────────
def test_it_leaves_a_host_alone_that_never_answers(settings: Any):
    quiet = socket.socket()
    quiet.bind(("127.0.0.1", 0))
    port = quiet.getsockname()[1]
    quiet.close()
    settings.OUTBOUND_PRIVATE_HOSTS = [f"127.0.0.1:{port}"]
    said = []
    for _ in range(hosts.FAILURES + 1):
        with pytest.raises(errors.NotSent) as caught:
            outbound.post(
                "push", f"http://127.0.0.1:{port}/1", person="usr_1", data=b"x", headers={}
            )
        said.append(caught.value.detail)
    assert said[-1] == "the host is resting"
    assert "the host is resting" not in said[:-1]


@contextmanager
def server(host: str, speak: Callable[[socket.socket], None]) -> Iterator[str]:
    """Somebody's host on this machine; gives its `host:port`."""
    listening = socket.create_server((host, 0))
    spoken: list[socket.socket] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                spoken.append(listening.accept()[0])
                threading.Thread(target=quietly, args=(spoken[-1],), daemon=True).start()

    def quietly(one: socket.socket) -> None:
        with suppress(OSError):
            speak(one)

    threading.Thread(target=serve, daemon=True).start()
    yield f"{host}:{listening.getsockname()[1]}"
    for one in (listening, *spoken):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


def drip(one: socket.socket) -> None:
    """The head of an answer, one byte now and then, that never ends."""
    one.recv(65536)
    one.sendall(b"HTTP/1.1 201 Created\r\nX-Drip: ")
    while True:
        one.sendall(b"a")
        time.sleep(0.05)


def drip_in_handshake(one: socket.socket) -> None:
    """A record of TLS that says it is long, and comes one byte now and then."""
    one.recv(65536)
    one.sendall(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")
    while True:
        one.sendall(b"\x00")
        time.sleep(0.05)


def answer(one: socket.socket) -> None:
    while one.recv(65536):
        one.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")


def post(url: str, person: str = "usr_1", *, seconds: float = 5) -> str:
    """What came of it: the status, or what the failure says."""
    try:
        with deadline.within(seconds):
            return str(outbound.post("push", url, person=person, data=b"x", headers={}).status)
    except errors.NoAnswer as failure:
        return failure.detail


@pytest.mark.parametrize(("scheme", "speak"), [("http", drip), ("https", drip_in_handshake)])
def test_it_has_its_places_back_from_hosts_that_drip(
    settings: Any, scheme: str, speak: Callable[[socket.socket], None]
):
    with (
        server("127.0.0.2", speak) as one,
        server("127.0.0.3", speak) as two,
        server("127.0.0.1", answer) as good,
    ):
        settings.OUTBOUND_PRIVATE_HOSTS = [one, two, good]
        with ThreadPoolExecutor(outbound.PLACES) as people:
            said = list(
                people.map(
                    lambda n: post(f"{scheme}://{(one, two)[n % 2]}/", f"usr_{n}", seconds=0.8),
                    range(outbound.PLACES),
                )
            )
        # Where a drop comes late, the read that waits for it is the first to give up.
        assert set(said) <= {"no answer in time", "ReadTimeout"}
        assert post(f"http://{good}/") == "201"


def test_it_gives_one_host_no_more_than_half_of_its_places(settings: Any):
    with server("127.0.0.2", drip) as bad, server("127.0.0.1", answer) as good:
        settings.OUTBOUND_PRIVATE_HOSTS = [bad, good]
        with ThreadPoolExecutor(outbound.PLACES) as people:
            dripping = [
                people.submit(post, f"http://{bad}/", f"usr_{n}", seconds=1.5)
                for n in range(outbound.PLACES)
            ]
            time.sleep(0.6)
            assert post(f"http://{good}/", "usr_good") == "201"
            said = [one.result() for one in dripping]
        assert said.count("no answer in time") == outbound.PLACES // 2
        assert said.count("their share of places is taken") == outbound.PLACES // 2


def test_it_gives_one_person_no_more_than_a_quarter_of_its_places(settings: Any):
    with (
        server("127.0.0.2", drip) as one,
        server("127.0.0.3", drip) as two,
        server("127.0.0.1", answer) as good,
    ):
        settings.OUTBOUND_PRIVATE_HOSTS = [one, two, good]
        with ThreadPoolExecutor(outbound.PLACES) as people:
            dripping = [
                people.submit(post, f"http://{(one, two)[n % 2]}/", "usr_bad", seconds=1.5)
                for n in range(outbound.PLACES)
            ]
            time.sleep(0.6)
            assert post(f"http://{good}/", "usr_good") == "201"
            said = [each.result() for each in dripping]
        assert said.count("no answer in time") == outbound.PLACES // 4


def test_it_takes_no_host_for_dead_that_it_did_not_ask(settings: Any):
    with server("127.0.0.2", drip) as bad, server("127.0.0.1", answer) as good:
        settings.OUTBOUND_PRIVATE_HOSTS = [bad, good]
        with ThreadPoolExecutor(outbound.PLACES) as people:
            dripping = [
                people.submit(post, f"http://{bad}/", "usr_bad", seconds=3)
                for _ in range(outbound.PLACES // 4)
            ]
            time.sleep(0.2)
            for _ in range(hosts.FAILURES + 1):
                assert post(f"http://{good}/", "usr_bad") == "their share of places is taken"
            for _ in range(hosts.FAILURES + 1):
                assert post(f"http://{good}/", "usr_good", seconds=0) == "no time was left"
            assert post(f"http://{good}/", "usr_good") == "201"
            for one in dripping:
                one.result()


def test_it_looks_up_on_while_name_servers_say_nothing(monkeypatch: pytest.MonkeyPatch):
    real, over = socket.getaddrinfo, threading.Event()

    def look_up(host: Any, *rest: Any, **more: Any) -> Any:
        if str(host).startswith("silent"):
            over.wait(20)
        return real("localhost" if str(host).endswith(".localhost") else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(allowed, "LOOK_UP_SECONDS", 0.3)
    try:
        # One name over and over, and as many names as four people may try to add at once.
        with ThreadPoolExecutor(16) as people:
            names = [f"https://silent{n % 12}.localhost/1" for n in range(48)]
            list(people.map(refusal, names))
        began = time.monotonic()
        assert refusal("https://good.localhost/1") == "private"
        assert time.monotonic() - began < 0.3
    finally:
        over.set()


def test_it_takes_no_host_for_dead_whose_name_it_did_not_get_to(monkeypatch: pytest.MonkeyPatch):
    over = threading.Event()

    def look_up(host: Any, *_: Any, **__: Any) -> Any:
        over.wait(20)
        raise socket.gaierror("nobody knows")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(allowed, "LOOK_UPS", 1)
    monkeypatch.setattr(allowed, "LOOK_UP_SECONDS", 0.05)
    monkeypatch.setattr(allowed, "look_ups", allowed._LookUps())
    try:
        tries = hosts.FAILURES + 1
        silent = [post("https://silent.localhost/1") for _ in range(tries)]
        waiting = [post("https://good.localhost/1") for _ in range(tries)]
    finally:
        over.set()
    assert silent[-1] == "the host is resting"
    assert "the host is resting" not in waiting


def refusal(url: str) -> str:
    try:
        allowed.check(url)
    except allowed.NotAllowed as error:
        return error.code
    return ""
