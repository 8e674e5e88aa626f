"""What only the real server shows: lines and bodies that it would refuse before we see them."""

import requests

from tests.conftest import NewInstances


def test_a_long_query_reaches_us(instances: NewInstances) -> None:
    (server,) = instances(1)
    query = "x" * 10_000
    page = requests.get(f"{server.url}/nowhere/?q={query}", timeout=10)
    assert page.status_code == 404
    assert "<h1" in page.text
    problem = requests.get(f"{server.url}/api/v1/transactions?q={query}", timeout=10)
    assert problem.status_code == 401
    assert problem.headers["Content-Type"] == "application/problem+json"


def test_an_endless_line_is_refused(instances: NewInstances) -> None:
    (server,) = instances(1)
    page = requests.get(f"{server.url}/nowhere/?q={'x' * 100_000}", timeout=10)
    assert 400 <= page.status_code < 500
