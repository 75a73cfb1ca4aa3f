# SPDX-License-Identifier: Apache-2.0
"""Colours, once: the pages' CSS variables and the charts' theme both come from this file.

Colour carries meaning only, and always with a sign or a word. `tests/report/charts` computes what the eye
would guess wrong: contrast after WCAG 2.2, and distance in OKLab (Ottosson 2020) as people with and without
colour blindness see it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

Theme = Literal["page", "light", "dark"]
"""page = the page's CSS variables, so that a drawing follows the reader's theme, print and forced colours"""

LIGHT: Mapping[str, str] = {
    "text": "#1a2027",
    "muted": "#566270",
    "paper": "#ffffff",
    "line": "#d5dae0",
    "control": "#858f9a",
    "accent": "#0a58a6",
    "cost-up": "#b3480a",
    "cost-down": "#0a66b0",
    "total": "#46525f",
    "idle": "#8a6d00",
    "budget": "#1a2027",
    "cat-1": "#0a58a6",
    "cat-2": "#d9741a",
    "cat-3": "#3b1230",
    "cat-4": "#419ab0",
    "rest": "#828c97",
    "few": "#b4bcc5",
    "fan-50": "#9cc3ea",
    "fan-80": "#d3e4f6",
    "cost-soft": "#d3e4f6",
    "idle-soft": "#f2e8bd",
    "rest-soft": "#e2e6ea",
    "heat-1": "#eef3f8",
    "heat-2": "#c9ddf1",
    "heat-3": "#93bfe6",
    "heat-4": "#2a74b8",
    "heat-5": "#0b3d73",
}

DARK: Mapping[str, str] = {
    "text": "#e8ebee",
    "muted": "#a3adb8",
    "paper": "#14181d",
    "line": "#343b44",
    "control": "#66707b",
    "accent": "#79b8ff",
    "cost-up": "#f0955a",
    "cost-down": "#63aef2",
    "total": "#a3adb8",
    "idle": "#e3c45c",
    "budget": "#e8ebee",
    "cat-1": "#79b8ff",
    "cat-2": "#d9752b",
    "cat-3": "#ffeaa0",
    "cat-4": "#9068d8",
    "rest": "#7b8591",
    "few": "#4c5661",
    "fan-50": "#34669b",
    "fan-80": "#22394f",
    "cost-soft": "#22394f",
    "idle-soft": "#463d16",
    "rest-soft": "#2d343c",
    "heat-1": "#1d252e",
    "heat-2": "#22394f",
    "heat-3": "#2c5580",
    "heat-4": "#5a9fe0",
    "heat-5": "#b4d8ff",
}

CATEGORIES = ("cat-1", "cat-2", "cat-3", "cat-4")
"""At most four hues; what comes after them is `rest`, told apart by its label."""

HEAT = ("heat-1", "heat-2", "heat-3", "heat-4", "heat-5")
ON_HEAT = ("text", "text", "text", "paper", "paper")
"""What text is written in, on each step of HEAT."""

FONT = 'Inter, system-ui, -apple-system, "Segoe UI", "Liberation Sans", Arial, sans-serif'


def colour(name: str) -> str:
    """A colour as a specification holds it.

    >>> colour("cost-up")
    'var(--cost-up)'
    """
    if name not in LIGHT:
        raise ValueError(f"{name} is no colour of the house; there are {', '.join(LIGHT)}")
    return f"var(--{name})"


def painted(node: object, theme: Theme) -> object:
    """A specification with the colours of a theme; data stays as it is, whatever it says."""
    if theme == "page":
        return node
    return _painted(node, {colour(name): value for name, value in _of(theme).items()})


def css() -> str:
    """The tokens as a stylesheet: system setting by default, `data-theme` on the root overrides it."""
    return "\n".join(_css()) + "\n"


def _of(theme: Theme) -> Mapping[str, str]:
    return DARK if theme == "dark" else LIGHT


def _painted(node: object, by: Mapping[str, str]) -> object:
    if isinstance(node, str):
        return by.get(node, node)
    if isinstance(node, Mapping):
        return {
            key: value if key in ("values", "datasets") else _painted(value, by)
            for key, value in node.items()
        }
    return [_painted(each, by) for each in node] if isinstance(node, list | tuple) else node


def _css() -> Iterator[str]:
    yield "/* Made from report/charts/tokens.py by tools/make_reference.py: change the colours there. */"
    yield ":root {"
    yield "  color-scheme: light dark;"
    for name in LIGHT:
        yield f"  --{name}: light-dark({LIGHT[name]}, {DARK[name]});"
    yield "}"
    yield ':root[data-theme="light"] { color-scheme: light; }'
    yield ':root[data-theme="dark"] { color-scheme: dark; }'
    yield "@media print { :root, :root[data-theme] { color-scheme: light; } }"
    yield "@media (forced-colors: active) {"
    yield "  :root {"
    for name, system in (("text", "CanvasText"), ("muted", "CanvasText"), ("paper", "Canvas")):
        yield f"    --{name}: {system};"
    yield "  }"
    yield "}"
