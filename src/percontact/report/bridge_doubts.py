# SPDX-License-Identifier: Apache-2.0
"""How sure a change of cost is, in words: what its data lacks, and what only one side has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from percontact.explain.bridge import Bridge, Piece
from percontact.explain.doubts import NAMED, TIME_SHIFT, Doubts, OneSided
from percontact.report.words import money
from percontact.values.money import cents


def doubt_notes(found: Doubts, bridge: Bridge) -> Iterator[str]:
    """What the reader must know of the data behind a change, most important first."""
    labels = (bridge.before.label, bridge.after.label)
    yield from _late(found, labels, bridge.currency)
    for side, days in zip(labels, found.gaps, strict=True):
        if days:
            yield (
                f"No contact came on {_days(days)} of {side}, though that weekday usually has some: "
                "a holiday, or data that is missing."
            )
    yield from _times(found, labels)
    yield from _one_sided(found.one_sided, labels, bridge.currency)
    yield from _new_and_ended(bridge)


def _late(found: Doubts, labels: tuple[str, str], currency: str) -> Iterator[str]:
    late = found.late
    if late is None:
        return
    part = f"{abs(late.pico) / abs(late.whole):.1%}" if late.whole else ""
    yield (
        f"{money(cents(late.pico, currency), currency)} of {labels[0]} ({part}) was booked more than "
        f"{late.days} days after its end, and {labels[1]} is no older than that here: more may come."
    )


def _days(days: Sequence[date]) -> str:
    named = ", ".join(str(d) for d in days[:NAMED])
    return named + (f" and {len(days) - NAMED} more days" if len(days) > NAMED else "")


def _times(found: Doubts, labels: tuple[str, str]) -> Iterator[str]:
    shares = [
        (100 * t.measured / t.handled, 100 * t.derived / t.handled) if t.handled else (0.0, 0.0)
        for t in found.times
    ]
    said = [f"{m:.0f}% measured, {d:.0f}% derived, {100 - m - d:.0f}% estimated" for m, d in shares]
    moved = max(abs(a - b) for a, b in zip(*shares, strict=True))
    if moved > TIME_SHIFT:
        yield (
            f"Handle times of {labels[0]} are {said[0]}, those of {labels[1]} {said[1]}: part of the "
            "change of handle time may be one of how it is known."
        )
    elif min(m for m, _ in shares) < 100 - TIME_SHIFT:
        yield f"Handle times are {said[1]} in {labels[1]}, much as before."


def _one_sided(found: Sequence[OneSided], labels: tuple[str, str], currency: str) -> Iterator[str]:
    for n in (0, 1):
        centres = [o for o in found if o.side == n and o.account is None]
        if centres:
            what = "ended" if n == 0 else "is new"
            yield (
                f"Only {labels[n]} has cost of {_listed(centres, currency)}. Where another took its place, "
                f"the one {what} and the other {'is new' if n == 0 else 'ended'}: nothing matches them."
            )
    accounts = [o for o in found if o.account is not None]
    if accounts:
        yield f"{labels[1]} has no line yet of {_listed(accounts, currency)}, which {labels[0]} had."


def _listed(found: Sequence[OneSided], currency: str) -> str:
    named = sorted(found, key=lambda o: -abs(o.pico))
    texts = [
        f"{f'account {o.account}, ' if o.account else ''}cost centre {o.cost_centre or '(none)'} "
        f"({money(cents(o.pico, currency), currency)})"
        for o in named[:NAMED]
    ]
    return "; ".join(texts) + (f" and {len(named) - NAMED} more" if len(named) > NAMED else "")


def _new_and_ended(bridge: Bridge) -> Iterator[str]:
    """New and ended values of the upper dimensions, by name: all their effect is mix."""
    for state in ("new", "ended"):
        found: dict[tuple[str, str | None], Piece] = {}
        for part in bridge.parts:
            for dimension in bridge.by:
                for piece in part.pieces.get(dimension, ()):
                    if piece.state == state and part.name == f"{dimension} mix":
                        found[dimension, piece.value] = piece
        named = sorted(found.values(), key=lambda p: -abs(p.pico))[:NAMED]
        if named:
            told = ", ".join(f"{p.dimension} {p.value or '(unknown)'}" for p in named)
            rest = len(found) - len(named)
            more = f" and {rest} more" if rest else ""
            side = bridge.after.label if state == "new" else bridge.before.label
            yield f"Only in {side}: {told}{more}. All of their effect is mix; none passes for a price."
