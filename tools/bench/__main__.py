"""`python -m tools.bench`: sets up, measures, prints a table with ratios, and leaves nothing.

BENCH_TRANSACTIONS (1,000,000), BENCH_ROUNDS (5), BENCH_SECONDS a target and round (2),
BENCH_IDLE_SECONDS of the list without an export beside it (5) and BENCH_CONCURRENCY (4) make it
smaller or larger; for events see taking_in and telling.
"""

import os
import platform
import signal
import sys
import time
from types import FrameType

from tools.bench import exporting, flood, pages, taking_in, telling
from tools.bench.load import Target, WrongAnswerError, interleaved, percentile
from tools.bench.stack import Stack, StackError, memory_mib, running
from tools.children import free_port

FEW = 1000
HOW = """\
One gunicorn process with 8 threads a site, PostgreSQL and Valkey beside it, and the one
who asks, all on {cpus} cores of this machine. PostgreSQL doesn't wait for the disk (fsync off).
alone: one request after the other. The other columns: {at_once} at once, {rounds} rounds.
x empty: how many times the empty view's rate is this one's; the median of the rounds.
The empty view answers the bytes of the list page from memory, behind Django's own middleware."""


def main() -> int:
    """Serve the command line."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        with running() as stack:
            bench(stack)
        # Each on servers of its own, so that none of them has the other's tables and processes.
        for words, measure in (
            ("taking in events", taking_in),
            ("telling people", telling),
            ("a flood from one merchant", flood),
        ):
            say(words)
            with running() as stack:
                stack.prepare()
                measure.bench(stack)
    except (StackError, WrongAnswerError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def bench(stack: Stack) -> None:
    """Set up, measure, print."""
    count = _whole("BENCH_TRANSACTIONS", 1_000_000, least=100)
    rounds, at_once = _whole("BENCH_ROUNDS", 5), _whole("BENCH_CONCURRENCY", 4)
    seconds = float(os.environ.get("BENCH_SECONDS", "2"))
    say("starting the servers")
    web = stack.start()
    say(f"giving one person {FEW:,} transactions and another {count:,} (a million takes a while)")
    few = stack.add_person("Felix Klein", FEW)
    many = stack.add_person("Greta Gross", count)
    stack.settle()
    deep = max(2, min(pages.DEEP, count // pages.ROWS - pages.PLACES))
    say(f"signing in and walking to page {deep:,}")
    found = pages.targets(stack, many, few, deep=deep)
    found = {"empty": _empty(stack, found["list"]), **found}
    before = memory_mib(web)
    interleaved(
        list(found.values()),
        rounds=rounds,
        seconds=seconds,
        at_once=at_once,
        tell=lambda number: say(f"round {number} of {rounds}"),
    )
    after = memory_mib(web)
    print_table(found)
    print_ratios(found, deep)
    if before and after:
        print(f"memory of selfcare's process: {before:.0f} MiB before, {after:.0f} MiB after")
    say("exporting all of them")
    exporting.bench(stack, many, few, found["list"])
    print(f"\n{count:,} transactions of one person; Python {platform.python_version()}.")
    print(HOW.format(cpus=os.cpu_count(), at_once=at_once, rounds=rounds))


def _empty(stack: Stack, like: Target) -> Target:
    """The empty view on a gunicorn of its own, with the bytes of the page."""
    body = stack.scratch.path / "page.html"
    body.write_bytes(like.body())
    port = free_port()
    stack.serve(
        "tools.bench.empty",
        "config/gunicorn.py",
        f"http://127.0.0.1:{port}/",
        PORT=str(port),
        BENCH_BODY=str(body),
    )
    return Target("empty Django view", port, ["/"])


def print_table(found: dict[str, Target]) -> None:
    """One line a target."""
    print(f"\n{'':30}{'req/s':>8}{'x empty':>9}{'alone':>9}{'p50':>9}{'p95':>9}{'p99':>9}{'kB':>7}")
    for target in found.values():
        times = [percentile(target.alone, 50)]
        times += [percentile(target.together, hundredth) for hundredth in (50, 95, 99)]
        milliseconds = "".join(f"{one * 1000:>6.1f} ms" for one in times)
        share = target.share_of(found["empty"])
        kilobytes = target.page_bytes / 1000
        print(f"{target.name:30}{target.rate:>8.1f}{share:>9.1f}{milliseconds}{kilobytes:>7.1f}")


def print_ratios(found: dict[str, Target], deep: int) -> None:
    """Whether size and depth cost anything."""
    print()
    for words, one, other in (
        (f"page {deep:,} beside page 1", "deep", "list"),
        ("page 1 of the larger person beside the smaller one's", "list", "few"),
        (f"the same in the box, page {deep:,}", "box deep", "box"),
        ("the same in the box, larger beside smaller", "box", "box few"),
        ("search for a rare word beside the list", "rare", "list"),
        ("search for a common word beside the list", "common", "list"),
        ("totals of all beside the list", "totals", "list"),
        ("totals of a common word beside the list", "totals word", "list"),
        ("list beside the box's own answer", "list", "box"),
        ("list beside devices", "list", "devices"),
    ):
        cost = found[one].share_of(found[other])
        at_95 = percentile(found[one].together, 95) / percentile(found[other].together, 95)
        print(f"{words}: costs {cost:.2f} times as much, p95 {at_95:.2f} times")
    for target in found.values():
        if target.stale:
            print(f"{target.name}: {target.stale} answers had something stale in them")


def say(words: str) -> None:
    """Progress, with the seconds since the start."""
    print(f"{time.monotonic() - BEGAN:>6.1f} s  {words}", flush=True)


def _whole(name: str, default: int, *, least: int = 1) -> int:
    text = os.environ.get(name, str(default)).replace("_", "")
    if not text.isdecimal() or int(text) < least:
        raise SystemExit(f"{name} is {text!r}; it must be a whole number from {least} on.")
    return int(text)


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


BEGAN = time.monotonic()

if __name__ == "__main__":
    raise SystemExit(main())
