"""The benchmark, small: it sets up, signs in, measures every page and says how they compare."""

import os
import subprocess
import sys

import pytest

from tools.bench.load import Target, percentile

SMALL = {
    "BENCH_TRANSACTIONS": "600",
    "BENCH_ROUNDS": "1",
    "BENCH_SECONDS": "0.05",
    "BENCH_IDLE_SECONDS": "0.5",
    "BENCH_EVENTS_SECONDS": "0.5",
    "BENCH_EVENTS_RATE": "60",
    "BENCH_TELLING_SECONDS": "2",
    "BENCH_TELLING_RATE": "10",
    "BENCH_FLOOD_SECONDS": "2",
    "BENCH_FLOOD_RATE": "200",
}


def run(**env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tools.bench"],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_it_measures_every_page_beside_the_empty_view() -> None:
    done = run(**SMALL)
    assert done.returncode == 0, done.stdout + done.stderr
    for words in ("empty Django view", "list, page 1 ", "list, page 4", "search, a rare", "detail"):
        assert f"\n{words}" in done.stdout
    assert "page 4 beside page 1: costs" in done.stdout
    assert "memory of selfcare" in done.stdout
    assert "\ncsv as a job " in done.stdout
    assert "while an export runs" in done.stdout
    assert "\nhook, steadily 60 a second " in done.stdout
    assert "730 events posted, 730 kept." in done.stdout
    assert "400 requests of one key, wanted 200 a second" in done.stdout
    assert "refused with 429" in done.stdout
    for words in ("in the inbox", "at the mail server", "alone", "beside the flood"):
        assert f"\n{words} " in done.stdout


def test_it_refuses_a_number_that_is_none() -> None:
    done = run(BENCH_TRANSACTIONS="many")
    assert done.returncode == 1
    assert "BENCH_TRANSACTIONS is 'many'" in done.stderr


def test_shares_come_from_rounds_that_lie_side_by_side() -> None:
    # The third round met a busy machine: both were slower, and their ratio says nothing of it.
    ours = Target("ours", 1, ["/"], rates=[100.0, 100.0, 10.0])
    other = Target("other", 1, ["/"], rates=[400.0, 410.0, 40.0])
    assert ours.share_of(other) == pytest.approx(4.0)


def test_percentiles_lie_within_what_was_measured() -> None:
    times = [float(n) for n in range(1, 101)]
    assert percentile(times, 50) == pytest.approx(50.5)
    assert percentile(times, 99) == pytest.approx(99.01)
    assert percentile([3.0], 99) == 3.0
