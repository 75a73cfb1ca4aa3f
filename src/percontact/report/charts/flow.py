# SPDX-License-Identifier: Apache-2.0
"""The flow: where money comes from and where it ends, as ribbons whose widths add up (a Sankey diagram).

Ledger accounts -> pools -> channels; capacity that nobody used and amounts that no rule placed are ends of
their own. Each ribbon is an area between two curves, sampled here, so that any drawer of areas can draw it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import Literal

from percontact.report.cells import shown
from percontact.report.charts.chart import MARKS, Chart, written
from percontact.report.charts.marks import Layer, Spec, expr, field, filling, layer, value
from percontact.report.charts.rows import NARROW, tones
from percontact.report.charts.tokens import colour
from percontact.report.document import Table, TableColumn

HEIGHT, SLOT, GAP, NODE = 380, 19, 7, 10
"""Pixels: of the whole amount; the least room of a node's name; between nodes; width of a node."""

SAMPLES = 14
"""Points of each edge of a ribbon; the eye sees no corners from a dozen on."""

SHOWN = 12
"""Nodes of a stage that are drawn by name; the smaller ones are drawn as one, "n others"."""

Tone = Literal["cost", "idle", "rest"]


@dataclass(frozen=True, slots=True)
class Node:
    """A place that money comes from or goes to.

    key    unique in the flow
    stage  0 = where it comes from; the last = where it ends
    tone   "idle" for capacity nobody used, "rest" for what no rule placed
    """

    key: str
    label: str
    stage: int
    tone: Tone = "cost"
    href: str = ""


@dataclass(frozen=True, slots=True)
class Ribbon:
    """An amount from one node to one of a later stage: minor units of money, or an exact value."""

    source: str
    target: str
    value: int | Decimal
    href: str = ""


def flow(
    nodes: Sequence[Node],
    ribbons: Sequence[Ribbon],
    measure: TableColumn,
    *,
    title: str,
    subtitle: str,
    name: str = "flow",
    alt: str = "",
) -> Chart:
    """Money from stage to stage.

    Law: what reaches a node in the middle leaves it, to the cent; raises ValueError otherwise. Amounts below
    zero (a correction, more work than capacity) have no width: they stand in the table, and a note says so.
    """
    by_key = {node.key: node for node in nodes}
    _hold(by_key, ribbons)
    below = sum(1 for ribbon in ribbons if ribbon.value < 0)
    note = ""
    if below:
        one = "One amount below zero has no width, so it is not drawn."
        note = one if below == 1 else f"{below} amounts below zero have no width, so they are not drawn."
    rows = tuple((by_key[r.source].label, by_key[r.target].label, r.value) for r in ribbons)
    columns = (TableColumn("source", "From"), TableColumn("target", "To"), measure)
    seen = [node for node in by_key.values() if node.stage == max((n.stage for n in nodes), default=0)]
    return Chart(
        name=name,
        title=title,
        subtitle=f"{subtitle}; {note[0].lower()}{note[1:-1]}" if note else subtitle,
        kind="flow",
        table=Table(title, columns, rows, note=note),
        spec=_Drawing(*_gathered(by_key, ribbons), measure).spec(),
        links=tuple(ribbon.href for ribbon in ribbons),
        alt=alt or f"{title}. {subtitle}: {len(ribbons)} flows into {len(seen)} ends.",
    )


def _hold(nodes: Mapping[str, Node], ribbons: Sequence[Ribbon]) -> None:
    """Every ribbon runs forward between nodes there are, and no cent is lost at a node in the middle."""
    into: dict[str, int | Decimal] = defaultdict(int)
    out: dict[str, int | Decimal] = defaultdict(int)
    for ribbon in ribbons:
        if nodes[ribbon.source].stage >= nodes[ribbon.target].stage:
            raise ValueError(f"from {ribbon.source} to {ribbon.target} leads back")
        out[ribbon.source] += ribbon.value
        into[ribbon.target] += ribbon.value
    for key in into.keys() & out.keys():
        if into[key] != out[key]:
            raise ValueError(f"{into[key]} reach {nodes[key].label}, and {out[key]} leave it")
    if len(ribbons) * SAMPLES > 4 * MARKS:
        raise ValueError(f"{len(ribbons)} ribbons are no picture: gather the smaller accounts")


def _gathered(nodes: Mapping[str, Node], ribbons: Sequence[Ribbon]) -> tuple[list[Node], list[Ribbon]]:
    """The nodes in the order drawn, the small ones of a crowded stage as one; ribbons between them summed."""
    size = _sizes(ribbons)
    named: dict[str, str] = {}
    kept: list[Node] = []
    drawn = sorted((n for n in nodes.values() if size.get(n.key, 0) > 0), key=lambda n: n.stage)
    for stage, group in groupby(drawn, key=lambda n: n.stage):
        # What is idle or unplaced comes last and is never gathered.
        ranked = sorted(group, key=lambda n: (n.tone != "cost", -size[n.key], n.label))
        usual = [node for node in ranked if node.tone == "cost"]
        small = usual[SHOWN - 1 :] if len(usual) > SHOWN else []
        others = Node(f"others of stage {stage}", f"{len(small)} others", stage)
        for node in small:
            named[node.key] = others.key
        large = [node for node in usual if node not in small]
        kept += [*large, *([others] if small else []), *(n for n in ranked if n.tone != "cost")]
    sums: dict[tuple[str, str], Ribbon] = {}
    for ribbon in ribbons:
        if ribbon.value > 0:
            ends = named.get(ribbon.source, ribbon.source), named.get(ribbon.target, ribbon.target)
            whole = sums.get(ends)
            one = replace(ribbon, source=ends[0], target=ends[1])
            # A gathered ribbon is several: it leads nowhere.
            sums[ends] = one if whole is None else replace(one, value=whole.value + one.value, href="")
    tone = {node.key: node.tone for node in kept}
    # Drawn from the widest to the narrowest, and what is idle on top, so that none hides under another.
    return kept, sorted(sums.values(), key=lambda r: (tone[r.target] != "cost", -r.value))


def _sizes(ribbons: Sequence[Ribbon]) -> dict[str, int | Decimal]:
    """How much passes each node: what comes in or what goes out, whichever is more, of what is above zero."""
    into: dict[str, int | Decimal] = defaultdict(int)
    out: dict[str, int | Decimal] = defaultdict(int)
    for ribbon in ribbons:
        if ribbon.value > 0:
            out[ribbon.source] += ribbon.value
            into[ribbon.target] += ribbon.value
    return {key: max(into[key], out[key]) for key in into.keys() | out.keys()}


class _Drawing:
    """The specification of one flow. Heights are fixed and places are fractions, so nothing can overlap."""

    def __init__(self, nodes: Sequence[Node], ribbons: Sequence[Ribbon], measure: TableColumn) -> None:
        self.nodes, self.ribbons, self.measure = nodes, ribbons, measure
        self.stages = max((node.stage for node in nodes), default=1)
        self.size = _sizes(ribbons)
        totals = [float(sum(self.size[n.key] for n in nodes if n.stage == s)) for s in range(self.stages + 1)]
        self.unit = HEIGHT / max(1, *totals)
        self.top, self.height = self._tops()
        self.room = "min(190, width * 0.3)"
        self.x_scale = {
            "domain": [0, max(1, self.stages)], "nice": False, "zero": False,
            "range": [0, expr(f"width - {self.room} - {NODE}")],
        }  # fmt: skip
        self.y_scale = {"domain": [0, self.height], "nice": False, "zero": False, "range": [0, self.height]}

    def _tops(self) -> tuple[dict[str, float], float]:
        """Where each node begins: in its own slot, which holds at least a line of text."""
        top: dict[str, float] = {}
        ends = []
        for stage in range(self.stages + 1):
            at = 0.0
            for node in (n for n in self.nodes if n.stage == stage):
                tall = float(self.size[node.key]) * self.unit
                slot = max(tall, SLOT)
                top[node.key] = at + (slot - tall) / 2
                at += slot + GAP
            ends.append(at - GAP)
        return top, max(ends, default=0.0) or 1.0

    def spec(self) -> dict[str, object]:
        layers = [*self._ribbons(), *self._node_marks(), self._names()]
        return filling(layers, round(self.height) + 2)

    def _x(self, name: str) -> Spec:
        return field(f"{name}:Q", scale=self.x_scale, axis=None)

    def _y(self, name: str) -> Spec:
        return field(f"{name}:Q", scale=self.y_scale, axis=None)

    def _ribbons(self) -> list[Layer]:
        made: list[Layer] = []
        samples = self._samples()
        for linked in (False, True):
            rows = [row for row in samples if bool(row["href"]) is linked]
            if rows:
                more = {"href": field("href:N")} if linked else {}
                made.append(
                    layer(rows)
                    .mark(
                        "area", opacity=1, stroke=colour("paper"), strokeWidth=0.5, xOffset=NODE / 2,
                        orient="vertical",
                    )
                    .encode(
                        x=self._x("x"), y=self._y("from"), y2=field("to:Q"),
                        detail=field("ribbon:N"), color=tones("tone"),
                        tooltip=field("tip:N"), **more,
                    )
                )  # fmt: skip
        return made

    def _samples(self) -> list[dict[str, object]]:
        """Each ribbon as points along a sigmoid, from its place at the source to its place at the target."""
        by_key = {node.key: node for node in self.nodes}
        order = {node.key: i for i, node in enumerate(self.nodes)}
        leaves, enters = dict(self.top), dict(self.top)
        starts: dict[int, float] = {}
        ends: dict[int, float] = {}
        for i, r in sorted(enumerate(self.ribbons), key=lambda one: order[one[1].target]):
            starts[i], leaves[r.source] = leaves[r.source], leaves[r.source] + float(r.value) * self.unit
        for i, r in sorted(enumerate(self.ribbons), key=lambda one: order[one[1].source]):
            ends[i], enters[r.target] = enters[r.target], enters[r.target] + float(r.value) * self.unit
        found: list[dict[str, object]] = []
        for i, r in enumerate(self.ribbons):
            source, target = by_key[r.source], by_key[r.target]
            tip = f"{source.label} to {target.label}\n{self.measure.header}: {written(r.value, self.measure)}"
            tone = f"{target.tone if target.tone != 'cost' else source.tone}-soft"
            for step in range(SAMPLES + 1):
                part = step / SAMPLES
                at = starts[i] + (ends[i] - starts[i]) * _sigmoid(part)
                found.append({
                    "ribbon": i, "x": round(source.stage + (target.stage - source.stage) * part, 4),
                    "from": round(at, 3), "to": round(at + float(r.value) * self.unit, 3), "tone": tone,
                    "tip": tip, "href": r.href,
                })  # fmt: skip
        return found

    def _rows(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = []
        for node in self.nodes:
            tall = float(self.size[node.key]) * self.unit
            figure = shown(self.size[node.key], self.measure)
            found.append({
                "stage": node.stage, "from": self.top[node.key], "to": self.top[node.key] + max(tall, 1),
                "middle": self.top[node.key] + tall / 2, "name": node.label, "text": f"{figure} {node.label}",
                "tip": f"{node.label}\n{self.measure.header}: {figure}", "href": node.href,
                "tone": {"cost": "total", "idle": "idle", "rest": "rest"}[node.tone],
            })  # fmt: skip
        return found

    def _node_marks(self) -> list[Layer]:
        made: list[Layer] = []
        for linked in (False, True):
            rows = [row for row in self._rows() if bool(row["href"]) is linked]
            if rows:
                more = {"href": field("href:N")} if linked else {}
                look = layer(rows).mark("rect", x2Offset=NODE, cornerRadius=0)
                made.append(
                    look.encode(
                        x=self._x("stage"), x2=field("stage:Q"), y=self._y("from"),
                        y2=field("to:Q"), color=tones("tone"),
                        tooltip=field("tip:N"), **more,
                    )
                )  # fmt: skip
        return made

    def _names(self) -> Layer:
        """At the right of each node: over ribbons, which are faint enough to be read on, or on paper."""
        between = f"(width - {self.room} - {NODE}) / {max(1, self.stages)} - {NODE + 16}"
        limit = f"datum.stage == {self.stages} ? {self.room} - 16 : {between}"
        return (
            layer(self._rows())
            .mark(
                "text", align="left", baseline="middle", dx=NODE + 6, limit=expr(limit),
                text=expr(f"{NARROW} ? datum.name : datum.text"),
            )
            .encode(x=self._x("stage"), y=self._y("middle"), color=value(colour("text")))
        )  # fmt: skip


def _sigmoid(part: float) -> float:
    """From 0 to 1, level at both ends, so that a ribbon meets its nodes straight.

    >>> [round(_sigmoid(part), 12) for part in (0.0, 0.5, 1.0)]
    [0.0, 0.5, 1.0]
    """
    return (1 - math.cos(math.pi * part)) / 2
