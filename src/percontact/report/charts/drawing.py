# SPDX-License-Identifier: Apache-2.0
"""From a specification to what is seen: Vega for browsers; SVG, PNG and PDF where there is none.

One drawing for all of them: Vega-Lite is compiled once with the theme below, and never fetches anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from percontact.report.charts.tokens import FONT, Theme, colour, painted
from percontact.values.problem import PercontactError, problem

WIDTH = 720
"""Pixels of a drawing that no page gives its width."""

_NOWHERE: list[str] = []
"""No address may be read from while drawing: all data stands in the specification."""


class Picture(Protocol):
    """What can be drawn: a chart."""

    @property
    def title(self) -> str:
        """The finding."""
        ...

    @property
    def subtitle(self) -> str:
        """Measure, unit and period."""
        ...

    @property
    def spec(self) -> Mapping[str, object]:
        """The specification."""
        ...


def vega(chart: Picture, theme: Theme = "page") -> dict[str, object]:
    """The chart as Vega, for a browser: as wide as its box, in the page's own colours.

    With theme "light" or "dark" the colours stand in it as they are, for a drawing outside our pages.
    Raises E-LIB-01 when the extra `web` is not installed.
    """
    return dict(json.loads(_compiled(_text(chart.spec), theme)))


def page_json(chart: Picture) -> str:
    """The Vega of a chart inside `<script type="application/json">`: nothing in it ends the element."""
    text = json.dumps(vega(chart), ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def svg(chart: Picture, theme: Theme = "light", *, width: int = WIDTH) -> str:
    """The chart as SVG with its title, for reports and notebooks."""
    return str(_library().vega_to_svg(_whole(chart, theme, width), allowed_base_urls=_NOWHERE))


def bare_svg(chart: Picture, *, width: int = WIDTH) -> str:
    """The chart as SVG without title and paper, for a page that says and colours them itself."""
    bare = _fixed(chart.spec, width)
    drawing = _still(json.loads(_compiled(_text(bare), "light")))
    return str(_library().vega_to_svg(drawing, allowed_base_urls=_NOWHERE))


def png(chart: Picture, scale: float = 2.0, theme: Theme = "light", *, width: int = WIDTH) -> bytes:
    """The chart as PNG with its title, for e-mail and chat; `scale` in pixels of the picture per pixel."""
    drawing = _whole(chart, theme, width)
    return bytes(_library().vega_to_png(drawing, scale=scale, allowed_base_urls=_NOWHERE))


def pdf(chart: Picture, *, width: int = WIDTH) -> bytes:
    """The chart as a page of PDF, of its own size, with text that can be found."""
    drawing = _whole(chart, "light", width)
    return bytes(_library().vega_to_pdf(drawing, allowed_base_urls=_NOWHERE))


def _library() -> Any:
    try:
        import vl_convert
    except ImportError as error:
        raise missing("vl-convert-python") from error
    _take_font()
    return vl_convert


@lru_cache(maxsize=1)
def _take_font() -> None:
    """Text is measured before it is placed; with the font at hand a drawing is the same on any machine."""
    import vl_convert

    if font_folder().is_dir():
        vl_convert.register_font_directory(str(font_folder()))


def font_folder() -> Path:
    """Where the font of paper and of drawn charts lies, once `tools/make_assets.py` has put it there."""
    return Path(__file__).parents[1] / "fonts"


def missing(library: str) -> PercontactError:
    """The error that a chart needs a library which is not there."""
    return problem(
        "E-LIB-01", "charts", f"{library} is not installed",
        "Charts and PDF are an extra: figures, tables and the command line need none of their libraries.",
        "Install it: pip install 'percontact[pdf]'.",
    )  # fmt: skip


def _text(spec: Mapping[str, object]) -> str:
    return json.dumps(spec, ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=256)
def _compiled(spec: str, theme: Theme) -> str:
    painted_spec = painted(json.loads(spec), theme)
    config = painted(_config(), theme)
    return json.dumps(_lean(_library().vegalite_to_vega(painted_spec, config=config)))


_INSTANT = re.compile(r"datetime\((-?\d+)\)")


def _lean(node: Any) -> Any:
    """Without the descriptions of single marks: they are a third of the bytes, and none is spoken."""
    if isinstance(node, dict):
        kept = {k: v for k, v in node.items() if k not in ("ariaRoleDescription", "description")}
        if "marks" in kept:  # the drawing has one name, from its figure; its parts have none
            kept["marks"] = [{**mark, "aria": False} for mark in kept["marks"]]
        return {k: _instants(v) if k == "values" else _lean(v) for k, v in kept.items()}
    return [_lean(each) for each in node] if isinstance(node, list) else node


def _instants(values: Any) -> Any:
    """The instants of an axis as numbers; data stays as it is.

    Vega's interpreter, which a page needs under its policy, reads `datetime(ms)` as a year, so that no label
    of an axis of time was drawn.
    """
    if not isinstance(values, list):
        return values
    found = [_INSTANT.fullmatch(v.get("signal", "")) if isinstance(v, dict) else None for v in values]
    return [int(m[1]) if m else v for m, v in zip(found, values, strict=True)]


def _whole(chart: Picture, theme: Theme, width: int) -> dict[str, object]:
    """As Vega, of a fixed width, with title, subtitle and paper: what is taken out of a page needs them."""
    literal: Theme = "light" if theme == "page" else theme
    title = {
        "text": wrapped(chart.title, (width - 32) / 16),
        "subtitle": wrapped(chart.subtitle, (width - 32) / 13),
        "anchor": "start",
        "frame": "bounds",
        "offset": 16,
        "color": colour("text"),
        "subtitleColor": colour("muted"),
        "fontSize": 16,
        "fontWeight": 600,
        "subtitleFontSize": 13,
        "subtitlePadding": 5,
    }
    spec = {**_fixed(chart.spec, width), "title": title, "padding": 16, "background": colour("paper")}
    return dict(_still(json.loads(_compiled(_text(spec), literal))))


def _fixed(spec: Mapping[str, object], width: int) -> dict[str, object]:
    """As wide as said, where a page would give its width."""
    return {**spec, "width": width} if spec.get("width") == "container" else dict(spec)


def _still(node: Any) -> Any:
    """Without links and tooltips: nobody points at paper, and our addresses lead nowhere outside."""
    if isinstance(node, dict):
        return {
            key: value if key == "values" else _still(value)
            for key, value in node.items()
            if key not in ("href", "tooltip", "cursor")
        }
    return [_still(each) for each in node] if isinstance(node, list) else node


def wrapped(text: str, ems: float) -> list[str]:
    """A text in lines of at most so many ems, broken between words, or anywhere in a script without spaces.

    Widths are those of Inter, rather wide than narrow: only the browser knows them exactly.

    >>> wrapped("Handle time on phone is the largest cause", 12)
    ['Handle time on phone is', 'the largest cause']
    """
    lines, line, room = [], "", ems
    for word in re.findall(r"[\u2e80-\uffff]|[^\s\u2e80-\uffff]+\s*|\s+", text):
        wide = ems_of(word.rstrip())
        if line and wide > room:
            lines.append(line.rstrip())
            line, room = "", ems
        line, room = line + word, room - ems_of(word)
    return [*lines, line.rstrip()]


def ems_of(text: str) -> float:
    """About how wide a text is, in ems of its size."""
    return sum(
        1.0 if ord(c) >= 0x2E80 else 0.3 if c in " .,:;ijl'|!()" else 0.72 if c.isupper() else 0.56
        for c in text
    )


def _config() -> dict[str, object]:
    """The theme: hairlines, one font, labels in muted ink, no frame."""
    axis = {
        "labelColor": colour("muted"),
        "labelFontSize": 12,
        "domain": False,
        "ticks": False,
        "gridColor": colour("line"),
        "gridWidth": 1,
        "labelPadding": 8,
        "title": None,
    }
    return {
        "font": FONT,
        "background": None,
        "view": {"stroke": None},
        "axis": axis,
        "axisX": {"grid": False},
        "text": {"font": FONT, "fontSize": 13, "color": colour("text")},
        "line": {"strokeWidth": 2, "strokeCap": "round", "strokeJoin": "round"},
        "bar": {"cornerRadius": 1},
        "rule": {"color": colour("line")},
        # The drawing has one name, from its figure; hundreds of named marks help nobody.
        "aria": False,
    }
