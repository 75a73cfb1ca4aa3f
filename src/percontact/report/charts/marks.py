# SPDX-License-Identifier: Apache-2.0
"""What a drawing is made of: layers of marks over rows of data, as Altair has them.

    layer(rows).mark("text", align="left").encode(x=value(0), text=field("name:N"))

These words lead straight to Altair's classes of Vega-Lite (UnitSpec, MarkDef, X, ...). Its chart methods copy
the whole chart at every step, which took a fifth of a page with two charts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as part
from typing import Any

from percontact.report.charts.drawing import missing

TYPES = {"N": "nominal", "Q": "quantitative"}
"""How a field is meant: as names, or as numbers."""

Rows = Sequence[Mapping[str, object]]
Spec = dict[str, object]


def altair() -> Any:
    """The library that makes specifications; E-LIB-01 without it."""
    try:
        import altair
    except ImportError as error:
        raise missing("altair") from error
    return altair


@dataclass(frozen=True, slots=True)
class Layer:
    """One kind of mark, drawn for each row.

    rows     its own data; None = that of the whole
    look     what is the same for all marks
    channels where a mark is, how it looks and where it leads, by its row
    """

    rows: Rows | None
    look: Spec = part(default_factory=dict)
    channels: dict[str, Spec] = part(default_factory=dict)

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

    def unit(self) -> Any:
        """As Altair has it: a UnitSpec, without its rows."""
        alt = altair()
        channels = {name: _channel(name, said) for name, said in self.channels.items()}
        return alt.UnitSpec(mark=alt.MarkDef(**self.look), encoding=alt.Encoding(**channels))


def _channel(name: str, said: Spec) -> Any:
    """Altair's class of a channel: X, Tooltip, ...; XValue, ... where it is the same for each row."""
    made = name[0].upper() + name[1:]
    return getattr(altair(), f"{made}Value" if "value" in said else made)(**said)


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
    """The specification: layers one over another, over the same rows where they have none of their own.

    Checking it against the schema takes longest, so tests do. Rows are plain data already and are put in
    last: Altair would look at each of their values to see whether it is one of its own.
    """
    alt = altair()
    made = alt.TopLevelLayerSpec(layer=[one.unit() for one in layers], **whole).to_dict(validate=False)
    drawn = [{**_data(one.rows), **unit} for one, unit in zip(layers, made["layer"], strict=True)]
    return {"$schema": alt.SCHEMA_URL, **made, **_data(rows), "layer": drawn}


def _data(rows: Rows | None) -> Spec:
    return {} if rows is None else {"data": {"values": list(rows)}}


def filling(layers: Sequence[Layer], height: int, rows: Rows | None = None, *, top: int = 4) -> Spec:
    """The same, as wide as its box and as high as said; `top`: pixels left free above."""
    margin = {"left": 0, "right": 0, "top": top, "bottom": 4}
    fit = altair().AutoSizeParams(type="fit-x", contains="padding")
    return layered(layers, rows, width="container", height=height, padding=margin, autosize=fit)
