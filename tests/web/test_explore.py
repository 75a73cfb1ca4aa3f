# SPDX-License-Identifier: Apache-2.0
"""Explore: any metric by any way, totals right, each line a step deeper, names of agents kept."""

import html
import json
import re
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from percontact.answers.exploring import explored
from percontact.people.pseudonyms import pseudonym
from percontact.pipeline import OpenBook
from percontact.report.explored import explored_document
from percontact.report.exploring_charts import exploration_chart
from percontact.store.workspace import Workspace
from percontact.values.problem import PercontactError

JUNE = "period=2026-06"


@pytest.fixture(scope="module")
def book(company: Path) -> OpenBook:
    return OpenBook(Workspace.open(company))


def lines(app: TestClient, query: str) -> list[dict[str, object]]:
    return list(json.loads(app.get(f"/explore.json?{query}").text)["lines"])


def rows(text: str) -> list[list[str]]:
    """The cells of the listing, without markup."""
    table = text.partition('id="listing"')[2].partition("</table>")[0]
    found = re.findall(r"<tr>(.*?)</tr>", table.partition("<tbody>")[2].partition("</tbody>")[0], re.S)
    return [[plain(c) for c in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)] for row in found]


def plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup)).strip()


def links(text: str) -> list[str]:
    table = text.partition('id="listing"')[2].partition("</table>")[0]
    return [html.unescape(a) for a in re.findall(r'<th scope="row"><a href="([^"]+)"', table)]


# -- figures -------------------------------------------------------------------------------------------------


def test_costs_of_channels_add_up_and_the_total_is_all_cost_by_all_contacts(app: TestClient) -> None:
    """A ratio is never averaged: the total is the sum of costs over the sum of contacts."""
    found = json.loads(app.get(f"/explore.json?{JUNE}&by=channel").text)
    cost = sum(Decimal(x["cost"]) for x in found["lines"])
    contacts = sum(Decimal(x["out_of"]) for x in found["lines"])
    total = found["total"]
    assert abs(Decimal(total["cost"]) - cost) < Decimal("0.000001")
    assert Decimal(total["out_of"]) == contacts
    assert abs(Decimal(total["value"]) - cost / contacts) < Decimal("0.000001")


def test_the_change_of_a_channel_is_its_figure_less_that_of_the_month_before(app: TestClient) -> None:
    now = {x["channel"]: x for x in lines(app, "period=2026-06&by=channel")}
    then = {x["channel"]: x for x in lines(app, "period=2026-05&by=channel")}
    for channel, line in now.items():
        change = Decimal(line["value"]) - Decimal(then[channel]["value"])
        assert abs(Decimal(line["change"]) - change) < Decimal("0.00000001")


def test_last_year_means_the_same_month_a_year_ago(book: OpenBook) -> None:
    found = explored(book, start="2026-06", end="2026-06", compare="last-year")
    assert found.against is not None
    assert f"{found.against.start}" == "2025-06-01"


def test_a_filter_chooses_what_is_shown_and_moves_no_cost(app: TestClient) -> None:
    whole = next(x for x in lines(app, f"{JUNE}&by=channel") if x["channel"] == "voice")
    part = lines(app, f"{JUNE}&by=reason&channel=voice")
    assert abs(sum(Decimal(x["cost"]) for x in part) - Decimal(whole["cost"])) < Decimal("0.000001")


def test_over_time_each_month_stands_beside_the_month_before_it(app: TestClient) -> None:
    found = lines(app, "from=2026-01&to=2026-06&grain=month")
    assert [x["period"] for x in found] == [f"2026-0{m}" for m in range(1, 7)]
    assert found[0]["change"] is None
    for before, now in pairwise(found):
        change = Decimal(now["value"]) - Decimal(before["value"])
        assert abs(Decimal(now["change"]) - change) < Decimal("0.00000001")


def test_one_month_told_by_month_reaches_back_a_year_and_says_so(app: TestClient) -> None:
    assert [x["period"] for x in lines(app, f"{JUNE}&grain=month")][0::12] == ["2025-06", "2026-06"]
    assert "those before it are shown too" in app.get(f"/explore?{JUNE}&grain=month").text


def test_shares_say_how_many_they_rest_on_and_few_are_marked(app: TestClient) -> None:
    found = lines(app, f"{JUNE}&metric=customer_satisfaction&by=reason")
    few = [x for x in found if Decimal(x["out_of"]) < 30]
    assert few
    assert all("fewer than 30" in x["marks"] for x in few)


def test_the_headline_names_the_month_and_never_its_dates(app: TestClient) -> None:
    page = app.get(f"/explore?{JUNE}").text
    headline = plain(re.search(r'<p class="headline">(.*?)</p>', page, re.S)[1])
    assert re.match(
        r"Cost per contact was EUR \d+\.\d\d in June 2026, EUR .* (more|less) than in May 2026\.", headline
    )
    assert "2026-06" not in headline


def test_the_file_holds_all_lines_where_the_page_holds_fifty(app: TestClient) -> None:
    query = f"{JUNE}&by=reason&by=channel&sort=reason"
    page, in_all = rows(app.get(f"/explore?{query}").text), lines(app, query)
    assert len(page) == 50 < len(in_all)
    second = rows(app.get(f"/explore?{query}&page=2").text)
    assert [r[:2] for r in page + second][:100] == [[x["reason"], x["channel"]] for x in in_all[:100]]


def test_two_dimensions_are_a_heat_picture_whose_squares_are_the_lines(book: OpenBook) -> None:
    found = explored(book, by=["reason", "channel"], start="2026-06", end="2026-06")
    (chart,) = exploration_chart(found, [""] * len(found.lines))
    assert chart.kind == "heat"
    drawn = {(row[0], row[1]): row[2] for row in chart.table.rows if row[2] is not None}
    known = {x.values: x.now.value for x in found.lines}
    assert len(drawn) > 20
    assert all(abs(Fraction(value) - known[place]) < Fraction(1, 10**9) for place, value in drawn.items())


def test_time_is_a_trend_with_a_line_a_channel_and_one_dimension_is_bars(book: OpenBook) -> None:
    months = explored(book, by=["channel"], grain="month", start="2026-01", end="2026-06")
    assert [c.kind for c in exploration_chart(months, [""] * len(months.lines))] == ["trend"]
    channels = explored(book, start="2026-06", end="2026-06")
    assert [c.kind for c in exploration_chart(channels, [""] * len(channels.lines))] == ["bars"]


# -- order and pages -----------------------------------------------------------------------------------------


def test_a_header_sorts_and_says_which_way_it_is_sorted(app: TestClient) -> None:
    page = app.get(f"/explore?{JUNE}&sort=out_of").text
    counts = [int(x["out_of"]) for x in lines(app, f"{JUNE}&sort=out_of")]
    assert [r[0] for r in rows(page)] == [x["channel"] for x in lines(app, f"{JUNE}&sort=out_of")]
    assert counts == sorted(counts)
    assert re.search(r'<th scope="col" class="number" aria-sort="ascending"><a [^>]*sort=-out_of', page)


def test_the_largest_comes_first_unless_asked_otherwise(app: TestClient) -> None:
    values = [Decimal(x["value"]) for x in lines(app, JUNE)]
    assert values == sorted(values, reverse=True)


def test_a_page_that_is_not_there_is_said_and_not_clamped(app: TestClient) -> None:
    page = app.get(f"/explore?{JUNE}&page=99")
    assert page.status_code == 400
    assert "There is no page 99" in page.text


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("by=chanel", "channel"),
        ("metric=cost_per_contct", "cost_per_contact"),
        ("by=channel&by=reason&by=team", "A picture has room for two"),
        ("by=customer", "about as many values of customer as contacts"),
        ("grain=fortnight", "is no step of time"),
        ("sort=colour", "there is no column"),
        ("where=channel%3Dvoise", "voice"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(app: TestClient, query: str, says: str) -> None:
    page = app.get(f"/explore?{JUNE}&{query}")
    assert page.status_code == 400
    assert says.lower() in html.unescape(page.text).lower()


# -- deeper --------------------------------------------------------------------------------------------------


def test_each_line_leads_to_itself_by_the_next_dimension(app: TestClient) -> None:
    first = links(app.get(f"/explore?{JUNE}&by=channel").text)[0]
    asked = parse_qs(urlsplit(first).query)
    assert asked["by"] == ["reason"]
    assert asked["period"] == ["2026-06"]
    assert len(asked["channel"]) == 1
    assert app.get(first).status_code == 200


def test_from_line_to_line_one_comes_to_the_contacts(app: TestClient) -> None:
    at, seen = f"/explore?{JUNE}", []
    while at.startswith("/explore?") and len(seen) < 15:
        seen.append(at)
        at = links(app.get(at).text)[0]
    assert at.startswith("/explore/contacts?")


def test_a_value_with_a_comma_or_a_quote_can_be_filtered_by(book: OpenBook) -> None:
    from percontact.web.asked import Asked
    from percontact.web.filters import filtered

    here = filtered(Asked(), [("queue", 'a, "b"'), ("channel", None), ("reason", "x, y")])
    told = book.ask(where=here.where, unchecked=("queue", "channel", "reason")).where
    assert {c.dimension: c.values for c in told} == {
        "queue": ('a, "b"',), "channel": ("",), "reason": ("x, y",)
    }  # fmt: skip


def test_each_filter_is_a_chip_that_takes_it_away(app: TestClient) -> None:
    page = app.get(f"/explore?{JUNE}&channel=voice&where=segment%3D&by=reason").text
    chips = re.findall(r'<li><a href="([^"]+)"><bdi>([^<]+)</bdi>', page)
    assert [text for _, text in chips] == ["channel voice", "segment unknown"]
    assert "channel=" not in html.unescape(chips[0][0])
    assert "segment" in chips[0][0]
    assert "channel=voice" in chips[1][0]
    assert "segment" not in chips[1][0]


# -- agents --------------------------------------------------------------------------------------------------


def test_who_may_not_see_names_sees_pseudonyms_and_can_look_deeper_by_them(book: OpenBook) -> None:
    real = {x.values[0] for x in explored(book, by=["agent"], start="2026-06", end="2026-06").lines}
    masked = explored(book, by=["agent"], start="2026-06", end="2026-06", agents_by_name=False)
    told = json.dumps(explored_document(masked).data)
    assert not [name for name in real if name and f'"{name}"' in told]
    one = next(x for x in masked.lines if x.values[0])
    deeper = explored(
        book,
        by=["channel"],
        start="2026-06",
        end="2026-06",
        where=[f"agent={one.values[0]}"],
        agents_by_name=False,
    )
    assert deeper.total.value == one.now.value


def test_who_may_not_see_names_cannot_ask_for_one_nor_learn_near_ones(book: OpenBook) -> None:
    name = next(x.values[0] for x in explored(book, by=["agent"]).lines if x.values[0])
    with pytest.raises(PercontactError) as told:
        explored(book, where=[f"agent={name}"], agents_by_name=False)
    assert told.value.problem.code == "E-ARG-01"
    assert name not in told.value.problem.do + told.value.problem.why
    assert explored(book, where=[f"agent={pseudonym(book.workspace.key, name)}"], agents_by_name=False).lines


# -- hostile -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["where", "by", "metric", "sort", "grain", "channel"])
def test_script_in_an_address_is_shown_as_text_or_refused_and_never_run(app: TestClient, name: str) -> None:
    page = app.get("/explore", params={"period": "2026-06", name: '"><script>alert(1)</script>'})
    assert page.status_code in (200, 400)
    assert "<script>alert" not in page.text


def test_sql_in_a_filter_is_a_value_like_any_other(app: TestClient) -> None:
    page = app.get("/explore", params={"period": "2026-06", "where": "team=x' OR 1=1 --"})
    assert page.status_code == 400
    assert "No contact has team" in page.text


def test_cost_by_team_says_that_contacts_handed_over_count_elsewhere(app: TestClient) -> None:
    """Specialists bear the work of calls that count for the voice teams: two figures differ by it."""
    assert "contacts handed over to it" in app.get("/explore?period=2026-05&by=team").text
    assert "handed over to it" not in app.get("/explore?period=2026-05&by=channel").text
    assert "handed over to it" not in app.get("/explore?period=2026-05&by=team&metric=contacts_handled").text
