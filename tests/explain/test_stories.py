# SPDX-License-Identifier: Apache-2.0
"""The demo company: the bridge calls each story by what it is, and claims none where none was told."""

from pathlib import Path

import pytest

import percontact as pc
from percontact.demo.make import make_demo
from percontact.explain.bridge import Bridge
from percontact.pipeline import OpenBook

pytestmark = pytest.mark.slow
CONTACTS = 120_000
"""Enough that a story of a fortieth of a team is no matter of chance."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> OpenBook:
    return made(tmp_path_factory.mktemp("told"), stories=True)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> OpenBook:
    return made(tmp_path_factory.mktemp("plain"), stories=False)


def made(folder: Path, *, stories: bool) -> OpenBook:
    make_demo(folder / "demo", contacts=CONTACTS, stories=stories)
    return pc.open(folder / "demo")


def pieces(found: Bridge, part: str, dimension: str) -> dict[str | None, float]:
    """What each value of a dimension brings to a part, in euro."""
    known = {p.name: p for p in found.parts}
    return {p.value: p.pico / 1e12 for p in known[part].pieces[dimension]} if part in known else {}


def wages(book: OpenBook) -> dict[str | None, float]:
    """January 2026 against January 2025: the same season, so no Christmas pay in between."""
    found = pc.explain(book, end="2026-01", against="last-year").bridge
    return pieces(found, "wage and price rates", "pool")


def test_the_pay_agreement_is_a_wage_rate_at_its_site(told: OpenBook, plain: OpenBook) -> None:
    """Nine per cent more for an hour in Krakow since January 2026; no other wage was touched by a story."""
    with_it, without = wages(told), wages(plain)
    for pool in ("people.voice_south", "people.digital_care"):
        assert with_it[pool] - without.get(pool, 0.0) > 0.01
    for pool in ("people.voice_north", "people.written_care"):
        assert abs(with_it.get(pool, 0.0) - without.get(pool, 0.0)) < 0.005


def test_the_wage_rise_has_its_size(told: OpenBook) -> None:
    """
    Of Voice South: its wage part is the rise of its own cost for an hour; the story's 9% and the usual raises
    of the year lie in it, the exchange rate does not
    """
    found = pc.explain(told, end="2026-01", against="last-year", where=["team=Voice South"]).bridge
    paid = pieces(found, "wage and price rates", "pool")["people.voice_south"]
    each = (found.before.value + found.after.value) / 2 / 10**12
    assert 0.05 < paid / float(each) < 0.14


def test_the_launch_is_channel_mix_to_the_ai_agent(told: OpenBook, plain: OpenBook) -> None:
    span = {"start": "2025-09", "end": "2026-03"}
    with_it, without = pc.explain(told, **span).bridge, pc.explain(plain, **span).bridge
    moved = pieces(with_it, "channel mix", "channel")
    assert min(moved, key=lambda c: moved[c]) == "ai_agent"
    assert moved["ai_agent"] < -0.1
    assert abs(pieces(without, "channel mix", "channel").get("ai_agent", 0.0)) < 0.03


def test_the_fault_is_volume_about_its_reason(told: OpenBook, plain: OpenBook) -> None:
    """Twice the contacts about product faults for two weeks of March 2026, against March 2025."""
    span = {"end": "2026-03", "against": "last-year", "per": "total"}
    with_it, without = pc.explain(told, **span).bridge, pc.explain(plain, **span).bridge
    of_told, of_plain = (pieces(found, "volume", "reason") for found in (with_it, without))
    more = {reason: of_told[reason] - of_plain.get(reason, 0.0) for reason in of_told}
    assert max(more, key=lambda r: more[r]) == "product_fault"
    assert more["product_fault"] > 3 * sorted(more.values())[-2]


def test_every_change_of_the_demo_adds_up(told: OpenBook) -> None:
    for per in ("contact", "resolution", "total"):
        for basis in ("used", "full", "marginal"):
            found = pc.explain(told, start="2025-Q4", end="2026-Q1", per=per, basis=basis).bridge
            assert found.change == round(found.after.value - found.before.value)
