# SPDX-License-Identifier: Apache-2.0
"""Colours that everyone can tell apart and read: computed, because the eye of who picks them is one eye."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from percontact.report.charts.tokens import CATEGORIES, DARK, HEAT, LIGHT, ON_HEAT, colour, css, painted

ROOT = Path(__file__).resolve().parents[3]
THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])

# Linear RGB as people with these kinds of sight see it, severity 1.0.
# Source: Machado, Oliveira & Fernandes, IEEE TVCG 15(6), 2009, table of severity 1.0.
SIGHT = {
    "normal": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
# Linear RGB to OKLab. Source: Ottosson, "A perceptual color space for image processing", 2020.
TO_LMS = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
     [0.0883024619, 0.2817188376, 0.6299787005]]
)  # fmt: skip
TO_LAB = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
     [0.0259040371, 0.7827717662, -0.8086757660]]
)  # fmt: skip


def linear(hex_colour: str) -> np.ndarray:
    srgb = np.array([int(hex_colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def contrast(a: str, b: str) -> float:
    """WCAG 2.2: (L1 + 0.05) / (L2 + 0.05) of relative luminances."""
    luminance = [float(np.array([0.2126, 0.7152, 0.0722]) @ linear(x)) for x in (a, b)]
    return (max(luminance) + 0.05) / (min(luminance) + 0.05)


def oklab(hex_colour: str, sight: str) -> np.ndarray:
    seen = np.clip(SIGHT[sight] @ linear(hex_colour), 0, 1)
    return TO_LAB @ np.cbrt(TO_LMS @ seen)


def distance(a: str, b: str) -> float:
    """The smallest over all kinds of sight: people with any of them have to tell the two apart."""
    return min(float(np.linalg.norm(oklab(a, s) - oklab(b, s))) for s in SIGHT)


def test_the_measures_themselves_are_right() -> None:
    """Black on white is 21:1 by definition; white is (1, 0, 0) in OKLab; so their distance is 1."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert oklab("#ffffff", "normal") == pytest.approx([1, 0, 0], abs=1e-6)
    assert distance("#000000", "#ffffff") == pytest.approx(1, abs=0.02)


@THEMES
def test_text_can_be_read_on_paper(theme: dict[str, str]) -> None:
    """WCAG 1.4.3: 4.5:1 for text. Figures are written in the colours of cost as well."""
    faint = {
        name: round(contrast(theme[name], theme["paper"]), 2)
        for name in ("text", "muted", "accent", "cost-up", "cost-down", "total", "idle", "budget")
        if contrast(theme[name], theme["paper"]) < 4.5
    }
    assert faint == {}


@THEMES
def test_marks_and_controls_can_be_seen_on_paper(theme: dict[str, str]) -> None:
    """WCAG 1.4.11: 3:1 for what carries meaning."""
    faint = {
        name: round(contrast(theme[name], theme["paper"]), 2)
        for name in (*CATEGORIES, "control", "rest", "cost-up", "cost-down", "total", "idle", "budget")
        if contrast(theme[name], theme["paper"]) < 3
    }
    assert faint == {}


@THEMES
def test_categories_are_told_apart_with_any_sight(theme: dict[str, str]) -> None:
    """0.15 in OKLab is about twice what the first four of the Okabe-Ito palette keep (0.076)."""
    near = {
        (a, b): round(distance(theme[a], theme[b]), 3)
        for a, b in combinations(CATEGORIES, 2)
        if distance(theme[a], theme[b]) < 0.15
    }
    assert near == {}


@THEMES
def test_dearer_and_cheaper_are_told_apart_with_any_sight(theme: dict[str, str]) -> None:
    assert distance(theme["cost-up"], theme["cost-down"]) > 0.1


@THEMES
def test_text_can_be_read_on_every_step_of_a_heat_map(theme: dict[str, str]) -> None:
    faint = {
        step: round(contrast(theme[step], theme[ink]), 2)
        for step, ink in zip(HEAT, ON_HEAT, strict=True)
        if contrast(theme[step], theme[ink]) < 4.5
    }
    assert faint == {}


@THEMES
def test_a_heat_map_grows_step_by_step(theme: dict[str, str]) -> None:
    """Lightness goes one way only, by at least 0.06 in OKLab, so that more never looks like less."""
    lightness = [float(oklab(theme[step], "normal")[0]) for step in HEAT]
    steps = np.diff(lightness)
    assert (np.abs(steps) > 0.05).all()
    assert len(set(np.sign(steps))) == 1


def test_both_themes_have_the_same_colours() -> None:
    assert list(LIGHT) == list(DARK)


def test_the_pages_use_the_same_colours_as_the_charts() -> None:
    made = ROOT / "src" / "percontact" / "web" / "front" / "tokens.css"
    assert made.read_text(encoding="utf-8") == css(), "run `make docs`"


def test_a_name_in_the_data_is_no_colour() -> None:
    """A contact reason may be called like one of our variables; it stays the text it is."""
    spec = {"mark": {"color": colour("idle")}, "data": {"values": [{"name": colour("idle")}]}}
    assert painted(spec, "light") == {
        "mark": {"color": "#8a6d00"},
        "data": {"values": [{"name": colour("idle")}]},
    }
