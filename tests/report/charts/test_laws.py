# SPDX-License-Identifier: Apache-2.0
"""What is drawn is what is so: lengths add up to totals, bars begin at zero, no cent is lost in a flow."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percontact.report.charts import (
    Bar,
    Chart,
    Moment,
    Node,
    Point,
    Ribbon,
    Series,
    Square,
    bars,
    bridge,
    flow,
    heat,
    page_json,
    pdf,
    png,
    svg,
    trend,
    vega,
)  # fmt: skip
from percontact.report.charts.chart import MARKS
from percontact.report.charts.flow import HEIGHT
from percontact.report.charts.scale import apart, ticks
from percontact.report.document import TableColumn
from percontact.values.problem import PercontactError

COST = TableColumn("cost", "Cost, EUR", "money", "EUR")
PER_CONTACT = TableColumn("cost_per_contact", "Cost per contact, EUR", "value", "EUR")
SAID = {"title": "What it says", "subtitle": "Cost, EUR, 2026-06"}
CENTS = st.integers(-(10**10), 10**10)


def rows(spec: Mapping[str, object]) -> Iterator[dict[str, object]]:
    """Every row of data that a specification draws."""
    if isinstance(spec, Mapping):
        yield from spec.get("values", []) if isinstance(spec.get("values"), list) else []
        for value in spec.values():
            yield from rows(value)
    elif isinstance(spec, list):
        for each in spec:
            yield from rows(each)


def rows_with(chart: Chart, *fields: str) -> list[dict[str, object]]:
    """The rows that have these fields, each once, in order."""
    found = [row for row in rows(chart.spec) if isinstance(row, dict) and set(fields) <= set(row)]
    return [row for i, row in enumerate(found) if row not in found[:i]]


# -- bridge -------------------------------------------------------------------------------------------------


@given(start=CENTS, parts=st.lists(CENTS, max_size=9))
def test_the_bars_of_a_bridge_lead_from_the_first_total_to_the_last(start: int, parts: list[int]) -> None:
    points = [Point(f"part {i}", part) for i, part in enumerate(parts)]
    end = Point("after", start + sum(parts))
    made = bridge(Point("before", start), points, end, COST, **SAID)
    drawn = sorted(rows_with(made, "from", "to", "name"), key=lambda row: str(row["row"]))
    first, *steps, last = drawn
    lengths = [step["to"] - step["from"] for step in steps]
    largest = max(abs(start), *map(abs, (*parts, start + sum(parts)))) / 100
    # A hundredth of a cent in ten billions: what a double holds.
    assert first["to"] + sum(lengths) == pytest.approx(last["to"], abs=1e-9 * largest + 1e-9)
    assert lengths == pytest.approx([part / 100 for part in parts], abs=1e-9 * largest * 10 + 1e-9)
    for before, after in zip(drawn[:-2], steps, strict=True):
        assert after["from"] == before["to"]


@given(start=CENTS, parts=st.lists(CENTS, min_size=1, max_size=5), lost=st.integers(1, 100))
def test_a_bridge_that_does_not_add_up_is_not_drawn(start: int, parts: list[int], lost: int) -> None:
    wrong = start + sum(parts) + max(lost, (abs(start) + sum(map(abs, parts))) // 1000)
    points = [Point(f"part {i}", part) for i, part in enumerate(parts)]
    with pytest.raises(ValueError, match="the parts make"):
        bridge(Point("before", start), points, Point("after", wrong), COST, **SAID)


def test_a_bridge_of_small_parts_is_cut_and_says_so() -> None:
    """10.00 + 0.20 = 10.20: from zero the part would be 2% of the width"""
    made = bridge(Point("before", 1000), [Point("pay", 20)], Point("after", 1020), COST, **SAID)
    assert made.subtitle == "Cost, EUR, 2026-06; totals are cut at 9.80"
    whole = bridge(Point("before", 1000), [Point("pay", 800)], Point("after", 1800), COST, **SAID)
    assert whole.subtitle == "Cost, EUR, 2026-06"
    assert rows_with(whole, "from", "to", "name")[0]["from"] == 0


def test_a_part_bears_its_sign_and_its_word() -> None:
    made = bridge(
        Point("May", 1000), [Point("pay", 700), Point("mix", -200)], Point("June", 1500), COST, **SAID
    )
    said = [(r["figure"], r["word"], r["tone"]) for r in rows_with(made, "figure", "word")]
    assert said == [
        ("10.00", "", "total"), ("+7.00", "raises", "cost-up"),
        ("−2.00", "lowers", "cost-down"), ("15.00", "", "total"),
    ]  # fmt: skip


def test_totals_and_changes_never_stand_in_one_column() -> None:
    """A reader adds up a column: 10.00 + 7.00 - 2.00 + 15.00 would be nothing at all."""
    made = bridge(
        Point("May", 1000), [Point("pay", 700), Point("mix", -200)], Point("June", 1500), COST, **SAID
    )
    assert made.table.column("cost") == [1000, None, None, 1500]
    assert made.table.column("change") == [None, 700, -200, None]


# -- bars ---------------------------------------------------------------------------------------------------


@given(values=st.lists(CENTS, min_size=1, max_size=12))
def test_bars_begin_at_zero_and_are_as_long_as_their_figures(values: list[int]) -> None:
    made = bars([Bar(f"thing {i}", value) for i, value in enumerate(values)], COST, **SAID)
    drawn = sorted(rows_with(made, "from", "to"), key=lambda row: str(row["row"]))
    assert {row["from"] for row in drawn} == {0}
    assert [row["to"] for row in drawn] == pytest.approx([value / 100 for value in values])
    assert json.loads(json.dumps(made.spec)) is not None
    assert made.table.column("cost") == values


def test_an_unknown_figure_has_no_bar_and_is_no_zero() -> None:
    made = bars([Bar("known", 100), Bar("unknown", None)], COST, **SAID)
    assert [(r["to"], r["figure"]) for r in rows_with(made, "to", "figure")] == [(1.0, "1.00"), (None, "-")]
    assert made.table.column("cost") == [100, None]


def test_bars_of_few_contacts_are_grey_and_noted() -> None:
    made = bars([Bar("fax", 100, few=True)], COST, **SAID)
    assert rows_with(made, "tone")[0]["tone"] == "few"
    assert made.table.note == "Greyed: fewer than 30 contacts: chance moves this figure."


# -- trend --------------------------------------------------------------------------------------------------


def test_a_period_without_a_figure_breaks_the_line() -> None:
    moments = tuple(Moment(date(2026, m, 1), None if m == 3 else m * 100) for m in range(1, 6))
    made = trend([Series("cost", moments)], COST, **SAID)
    assert [row["value"] for row in rows_with(made, "at", "value", "few")[:5]] == [1.0, 2.0, None, 4.0, 5.0]
    assert made.table.column("series_1") == [100, 200, None, 400, 500]


def test_the_months_of_an_axis_are_numbers_that_every_reader_of_it_takes_for_the_same_instant() -> None:
    """`datetime(ms)` is a day to Vega and a year to its interpreter, which pages need: no label was drawn."""
    months = tuple(Moment(date(2026, m, 1), Decimal(m)) for m in range(1, 7))
    made = vega(trend([Series("now", months)], PER_CONTACT, **SAID))
    axes = [axis for axis in made["axes"] if axis["scale"] == "x"]
    first = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)
    assert axes[0]["values"][0] == first
    assert "datetime(" not in json.dumps([axis["values"] for axis in axes])


def test_a_trend_too_fine_to_see_is_refused() -> None:
    moments = tuple(Moment(date.fromordinal(730000 + i), 100) for i in range(MARKS + 1))
    with pytest.raises(ValueError, match="choose a coarser grain"):
        trend([Series("cost", moments)], COST, **SAID)


@given(low=st.floats(-1e9, 1e9), width=st.floats(1e-6, 1e9))
def test_gridlines_reach_over_all_figures_and_are_few(low: float, width: float) -> None:
    high = low + width
    grid = ticks(low, high)
    slack = 1e-6 * max(abs(low), abs(high), width)
    assert grid[0] <= low + slack
    assert grid[-1] >= high - slack
    assert len(grid) <= 7


@given(wanted=st.lists(st.floats(0, 260), max_size=15))
def test_labels_stand_apart_inside_the_frame_and_in_order(wanted: list[float]) -> None:
    placed = apart(wanted, 15, 0, 260)
    ordered = [place for _, place in sorted(zip(wanted, placed, strict=True))]
    assert all(0 - 1e-6 <= place <= 260 + 1e-6 for place in placed)
    assert all(b - a >= 15 - 1e-6 for a, b in zip(sorted(placed), sorted(placed)[1:], strict=False))
    assert ordered == sorted(ordered)


# -- flow ---------------------------------------------------------------------------------------------------


@st.composite
def flows(draw: st.DrawFn) -> tuple[list[Node], list[Ribbon]]:
    """Accounts into pools, each pool's whole into channels and an idle end, by any split."""
    accounts, pools, ends = (draw(st.integers(1, n)) for n in (16, 4, 14))
    nodes = [Node(f"a{i}", f"account {i}", 0) for i in range(accounts)]
    nodes += [Node(f"p{i}", f"pool {i}", 1) for i in range(pools)]
    nodes += [Node(f"c{i}", f"channel {i}", 2, "idle" if i == 0 else "cost") for i in range(ends)]
    ribbons = []
    into: dict[int, int] = defaultdict(int)
    for account in range(accounts):
        pool, value = draw(st.integers(0, pools - 1)), draw(st.integers(1, 10**9))
        ribbons.append(Ribbon(f"a{account}", f"p{pool}", value))
        into[pool] += value
    for pool, whole in into.items():
        cuts = sorted(draw(st.lists(st.integers(0, whole), min_size=ends - 1, max_size=ends - 1)))
        pieces = [b - a for a, b in zip([0, *cuts], [*cuts, whole], strict=True)]
        ribbons += [Ribbon(f"p{pool}", f"c{i}", piece) for i, piece in enumerate(pieces) if piece]
    return nodes, ribbons


@given(made=flows())
def test_ribbons_are_as_wide_as_their_amounts_at_every_point(made: tuple[list[Node], list[Ribbon]]) -> None:
    """Their widths at any stage add up to the height of the whole."""
    chart = flow(*made, COST, **SAID)
    samples = rows_with(chart, "ribbon", "x", "from", "to")
    for stage in (0.0, 1.0):
        leaving = [s for s in samples if s["x"] == stage and _goes_on(s, samples)]
        assert sum(s["to"] - s["from"] for s in leaving) == pytest.approx(HEIGHT, abs=0.05)
    widths: dict[object, set[float]] = defaultdict(set)
    for sample in samples:
        widths[sample["ribbon"]].add(round(sample["to"] - sample["from"], 1))
    assert all(max(found) - min(found) <= 0.11 for found in widths.values())


def _goes_on(sample: dict[str, object], samples: list[dict[str, object]]) -> bool:
    return any(s["ribbon"] == sample["ribbon"] and s["x"] > sample["x"] for s in samples)


@given(made=flows())
def test_the_table_of_a_flow_holds_every_cent(made: tuple[list[Node], list[Ribbon]]) -> None:
    chart = flow(*made, COST, **SAID)
    assert sum(chart.table.column("cost")) == sum(ribbon.value for ribbon in made[1])


def test_a_flow_that_loses_a_cent_is_not_drawn() -> None:
    nodes = [Node("a", "6100", 0), Node("p", "people.voice", 1), Node("c", "Phone", 2)]
    with pytest.raises(ValueError, match=r"1200000 reach people\.voice, and 1199999 leave it"):
        flow(nodes, [Ribbon("a", "p", 1_200_000), Ribbon("p", "c", 1_199_999)], COST, **SAID)


def test_an_amount_below_zero_is_told_not_drawn() -> None:
    """A correction of 10.00 flows back from the account: it has no width."""
    nodes = [Node("a", "6100", 0), Node("b", "6190 corrections", 0), Node("p", "people.voice", 1)]
    made = flow(nodes, [Ribbon("a", "p", 5000), Ribbon("b", "p", -1000)], COST, **SAID)
    assert made.subtitle.endswith("one amount below zero has no width, so it is not drawn")
    assert made.table.column("cost") == [5000, -1000]
    assert {row["ribbon"] for row in rows_with(made, "ribbon")} == {0}


def test_small_accounts_are_drawn_as_one_and_idle_never_is() -> None:
    nodes = [Node(f"a{i}", f"account {i}", 0) for i in range(20)]
    nodes += [Node("idle", "Unused", 1, "idle"), Node("used", "Used", 1)]
    ribbons = [Ribbon(f"a{i}", "used" if i else "idle", 100 - i) for i in range(20)]
    names = [row["name"] for row in rows_with(flow(nodes, ribbons, COST, **SAID), "name", "stage")]
    assert "9 others" in names
    assert "Unused" in names


# -- heat ---------------------------------------------------------------------------------------------------


def test_what_is_unknown_stays_blank_and_what_few_made_is_grey() -> None:
    squares = [Square("Phone", "Mon", 100), Square("Phone", "Tue", None), Square("Fax", "Mon", 900, few=True)]
    tones = [row["tone"] for row in rows_with(heat(squares, COST, **SAID), "tone", "figure")]
    assert tones == ["heat-1", "paper", "rest-soft"]


def test_two_figures_at_one_place_are_refused() -> None:
    with pytest.raises(ValueError, match="at one place"):
        heat([Square("a", "b", 1), Square("a", "b", 2)], COST, **SAID)


# -- forms --------------------------------------------------------------------------------------------------


def test_one_drawing_gives_svg_png_and_pdf(charts: dict[str, Chart]) -> None:
    from pypdf import PdfReader

    made = charts["bridge"]
    assert svg(made).startswith("<svg")
    assert made.title in svg(made, width=900)
    assert png(made).startswith(b"\x89PNG\r\n")
    text = PdfReader(BytesIO(pdf(made, width=900))).pages[0].extract_text()
    assert made.title in text
    assert "September 2026" in text


def test_a_picture_asks_for_nothing_from_elsewhere_and_leads_nowhere(charts: dict[str, Chart]) -> None:
    """An address of the app means nothing in a file; the drawer once put a stranger's before it."""
    for made in charts.values():
        picture = svg(made).lower()
        for word in ("<image", "url(http", "@import", "<script", "href", "vega.github.io"):
            assert word not in picture, made.kind


def test_a_notebook_shows_a_chart(charts: dict[str, Chart]) -> None:
    assert charts["sparkline"]._repr_svg_().startswith("<svg")


def test_no_name_from_the_data_can_end_the_block_that_holds_it(charts: dict[str, Chart]) -> None:
    for made in charts.values():
        text = page_json(made)
        assert not set("<>&\u2028\u2029") & set(text)
        assert json.loads(text) == vega(made)


def test_every_specification_is_vega_lite(charts: dict[str, Chart]) -> None:
    """Held against the schema that Altair brings; it takes longer than making a page."""
    import altair
    from jsonschema import ValidationError

    for made in charts.values():
        assert altair.Chart.from_dict(dict(made.spec), validate=True).to_dict(validate=True)
    with pytest.raises(ValidationError):
        altair.Chart.from_dict({"mark": "no such mark", "encoding": {}}, validate=True)


def test_each_row_of_a_table_has_its_link(charts: dict[str, Chart]) -> None:
    for made in charts.values():
        assert len(made.links) == len(made.table.rows)
        assert made.alt


def test_without_altair_a_chart_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(PercontactError, match="E-LIB-01") as raised:
        bars([Bar("a", 1)], COST, **SAID)
    assert "pip install 'percontact[pdf]'" in str(raised.value)


def test_without_what_draws_it_a_chart_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    made = bars([Bar("a", 1)], COST, **SAID)
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(PercontactError, match="E-LIB-01") as raised:
        svg(made)
    assert "pip install 'percontact[pdf]'" in str(raised.value)


def test_figures_keep_all_their_digits_in_the_table() -> None:
    exact = Decimal("2.904999999999")
    assert bars([Bar("a", exact)], PER_CONTACT, **SAID).table.column("cost_per_contact") == [exact]
