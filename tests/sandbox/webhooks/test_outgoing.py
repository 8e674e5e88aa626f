"""What merchants' addresses can't do to us: lead inside, answer for ever, keep a place."""

import datetime
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_django import Settings

from sandbox.webhooks import addresses, outgoing
from tests.sandbox.webhooks import hooks

SECONDS = 0.5
NAME = "hooks.example"


@pytest.fixture(autouse=True)
def this_machine(settings: Settings) -> None:
    settings.SANDBOX_WEBHOOK_PRIVATE_HOSTS = frozenset({"127.0.0.1:*"})


def post(hook: hooks.Hook, **more: Any) -> outgoing.Reply:
    return outgoing.post(hook.url, b'{"a":1}', {"X-A": "b"}, SECONDS, **more)


# ── Where it goes ───────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/", "https://127.1/", "https://0x7f000001/", "https://2130706433/",
        "https://017700000001/", "https://localhost/", "https://10.1.2.3/", "https://172.16.0.1/",
        "https://192.168.0.1/", "https://169.254.169.254/latest/", "https://100.64.0.1/",
        "https://0.0.0.0/", "https://224.0.0.1/", "https://255.255.255.255/", "https://[::]/",
        "https://[::1]/", "https://[fe80::1]/", "https://[fc00::1]/", "https://[fec0::1]/",
        "https://[::ffff:127.0.0.1]/", "https://[::ffff:10.0.0.1]/", "https://[2002:7f00:1::]/",
        "https://[64:ff9b::127.0.0.1]/", "https://[64:ff9b:1::1]/", "https://[::127.0.0.1]/",
        "https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/", "https://[ff02::1]/",
        "https://198.18.0.1/", "https://192.0.2.1/", "https://[2001:db8::1]/",
    ],
)  # fmt: skip
def test_it_refuses_private_addresses_at_save_and_at_connect(url: str, settings: Settings) -> None:
    settings.SANDBOX_WEBHOOK_PRIVATE_HOSTS = frozenset()
    with pytest.raises(addresses.NotAllowedError, match="private"):
        addresses.check(url)
    assert outgoing.post(url, b"{}", {}).error == "private_address"


@pytest.mark.parametrize(
    "url",
    [
        "", "http://example.com/", "ftp://example.com/", "https://", "https:///a", "//example.com/",
        "https://user@example.com/", "https://user:word@example.com/", "https://example.com/#a",
        "https://example.com:25/", "https://example.com:99999/", "https://exa mple.com/",
        "https://example.com/\n", "https://ex\\ample.com/", "https://exämple.com/",
        "https://[::1/", "https://example.com/" + "a" * 500, "javascript:alert(1)",
    ],
)  # fmt: skip
def test_it_refuses_what_is_no_address_for_a_webhook(url: str) -> None:
    with pytest.raises(addresses.NotAllowedError, match="malformed"):
        addresses.check(url)


def test_it_lets_public_addresses_be() -> None:
    for url in ("https://93.184.216.34/hooks", "https://[2606:2800:220:1::1]:8443/a?b=c"):
        addresses.check(url)


class Dns:
    """A name server that changes its mind with each look."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self.answers, self.asked = list(answers), 0
        self.real = socket.getaddrinfo

    def __call__(self, host: Any, port: Any, *rest: Any, **more: Any) -> list[Any]:
        if host == "nobody.example":
            raise socket.gaierror("no such name")
        if host != NAME:
            return self.real(host, port, *rest, **more)
        told = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in told]


def test_a_name_that_leads_inside_by_the_second_look_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dns = Dns(("93.184.216.34",), ("127.0.0.1",))
    monkeypatch.setattr(socket, "getaddrinfo", dns)
    with hooks.serving() as hook:
        url = f"https://{NAME}:{hook.port}/hooks"
        addresses.check(url)
        assert outgoing.post(url, b"{}", {}, SECONDS).error == "private_address"
        assert hook.got == []
    assert dns.asked == 2


def test_it_connects_to_the_very_address_that_it_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    # The look-up says something public; whatever a later one would say, none is made.
    dns = Dns(("93.184.216.34",), ("127.0.0.1",))
    monkeypatch.setattr(socket, "getaddrinfo", dns)
    went: list[Any] = []

    def connect(address: Any, **_: Any) -> Any:
        went.append(address)
        raise OSError("nobody there")

    monkeypatch.setattr(socket, "create_connection", connect)
    assert outgoing.post(f"https://{NAME}/hooks", b"{}", {}).error == "no_connection"
    assert (went, dns.asked) == ([("93.184.216.34", 443)], 1)


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Dns(("93.184.216.34", "10.0.0.1")))
    with pytest.raises(addresses.NotAllowedError, match="private"):
        addresses.check(f"https://{NAME}/")
    assert outgoing.post(f"https://{NAME}/", b"{}", {}).error == "private_address"


def test_a_name_that_nobody_has_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Dns(("127.0.0.1",)))
    with pytest.raises(addresses.NotAllowedError, match="unknown_host"):
        addresses.check("https://nobody.example/")
    assert outgoing.post("https://nobody.example/", b"{}", {}).error == "unknown_host"


def test_it_asks_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with hooks.serving() as proxy, hooks.serving() as hook:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert post(hook).taken
        assert (len(hook.got), proxy.got) == (1, [])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_it_follows_no_redirect(status: int) -> None:
    with hooks.serving() as inside:
        with hooks.serving(hooks.says(status, b"", f"Location: {inside.url}")) as hook:
            reply = post(hook)
        assert (reply.status, reply.taken, inside.got) == (status, False, [])


# ── What comes back ─────────────────────────────────────────────────────────────────────────
def test_it_sends_the_body_and_keeps_what_was_said() -> None:
    with hooks.serving(hooks.says(200, "grüß\0dich".encode(), "X-Own: 1")) as hook:
        reply = post(hook)
    assert reply.taken
    (got,) = hook.got
    assert (got.line, got.body) == ("POST /hooks HTTP/1.1", b'{"a":1}')
    assert (got.headers["x-a"], got.headers["host"]) == ("b", f"127.0.0.1:{hook.port}")
    assert reply.response.startswith("HTTP/1.1 200 Told\n")
    assert reply.response.endswith("X-Own: 1\n\ngrüß�dich")
    assert '{"a":1}' in reply.request


@pytest.mark.parametrize("status", [204, 200, 299])
def test_any_2xx_takes_it(status: int) -> None:
    with hooks.serving(hooks.says(status)) as hook:
        assert post(hook).taken


@pytest.mark.parametrize(
    ("behave", "error", "status"),
    [
        (hooks.endless, "too_long", 200),
        (hooks.endless_head, "too_long", None),
        (hooks.dripping(b""), "timed_out", None),
        (hooks.dripping(b"HTTP/1.1 200 OK\r\nX-Slow: "), "timed_out", None),
        (hooks.dripping(b"HTTP/1.1 200 OK\r\n\r\n"), "timed_out", 200),
        (lambda wire: time.sleep(SECONDS * 2), "timed_out", None),
        (hooks.cut, "broken_answer", 200),
        (lambda wire: None, "broken_answer", None),
        (lambda wire: wire.sendall(b"\x16\x03\x01\x02 is not HTTP\r\n\r\n"), "broken_answer", None),
    ],
    ids=[
        "endless", "endless head", "dripping", "dripping head", "dripping body", "silent", "cut",
        "closed", "garbage",
    ],
)  # fmt: skip
def test_an_answer_without_an_end_is_none(
    behave: hooks.Behaviour, error: str, status: int | None
) -> None:
    with hooks.serving(behave) as hook:
        began = time.monotonic()
        reply = post(hook)
        took = time.monotonic() - began
    assert (reply.error, reply.status, reply.taken) == (error, status, False)
    assert took < SECONDS + 0.4
    assert len(reply.response) <= outgoing.KEPT_BYTES


def test_nobody_at_the_address_is_told_as_such() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert outgoing.post(f"http://127.0.0.1:{port}/", b"{}", {}).error == "no_connection"


# ── TLS ─────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ssl.SSLContext]:
    """A server's side with a certificate for NAME, whose authority this machine trusts for now."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    outgoing.trusted.cache_clear()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    yield server
    outgoing.trusted.cache_clear()


def test_it_checks_the_certificate_for_the_name_and_not_for_the_address(
    certified: ssl.SSLContext, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Dns(("127.0.0.1",)))
    with hooks.serving(tls=certified) as hook:
        settings.SANDBOX_WEBHOOK_PRIVATE_HOSTS = frozenset({f"{NAME}:*", "127.0.0.1:*"})
        assert outgoing.post(f"https://{NAME}:{hook.port}/", b"{}", {}).taken
        other = outgoing.post(f"https://127.0.0.1:{hook.port}/", b"{}", {})
        assert (other.error, len(hook.got)) == ("tls_failed", 1)


def test_a_handshake_that_never_ends_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        port = silent.getsockname()[1]
        reply = outgoing.post(f"https://127.0.0.1:{port}/", b"{}", {}, SECONDS)
        assert reply.error == "timed_out"
        assert time.monotonic() - began < SECONDS + 0.4


def test_the_numbers_that_no_name_server_is_asked_for() -> None:
    assert not addresses.is_public(ipaddress.ip_address("::ffff:169.254.169.254"))
    assert addresses.is_public(ipaddress.ip_address("64:ff9b::93.184.216.34"))
