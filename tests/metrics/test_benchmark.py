# SPDX-License-Identifier: Apache-2.0
"""Published figures stand beside one's own with what sets them apart and the rates they were converted by."""

from fractions import Fraction

import pytest

from percontact.metrics import catalogue
from percontact.metrics.benchmark import MARKS, compare, published_figures, read_published, shipped_figures
from percontact.values.problem import PercontactError

CARDS = catalogue()


def test_every_shipped_figure_has_a_source_a_scope_and_a_card() -> None:
    for figure in shipped_figures():
        assert figure.metric in CARDS
        assert figure.source
        assert figure.scope
        assert figure.mark in MARKS
        assert bool(figure.currency) == CARDS[figure.metric].unit.startswith("money")


def test_the_figure_that_everybody_quotes_is_said_to_have_no_source() -> None:
    (found,) = [f for f in shipped_figures() if f.value == Fraction("7.16")]
    (beside,) = compare(CARDS["cost_per_contact"], [found], currency="USD", year=2026)
    assert found.mark == "unsourced"
    assert "widely quoted, no primary source found" in beside.differs


def test_money_is_converted_by_the_rate_of_its_year_and_by_prices() -> None:
    """GBP 10.00 of 2024 at 1.20, prices rising by 10% a year, in 2026: 10 x 1.20 x 1.21 = 14.52."""
    figures = read_published(
        "- {metric: cost_per_call, value: 10.00, currency: GBP, channel: voice, scope: all, year: 2024, "
        "source: our own survey, mark: primary}",
        "published.yaml",
    )
    (beside,) = compare(
        CARDS["cost_per_call"], figures, currency="EUR", year=2026, channel="voice",
        rates={("GBP", 2024): Fraction("1.20")}, inflation=Fraction("0.10"),
    )  # fmt: skip
    assert beside.value == Fraction("14.52")
    assert beside.by == "GBP 1 = EUR 1.2000, prices +10.0% a year over 2 years"
    assert beside.differs == ()


def test_money_without_a_rate_stays_as_it_is_and_says_so() -> None:
    (figure, *_) = [f for f in shipped_figures() if f.metric == "cost_per_call"]
    (beside,) = compare(CARDS["cost_per_call"], [figure], currency="EUR", year=2026, channel="voice")
    assert beside.value is None
    assert beside.differs[0] == "in GBP: no rate of 2023 to EUR"


def test_what_is_not_alike_is_named() -> None:
    (figure, *_) = [f for f in shipped_figures() if f.metric == "abandonment_rate"]
    (beside,) = compare(CARDS["abandonment_rate"], [figure], currency="EUR", year=2030, channel="chat")
    assert beside.differs == ("voice, yours chat", "United Kingdom", "7 years apart")


@pytest.mark.parametrize(
    "text",
    [
        "- {metric: cost_per_call, value: 10, scope: all, year: 2024, mark: primary}",
        "- {metric: cost_per_call, value: ten, scope: all, year: 2024, source: x, mark: primary}",
        "- {metric: cost_per_call, value: 10, scope: all, year: 2024, source: x, mark: sure}",
        "metric: cost_per_call",
    ],
    ids=["no source", "no number", "no such mark", "no list"],
)
def test_a_figure_that_is_not_whole_is_refused(text: str) -> None:
    with pytest.raises(PercontactError) as caught:
        read_published(text, "published.yaml")
    assert caught.value.problem.code == "E-CARD-01"


def test_a_workspace_adds_its_own(tmp_path) -> None:  # type: ignore[no-untyped-def]
    text = (
        "- {metric: cost_per_call, value: 10, currency: EUR, scope: us, year: 2024, source: x, mark: primary}"
    )
    (tmp_path / "published.yaml").write_text(text)
    assert len(published_figures(tmp_path)) == len(shipped_figures()) + 1
