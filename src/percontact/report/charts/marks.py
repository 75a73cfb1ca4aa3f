# SPDX-License-Identifier: Apache-2.0
"""What a drawing is made of: layers of marks over rows of data, as Vega-Lite writes them.

    layer(rows).mark("text", align="left").encode(x=value(0), text=field("name:N"))

Plain data all the way: what stands here is what the specification says, and a test holds every drawing
against its schema.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as part

TYPES = {"N": "nominal", "Q": "quantitative"}
"""How a field is meant: as names, or as numbers."""
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"

Rows = Sequence[Mapping[str, object]]
Spec = dict[str, object]


@dataclass(frozen=True, slots=True)
class Layer:
    """One kind of mark, drawn for each row.

    rows     its own data; None = that of the whole
    look     what is the same for all marks
    channels where a mark is, how it looks and where it leads, by its row
    """

    rows: Rows | None
    look: Spec = part(default_factory=dict)
    channels: Spec = part(default_factory=dict)

    def mark(self, kind: str, **look: object) -> Layer:
        """The same as marks of a kind."""
        return replace(self, look={"type": kind, **look})

    def encode(self, **channels: Spec) -> Layer:
        """The same with further channels. The second end of a stretch is meant as the first is."""
        ends = {
            n: {k: v for k, v in c.items() if k != "type" or n not in ("x2", "y2")}
            for n, c in channels.items()
        }
        return replace(self, channels={**self.channels, **ends})

    def spec(self) -> Spec:
        """As Vega-Lite has it."""
        data = {} if self.rows is None else {"data": {"values": list(self.rows)}}
        return {**data, "mark": self.look, "encoding": self.channels}


def layer(rows: Rows | None = None) -> Layer:
    """A layer over rows; without any it draws those of the whole."""
    return Layer(rows)


def field(named: str, **more: object) -> Spec:
    """A channel that reads a field of the row.

    >>> field("row:N", sort=None)
    {'field': 'row', 'type': 'nominal', 'sort': None}
    """
    name, _, kind = named.rpartition(":")
    return {"field": name, "type": TYPES[kind], **more}


def value(constant: object) -> Spec:
    """A channel that is the same for each row."""
    return {"value": constant}


def expr(text: str) -> Spec:
    """What only the browser can work out: of its width, say."""
    return {"expr": text}


def layered(layers: Sequence[Layer], rows: Rows | None = None, **whole: object) -> Spec:
    """The specification: layers one over another, over the same rows where they have none of their own."""
    data = {} if rows is None else {"data": {"values": list(rows)}}
    return {"$schema": SCHEMA, **whole, **data, "layer": [one.spec() for one in layers]}


def filling(layers: Sequence[Layer], height: int, rows: Rows | None = None, *, top: int = 4) -> Spec:
    """The same, as wide as its box and as high as said; `top`: pixels left free above."""
    margin = {"left": 0, "right": 0, "top": top, "bottom": 4}
    fit = {"type": "fit-x", "contains": "padding"}
    return layered(layers, rows, width="container", height=height, padding=margin, autosize=fit)
