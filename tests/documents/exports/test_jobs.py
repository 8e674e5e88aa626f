"""Large exports: by a worker, part by part, surviving kills, outages and second thoughts."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.core.files.storage import default_storage
from django.utils import timezone

from selfcare.documents.exports import actions, jobs
from selfcare.documents.exports.models import Export, ExportPart, State
from tests.documents.exports.asked import Ask
from tests.support import servers
from tests.support.control import Control, Person
from tools.children import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def run() -> None:
    jobs.run_due(threading.Event())


def now(export: Export) -> Export:
    export.refresh_from_db()
    return export


@pytest.fixture
def other(control: Control) -> Person:
    """Somebody else with a few transactions."""
    return control.add_person("Olaf Other", history=12)


def lines(export: Export) -> list[bytes]:
    with default_storage.open(export.file) as file:
        return file.read().splitlines()


@pytest.fixture
def workers(box: servers.Server, test_database_url: str) -> Iterator[Callable[..., servers.Server]]:
    started = []

    def start(**env: str) -> servers.Server:
        one = servers.new_worker(
            test_database_url, **{"EXPORT_LEASE_SECONDS": "2", "EXPORT_PART_ROWS": "10", **env}
        )
        started.append(one)
        one.start()
        return one

    yield start
    for one in started:
        one.remove()


def test_it_makes_the_same_file_in_parts_as_at_once(
    wealthy: Person, ask: Ask, as_jobs: Callable[[int], None]
) -> None:
    at_once = ask(wealthy)
    as_jobs(10)
    later = ask(wealthy)
    assert (at_once.state, later.state) == (State.READY, State.WAITING)
    run()
    assert now(later).state == State.READY
    assert later.rows == at_once.rows > 50
    assert later.sha256 == at_once.sha256
    assert later.totals == at_once.totals
    assert not ExportPart.objects.filter(export=later).exists()
    assert default_storage.listdir(later.folder)[1] == [later.file.rpartition("/")[2]]


@pytest.mark.parametrize("name", ["xlsx", "jsonl", "pdf", "ofx", "mt940", "camt053"])
def test_it_makes_each_format_in_parts(
    wealthy: Person, ask: Ask, as_jobs: Callable[[int], None], name: str
) -> None:
    as_jobs(25)
    export = ask(wealthy, name)
    run()
    assert now(export).state == State.READY, export.failure
    assert export.size == default_storage.size(export.file) > 1000
    assert export.manifest["sha256"] == export.sha256
    assert export.manifest["rows"] == export.rows_expected


def test_another_worker_goes_on_where_one_was_killed(
    control: Control, wealthy: Person, ask: Ask, as_jobs: Callable[[int], None], workers: Callable
) -> None:
    as_jobs(10)
    whole = ask(wealthy)
    run()
    control.fault("stream", "latency", sub=wealthy.sub, ms=300)
    export = ask(wealthy)
    first = workers()
    wait_until(lambda: ExportPart.objects.filter(export=export).count() >= 2, seconds=20)
    first.stop(kill=True)
    assert now(export).state == State.RUNNING
    kept = list(export.parts.values_list("number", "name", "rows"))
    read_before = sum(rows for *_, rows in kept)
    control.clear_faults()
    second = workers()
    wait_until(lambda: now(export).state == State.READY, seconds=30)
    assert export.sha256 == now(whole).sha256
    said = second.log()
    assert f"rows={read_before}" in said or f'"rows": {read_before}' in said
    assert len(lines(export)) == export.rows + 1


def test_two_workers_make_each_export_once(
    wealthy: Person,
    other: Person,
    ask: Ask,
    as_jobs: Callable[[int], None],
    workers: Callable,
) -> None:
    as_jobs(10)
    exports = [ask(wealthy), ask(wealthy), ask(wealthy, "jsonl"), ask(other)]
    both = [workers(), workers()]
    wait_until(lambda: all(now(one).state == State.READY for one in exports), seconds=30)
    made = sum(one.log().count("export.made") for one in both)
    assert made == len(exports)


def test_only_one_of_a_persons_exports_runs_at_a_time(
    wealthy: Person, other: Person, ask: Ask, as_jobs: Callable[[int], None]
) -> None:
    as_jobs(10)
    first, second, theirs = ask(wealthy), ask(wealthy), ask(other)
    claimed = [jobs.claim(), jobs.claim(), jobs.claim()]
    assert [one and one.pk for one in claimed] == [first.pk, theirs.pk, None]
    assert now(second).state == State.WAITING


def test_a_worker_that_lost_its_lease_changes_nothing(
    wealthy: Person, ask: Ask, as_jobs: Callable[[int], None]
) -> None:
    as_jobs(10)
    export = ask(wealthy)
    slow = jobs.claim()
    assert slow is not None
    Export.objects.filter(pk=export.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    quick = jobs.claim()
    assert quick is not None
    assert quick.lease_holder != slow.lease_holder
    jobs.work(slow, threading.Event())
    assert now(export).rows == 0
    assert not export.parts.exists()
    jobs.work(quick, threading.Event())
    assert now(export).state == State.READY


@pytest.mark.parametrize("mode", ["cut_before", "error", "broken_json"])
def test_an_outage_in_the_middle_leaves_no_half_file(
    control: Control, wealthy: Person, ask: Ask, as_jobs: Callable[[int], None], mode: str
) -> None:
    as_jobs(10)
    export = ask(wealthy)
    control.fault("stream", mode, sub=wealthy.sub, count=1)
    run()
    assert now(export).state == State.WAITING
    assert export.failure == "service_unavailable"
    assert export.next_try_at > timezone.now()
    assert not export.file
    Export.objects.filter(pk=export.pk).update(next_try_at=timezone.now())
    run()
    assert now(export).state == State.READY
    assert len(lines(export)) == export.rows + 1


def test_it_gives_up_in_the_end(
    control: Control, wealthy: Person, ask: Ask, as_jobs: Callable[[int], None]
) -> None:
    as_jobs(10)
    export = ask(wealthy)
    control.fault("stream", "error", sub=wealthy.sub)
    for _ in range(jobs.MOST_ATTEMPTS + 1):
        Export.objects.filter(pk=export.pk).update(next_try_at=timezone.now())
        run()
    assert now(export).state == State.FAILED
    assert export.failure == "service_unavailable"


def test_it_never_exports_another_persons_rows(
    control: Control, wealthy: Person, bob: Person, ask: Ask, as_jobs: Callable[[int], None]
) -> None:
    control.add_person("Foreign Fiona", history=20)
    as_jobs(400)
    export = ask(wealthy)
    control.fault("stream", "foreign", sub=wealthy.sub, count=1)
    run()
    assert now(export).state == State.WAITING
    assert export.rows == 0


def test_a_cancelled_export_stops_and_leaves_nothing(
    control: Control, wealthy: Person, ask: Ask, as_jobs: Callable[[int], None], workers: Callable
) -> None:
    as_jobs(10)
    control.fault("stream", "latency", sub=wealthy.sub, ms=200)
    export = ask(wealthy)
    worker = workers()
    wait_until(lambda: ExportPart.objects.filter(export=export).exists(), seconds=20)
    assert actions.cancel(now(export))
    wait_until(lambda: "export.lost" in worker.log(), seconds=10)
    assert now(export).state == State.CANCELLED
    wait_until(lambda: not default_storage.exists(export.folder), seconds=5)


def test_a_worker_told_to_stop_hands_over_at_once(
    control: Control, wealthy: Person, ask: Ask, as_jobs: Callable[[int], None], workers: Callable
) -> None:
    as_jobs(10)
    control.fault("stream", "latency", sub=wealthy.sub, ms=200)
    export = ask(wealthy)
    worker = workers(EXPORT_LEASE_SECONDS="600")
    wait_until(lambda: ExportPart.objects.filter(export=export).exists(), seconds=20)
    worker.stop()
    assert now(export).state == State.WAITING
    assert export.next_try_at <= timezone.now()
    control.clear_faults()
    run()
    assert now(export).state == State.READY


def test_other_duties_do_not_wait_behind_an_export(
    control: Control, wealthy: Person, ask: Ask, as_jobs: Callable[[int], None], workers: Callable
) -> None:
    as_jobs(10)
    control.fault("stream", "latency", sub=wealthy.sub, ms=800)
    export = ask(wealthy)
    before = ask(wealthy, "jsonl")
    Export.objects.filter(pk=before.pk).update(
        state=State.READY, expires_at=timezone.now() - timedelta(days=1)
    )
    workers()
    began = time.monotonic()
    # Sweeping is a short duty: it is done while the export still reads.
    wait_until(lambda: not Export.objects.filter(pk=before.pk).exists(), seconds=5)
    assert time.monotonic() - began < 2
    assert now(export).is_unfinished


def test_it_sweeps_what_was_kept_long_enough(
    wealthy: Person, ask: Ask, as_jobs: Callable[[int], None]
) -> None:
    ready = ask(wealthy)
    as_jobs(10)
    waiting = ask(wealthy)
    assert ready.expires_at - ready.finished_at == timedelta(days=django_settings.EXPORT_DAYS)
    Export.objects.update(expires_at=timezone.now())
    actions.sweep()
    assert not Export.objects.filter(pk__in=[ready.pk, waiting.pk]).exists()
    assert not default_storage.exists(ready.file)
