"""The guard that keeps tests on this machine."""

import socket

import pytest
import requests

from tests.support.network import NetworkIsOffError, is_loopback


def test_it_refuses_an_address_elsewhere():
    with socket.socket() as outside, pytest.raises(NetworkIsOffError):
        outside.connect(("192.0.2.1", 80))


def test_it_refuses_a_name_elsewhere():
    with pytest.raises(NetworkIsOffError):
        requests.get("http://selfcare.example/", timeout=1)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", "a.localhost", ""])
def test_it_knows_this_machine(host: str):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "0.0.0.0", "localhost.example", "example.org"])
def test_it_knows_other_machines(host: str):
    assert not is_loopback(host)
