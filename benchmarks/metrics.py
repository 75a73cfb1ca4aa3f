# SPDX-License-Identifier: Apache-2.0

"""Twenty metrics by month, channel and team: in one pass, one at a time, and the bare scan below them.

The bare scan groups the same rows and reads the same columns; it knows no conditions. Figures are made when
they are looked at: the third case looks at all 57,000, with their intervals.
`python benchmarks/metrics.py [MILLIONS]`, or as part of run.py. CPU seconds, each case in its own process.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
from datetime import date

import data

SHIPPED = (
    "contacts_offered", "contacts_handled", "average_handle_time", "abandonment_rate", "transfer_rate",
    "escalation_rate", "containment_rate", "deflection_rate",
)  # fmt: skip
BOUND_FLOOR, BOUND_APART = 2.5, 5.0
"""At most this often the bare scan; asked one at a time, at least this often the time of all together."""
ROUNDS = 3
COLUMNS = ("count", "handled", "handle_s", "messages", "outcome", "handle_basis", "actor")


def twenty():
    """Eight of the catalogue, and twelve over the columns that the made-up contacts have."""
    from dataclasses import replace

    from percontact.metrics import catalogue
    from percontact.metrics.card import Term, Test

    cards = catalogue()
    handled, whole = Test("handled", "is", ("yes",)), Term("count", "contacts")
    known = Term("count", "contacts", "", (handled, Test("handle_s", "known")))
    each = Term("count", "contacts", "", (handled, Test("handle_each_s", "known")))

    def share(name: str, *tests: Test, of: Term = whole):
        top = replace(of, where=(*of.where, *tests))
        return replace(cards["transfer_rate"], metric=name, top=top, bottom=of)

    messages = Term("sum", "contacts", "messages", (handled,))
    own = [
        replace(cards["average_handle_time"], metric="messages_each", top=messages, bottom=known),
        *(share(f"ended_{o}", Test("outcome", "is", (o,))) for o in ("resolved", "unresolved", "escalated")),
        *(share(f"time_{b}", Test("handle_basis", "is", (b,))) for b in ("measured", "reported", "derived")),
        *(
            share(f"over_{s}", Test("handle_each_s", "above", (s,)), of=each)
            for s in ("60", "300", "900", "1800")
        ),
        share("handled_rate", handled),
    ]
    return [*(cards[m] for m in SHIPPED), *own]


def question():
    """A year by month, channel and team."""
    from percontact.costing.slice import Slice
    from percontact.values.period import Period

    return Slice(Period(date(data.YEAR, 1, 1), date(data.YEAR + 1, 1, 1)), "month", ("channel", "team"))


def together(size: int) -> int:
    return _asked(size, [twenty()], len)


def apart(size: int) -> int:
    return _asked(size, [[card] for card in twenty()], len)


def looked_at(size: int) -> int:
    return _asked(size, [twenty()], lambda found: sum(f.value is not None for f in found.values()))


def _asked(size: int, turns, seen) -> int:
    from percontact.costing.costed import CostedBook
    from percontact.metrics import measure
    from percontact.records.dialect import connect

    book, policy, figures = data.book(size), data.policy(), 0
    for cards in turns:
        panel = measure(
            cards, question(), con=connect(), book=book, policy=policy,
            costed=lambda: CostedBook(book, policy),
        )  # fmt: skip
        figures += sum(map(seen, panel.figures.values()))
    return figures


def floor(size: int) -> int:
    from percontact.records.dialect import connect, quote

    book = data.book(size)
    held = [c for c in COLUMNS if c in dict(book.files["contacts"][0].columns)]
    numbers = ("count", "handled", "handle_s", "messages")
    sums = ", ".join(f"sum({quote(c)})" if c in numbers else f"count({c})" for c in held)
    rows = book.relation("contacts", [*held, "channel", "team", "month"])
    return len(connect().execute(f"SELECT month, channel, team, {sums} FROM {rows} GROUP BY ALL").fetchall())


CASES = {"together": together, "apart": apart, "floor": floor, "looked_at": looked_at}


def main(size: int) -> int:
    """Take turns, print a line, and say how many bounds were not kept."""
    runs: dict[str, list[float]] = {c: [] for c in CASES}
    for _ in range(ROUNDS):
        for case in CASES:
            done = subprocess.run(
                [sys.executable, __file__, str(size), case], check=True, capture_output=True, text=True
            )
            runs[case].append(json.loads(done.stdout)["cpu_s"])
    rounds = list(zip(*runs.values(), strict=True))
    over_floor = statistics.median(t / f for t, _, f, _ in rounds)
    times_apart = statistics.median(a / t for t, a, _, _ in rounds)
    cpu = {c: statistics.median(many) for c, many in runs.items()}
    faults = (over_floor > BOUND_FLOOR) + (times_apart < BOUND_APART)
    print("\n| 20 metrics by month x channel x team | CPU s | bare scan, CPU s | ours / bare | bound "
          "| one at a time, CPU s | one at a time / ours | at least "
          "| every figure looked at, CPU s | |")  # fmt: skip
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|---|")
    print(
        f"| {size} million contacts | {cpu['together']:.2f} | {cpu['floor']:.2f} | {over_floor:.2f} "
        f"| {BOUND_FLOOR} | {cpu['apart']:.2f} | {times_apart:.1f} | {BOUND_APART:.0f} "
        f"| {cpu['looked_at']:.2f} | {'over' if faults else 'ok'} |"
    )
    return faults


def _one(size: int, case: str) -> None:
    # Libraries are loaded before the clock starts, as in the other cases.
    import duckdb  # noqa: F401

    twenty(), question()
    before = resource.getrusage(resource.RUSAGE_SELF)
    figures = CASES[case](size)
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"cpu_s": cpu, "figures": figures}))


if __name__ == "__main__":
    millions = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    if len(sys.argv) > 2:
        _one(millions, sys.argv[2])
    else:
        raise SystemExit(main(millions))
