# SPDX-License-Identifier: Apache-2.0
"""The picture of an explained change: from one figure to the other, cause by cause."""

from __future__ import annotations

from collections.abc import Callable

from percontact.explain.bridge import Bridge
from percontact.report.bridge_shown import UNIT_WORDS, digits_of, steps
from percontact.report.bridge_words import is_chance, meaning
from percontact.report.charts.bridge import bridge as draw
from percontact.report.charts.chart import Chart, Point
from percontact.report.document import TableColumn
from percontact.report.glanced import BASIS_WORDS
from percontact.report.words import money
from percontact.values.money import cents


def bridge_chart(bridge: Bridge, href: Callable[[str], str], *, where: tuple[str, ...], basis: str) -> Chart:
    """A change as a bridge; each part leads where `href` says for its name."""
    before, parts, after = steps(bridge)
    unit = UNIT_WORDS[bridge.per]
    inside = f" ({', '.join(where)})" if where else ""
    points = [
        Point(
            p.name[:1].upper() + p.name[1:], size, href(p.name),
            meaning(p.name) + (" Within chance." if is_chance(p) else ""),
        )
        for p, size in parts
    ]  # fmt: skip
    return draw(
        Point(_capital(bridge.before.label), before, note=_beside(bridge, "before")),
        points,
        Point(_capital(bridge.after.label), after, note=_beside(bridge, "after")),
        TableColumn("value", f"{bridge.currency}", "value", bridge.currency, digits=digits_of(bridge)),
        title=_finding(bridge),
        subtitle=f"{unit.capitalize()}, {bridge.currency}{inside}, {BASIS_WORDS[basis]}",
        words=("adds", "saves"),
    )


def _finding(bridge: Bridge) -> str:
    _, parts, _ = steps(bridge)
    if not parts:
        return f"Nothing moved {UNIT_WORDS[bridge.per]}"
    first, size = max(parts, key=lambda p: abs(p[1]))
    return f"{_capital(first.name)} moved it most: {size:+,}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _beside(bridge: Bridge, side: str) -> str:
    end = bridge.before if side == "before" else bridge.after
    return f"{money(cents(end.pico, bridge.currency), bridge.currency)} for {round(end.contacts):,} contacts"
