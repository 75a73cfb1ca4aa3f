# SPDX-License-Identifier: Apache-2.0
"""Overview: the sentence read first, its figures, and where each of them leads."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from percontact.answers.explaining import explained
from percontact.answers.glancing import Glance, glanced
from percontact.pipeline import OpenBook
from percontact.store.workspace import Workspace
from percontact.values.money import from_pico
from percontact.values.problem import PercontactError

JUNE = {"start": "2026-06", "end": "2026-06"}


@pytest.fixture(scope="module")
def book(company: Path) -> OpenBook:
    return OpenBook(Workspace.open(company), keeps=True)


@pytest.fixture(scope="module")
def june(book: OpenBook) -> Glance:
    return glanced(book, **JUNE)


def text(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def test_the_sentence_says_cost_change_budget_and_quality(book: OpenBook, june: Glance) -> None:
    """The statement of June: its total on both bases, and what stands beside it."""
    statement = book.state(replace(book.ask(**JUNE, by=["channel"]), grain="whole"))
    beside = {c.name: c for c in statement.comparisons}
    words = june.document.headline
    assert words.startswith(f"EUR {statement.total.value:.2f} per contact in June 2026, for the work done; ")
    change = beside["period before"].change
    assert change is not None
    assert f"{abs(change):.2f} {'more' if change > 0 else 'less'} than in May 2026." in words
    assert f"Budget: EUR {beside['budget (all cost, basis full)'].value:.2f} with unused time" in words
    assert re.search(r"(Quality held|Quality fell|Cheaper and worse)", words)


def test_a_cost_names_what_it_is_divided_by(june: Glance) -> None:
    says = {r.metric: r.says for r in june.seen.readings}
    contacts = june.seen.statement.total.denominator
    assert says["cost_per_contact"].endswith(f" / {contacts:,} contacts")
    assert says["cost_per_resolution"].endswith(" resolutions")


def test_compare_changes_what_every_figure_is_held_against(book: OpenBook, june: Glance) -> None:
    year = glanced(book, **JUNE, compare="last-year")
    assert "than in June 2025" in year.document.headline
    assert "than in May 2026" not in year.document.headline
    assert {r.change.rpartition(" against ")[2] for r in year.seen.readings if "against" in r.change} <= {
        "June 2025", "June 2025, within chance",
    }  # fmt: skip
    assert [x.then for x in year.seen.shares] != [x.then for x in june.seen.shares]
    assert [m.part for m in year.seen.movers] == [
        p.name for p in explained(book, **JUNE, against="last-year").bridge.parts[:3]
    ]


def test_beside_the_budget_all_cost_is_told(book: OpenBook) -> None:
    """A budget plans all cost, so the figure is on basis full; resolutions are in no budget."""
    found = glanced(book, **JUNE, compare="budget").seen
    assert found.statement.basis == "full"
    assert found.statement.total.value == found.full
    told = {r.metric: r.change for r in found.readings}
    assert "the budget of EUR" in told["cost_per_contact"] or "as planned" in told["cost_per_contact"]
    assert told["cost_per_resolution"] == "not in the budget"
    planned = {x.name: x.then for x in found.shares}
    assert planned["voice"] is not None


def test_the_months_are_those_of_the_statement_and_of_the_plan(book: OpenBook, june: Glance) -> None:
    by_month = {x.start: x.value for x in book.state(book.ask(end="2026-06"), compare=False).rows}
    assert {m.start.isoformat(): m.value for m in june.seen.months} == by_month
    plans = {c.name: c.value for c in june.seen.statement.comparisons}
    assert june.seen.months[-1].budget == plans["budget (all cost, basis full)"]
    assert june.seen.months[-1].full == june.seen.full


def test_the_channels_add_up_to_the_whole(june: Glance) -> None:
    whole = june.seen.statement.total
    assert sum(x.cents or 0 for x in june.seen.shares) == whole.cents
    assert sum(x.contacts for x in june.seen.shares) == whole.contacts


def test_movers_are_the_largest_parts_of_the_bridge(book: OpenBook, june: Glance) -> None:
    bridge = explained(book, **JUNE, against="previous").bridge
    for mover, part in zip(june.seen.movers, bridge.parts, strict=False):
        assert mover.part == part.name
        assert abs(mover.change - from_pico(part.pico)) < Decimal("0.01")
        assert ("added" if part.pico > 0 else "saved") in mover.says


def test_one_channel_is_parted_by_its_teams(book: OpenBook) -> None:
    found = glanced(book, **JUNE, where=["channel=voice"]).seen
    assert found.dimension == "team"
    told = {r.metric: r for r in found.readings}["occupancy"]
    assert (told.value, told.says) == ("not known", "known for all contacts together only")


def test_the_first_month_has_nothing_to_be_held_against_and_says_so(book: OpenBook) -> None:
    first = book.months()[0]
    found = glanced(book, start=f"{first:%Y-%m}", end=f"{first:%Y-%m}")
    assert "There is nothing to compare with" in found.document.headline
    assert "Whether quality held is not known." in found.document.headline
    assert found.seen.movers == ()
    assert "no ledger lines" in found.seen.unsplit or "no contacts" in found.seen.unsplit


def test_an_unknown_comparison_is_answered_with_its_names(book: OpenBook) -> None:
    with pytest.raises(PercontactError, match=r"previous, last-year, budget"):
        glanced(book, compare="lastyear")


def test_every_figure_opens_what_is_behind_it(app: TestClient) -> None:
    page = app.get("/?period=2026-06&compare=last-year").text
    for href in (
        "/explain?compare=last-year&amp;period=2026-06",
        "/explain?channel=voice&amp;compare=last-year&amp;period=2026-06",
        "/explain?compare=last-year&amp;per=resolution&amp;period=2026-06",
        "/measures/service_level?compare=last-year&amp;period=2026-06",
        "/cost-map?compare=last-year&amp;period=2026-06",
        "/?compare=last-year&amp;period=2025-06",
        "/data",
    ):
        assert f'href="{href}"' in page
    assert len(re.findall(r'href="/explain\?[^"]*part=', page)) == 3


def test_the_page_says_how_new_the_data_is(app: TestClient, june: Glance) -> None:
    page = text(app.get("/?period=2026-06").text)
    assert june.seen.fresh.last_contact is not None
    assert "Last contact 30 June 2026, last ledger line" in page
    assert june.seen.fresh.worst is not None
    assert june.seen.fresh.worst.what in page


def test_a_table_of_one_period_has_no_column_for_it(june: Glance) -> None:
    assert "period" not in [c.name for c in june.document.for_machines.columns]
