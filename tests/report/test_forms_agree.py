# SPDX-License-Identifier: Apache-2.0
"""One answer, many forms: each is read back, and no two may disagree."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import openpyxl
import pytest
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

from percontact.costing.costed import CostedBook
from percontact.costing.policy import textbook
from percontact.costing.policy_file import parse_policy
from percontact.costing.slice import Slice
from percontact.records.books import make_book
from percontact.report.as_text import Page
from percontact.report.charts.samples import samples
from percontact.report.forms import BINARY, FORMS, render
from percontact.report.frames import to_arrow, to_polars
from percontact.report.state import state
from percontact.report.statement import Statement
from percontact.values.money import cents_text
from percontact.values.period import Period
from percontact.values.problem import PercontactError

Costs = tuple[list[Decimal | None], Decimal | None]
"""(the cost of each row, the total as it stands; None where the form has none)"""


def number(text: str) -> Decimal | None:
    text = text.replace(",", "").strip("* ")
    return None if text in ("-", "") else Decimal(text)


def from_text(s: Statement) -> Costs:
    lines = str(render(s, "text", page=Page(200))).splitlines()
    first = next(i for i, line in enumerate(lines) if "─" in line)
    header = next(line for line in lines[:first][::-1] if f"Cost, {s.currency}" in line)
    # Figures stand to the right: each ends where its header does.
    end = header.index(f"Cost, {s.currency}") + len(f"Cost, {s.currency}")
    block = lines[
        first + 1 : next(i for i in range(first, len(lines)) if not lines[i].strip() and more(lines, i))
    ]
    rows = [line for line in block if line.strip() and "─" not in line]
    total = rows.pop() if any("─" in line for line in block) else None
    read = [number(line[:end].rsplit(None, 1)[-1]) for line in rows]
    return read, number(total[:end].rsplit(None, 1)[-1]) if total else None


def more(lines: list[str], i: int) -> bool:
    """Whether the table ends at this empty line: inside it, the next line is one of its rows."""
    return i + 1 >= len(lines) or not re.match(r"(\d{4}|FY|Total)", lines[i + 1])


def from_json(s: Statement) -> Costs:
    read = json.loads(str(render(s, "json")))
    costs = [None if row["cost"] is None else Decimal(row["cost"]) for row in read["rows"]]
    return costs, None if read["total"]["cost"] is None else Decimal(read["total"]["cost"])


def from_csv(s: Statement) -> Costs:
    rows = csv.DictReader(io.StringIO(str(render(s, "csv")), newline=""))
    return [number(row["cost"]) for row in rows], None


def from_markdown(s: Statement) -> Costs:
    lines = [line for line in str(render(s, "md")).split("\n## ")[0].splitlines() if line.startswith("| ")]
    cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines]
    at = next(i for i, cell in enumerate(cells[0]) if cell.strip() == f"Cost, {s.currency}")
    totals = [number(row[at]) for row in cells[2:] if row[0].strip() == "**Total**"]
    return [number(row[at]) for row in cells[2:] if row[0].strip() != "**Total**"], (totals or [None])[0]


class Tables(HTMLParser):
    """The cells of the tables of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.tables[-1][-1][-1] += data


def from_html(s: Statement) -> Costs:
    page = Tables()
    page.feed(str(render(s, "html")))
    header, *rows = page.tables[0]
    at = header.index(f"Cost, {s.currency}")
    totals = [number(row[at]) for row in rows if row[0] == "Total"]
    return [number(row[at]) for row in rows if row[0] != "Total"], (totals or [None])[0]


def from_xlsx(s: Statement) -> Costs:
    book = openpyxl.load_workbook(io.BytesIO(bytes(render(s, "xlsx"))), data_only=True)  # type: ignore[arg-type]
    header, *rows = [list(row) for row in book["Cost"].iter_rows(values_only=True)]
    at = header.index(f"Cost, {s.currency}")
    digits = Decimal(cents_text(1, s.currency))
    rows = rows[: next((i for i, row in enumerate(rows) if not any(row)), None)]  # below it stand notes
    read = [None if row[at] is None else Decimal(str(row[at])).quantize(digits) for row in rows]
    return read[:-1], read[-1]


def from_parquet(s: Statement, folder: Path) -> Costs:
    path = folder / "answer.parquet"
    path.write_bytes(bytes(render(s, "parquet")))  # type: ignore[arg-type]
    return [row[0] for row in duckdb.sql(f"SELECT cost FROM '{path}'").fetchall()], None


READERS: dict[str, Callable[[Statement], Costs]] = {
    "text": from_text,
    "json": from_json,
    "csv": from_csv,
    "md": from_markdown,
    "html": from_html,
    "xlsx": from_xlsx,
    "arrow": lambda s: (to_arrow(s)["cost"].to_pylist(), None),
    "polars": lambda s: (to_polars(s)["cost"].to_list(), None),
}


def the_costs(s: Statement) -> Costs:
    rows = sorted(s.rows, key=lambda line: (line.start, bool(line.label)))
    written = [None if r.cents is None else Decimal(cents_text(r.cents, s.currency)) for r in rows]
    return written, None if s.total.cents is None else Decimal(cents_text(s.total.cents, s.currency))


def near(rows: list[Decimal | None], total: Decimal | None, s: Statement) -> bool:
    """Half of the smallest coin a row, and half of the total's own: each amount is rounded by itself."""
    coin = Decimal(cents_text(1, s.currency))
    return abs(sum(filter(None, rows)) - (total or 0)) * 2 <= coin * (len(rows) + 1)


@pytest.mark.parametrize("form", READERS)
def test_every_form_shows_the_same_rows_and_the_same_total(any_statement: Statement, form: str) -> None:
    rows, total = the_costs(any_statement)
    read, read_total = READERS[form](any_statement)
    assert read == rows
    assert read_total in (total, None)
    assert near(read, total, any_statement)


def test_parquet_shows_the_same_rows_and_the_same_total(any_statement: Statement, tmp_path: Path) -> None:
    read, _ = from_parquet(any_statement, tmp_path)
    assert read == the_costs(any_statement)[0]
    assert near(read, the_costs(any_statement)[1], any_statement)


def test_a_total_is_shown_wherever_there_are_several_rows(any_statement: Statement) -> None:
    several = len(any_statement.rows) > 1
    for form in ("text", "md", "html"):
        assert (READERS[form](any_statement)[1] is not None) == several
    assert from_xlsx(any_statement)[1] is not None


def test_only_files_are_bytes(tiny_statement: Statement) -> None:
    drawn = [samples()["bridge"]]
    made = {form for form in FORMS if isinstance(render(tiny_statement, form, charts=drawn), bytes)}
    assert made == set(BINARY)


def test_an_unknown_form_is_answered_with_those_there_are(tiny_statement: Statement) -> None:
    with pytest.raises(PercontactError, match="E-ARG-01") as raised:
        render(tiny_statement, "xls")
    assert raised.value.problem.do == "Did you mean xlsx?"


# -- for any book --------------------------------------------------------------------------------------------

POLICY = """
pools:
  time: {driver: handle_s, group: all, scope: {channel: [voice, chat]}}
  each: {driver: contacts}
rules:
  - {match: {account: "1"}, to: time}
  - {match: {account: "2"}, to: each}
"""


@st.composite
def questions(draw: st.DrawFn) -> tuple[CostedBook, Slice]:
    """Some contacts in two months, channels known and not; three accounts of any amount, with mills."""
    channel = st.sampled_from(["voice", "chat", "=1+1", None])
    month = st.integers(1, 2)
    work = st.lists(
        st.tuples(month, channel, st.integers(1, 9), st.integers(0, 3000)), min_size=1, max_size=9
    )
    paid = st.lists(
        st.tuples(month, st.sampled_from("123"), st.integers(-999, 9_999_999)), min_size=1, max_size=5
    )

    def span(m: int) -> dict[str, object]:
        return {"period_start": f"2026-0{m}-01", "period_end": f"2026-0{m + 1}-01"}

    contacts = [
        {"contact_id": f"c{i}", "started_at": f"2026-0{m}-1{i} 10:00:00", "channel": c, "count": n}
        | {"handle_s": seconds}
        for i, (m, c, n, seconds) in enumerate(draw(work))
    ]
    ledger = [
        {"line_id": f"l{i}", "account": account, "amount": str(Decimal(mills).scaleb(-3)), **span(m)}
        for i, (m, account, mills) in enumerate(draw(paid))
    ]
    capacity = [{"group": "all", "practical_h": 2, **span(m)} for m in (1, 2)]
    # A month without any ledger line has no cost, and so the whole has none either: that is another test.
    ledger += [{"line_id": f"z{m}", "account": "1", "amount": "0.005", **span(m)} for m in (1, 2)]
    currency = draw(st.sampled_from(["EUR", "JPY", "KWD"]))
    note(f"{currency} {contacts} {ledger}")
    book = make_book({"contacts": contacts, "ledger": ledger, "capacity": capacity}, currency=currency)
    policy = textbook() if draw(st.booleans()) else parse_policy(POLICY)
    by = draw(st.sampled_from([(), ("channel",), ("channel", "pool")]))
    asked = Slice(
        Period(date(2026, 1, 1), date(2026, 3, 1)), by=by, basis=draw(st.sampled_from(["used", "full"]))
    )
    return CostedBook(book, policy), asked


# A book is files on disk: fewer examples than of a formula, and no time spent on the smallest that fails.
@settings(
    max_examples=settings.default.max_examples // 3, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)
@given(questions())
def test_where_the_rows_as_printed_do_not_add_up_to_the_total_a_note_says_by_how_much(
    asked: tuple[CostedBook, Slice],
) -> None:
    s = state(*asked, compare=False)
    for form in ("text", "json", "md", "html"):
        rows, total = READERS[form](s)
        printed = total if total is not None else the_costs(s)[1]
        assert near(rows, printed, s), form
        left = (printed or 0) - sum(filter(None, rows))
        if form != "json" and len(rows) > 1:
            said = f"add up to {s.currency} {abs(left):f} {'less' if left > 0 else 'more'} than their total"
            assert (said in " ".join(str(render(s, form)).split())) == bool(left), form
    assert s.proof.difference == 0


def statements_of(s: Statement) -> Iterator[Statement]:
    """A statement with its rows turned around: the order of the data must not show."""
    yield replace(s, rows=s.rows[::-1])
    yield replace(s, rows=tuple(sorted(s.rows, key=lambda line: bool(line.label))))


def test_rows_of_a_period_stand_together_whatever_order_they_come_in(any_statement: Statement) -> None:
    for turned in statements_of(any_statement):
        starts = [row["start"] for row in csv.DictReader(io.StringIO(str(render(turned, "csv")), newline=""))]
        assert starts == sorted(starts)


def test_a_total_is_known_when_any_period_s_cost_is() -> None:
    """
    ledger    none for 2026-01
    contacts  2026-01 and 2026-02, voice
    """
    month = {"period_start": "2026-02-01", "period_end": "2026-03-01"}
    contacts = [
        {"contact_id": f"c{m}", "started_at": f"2026-0{m}-10 10:00:00", "channel": "voice"} for m in (1, 2)
    ]
    book = make_book(
        {"contacts": contacts, "ledger": [{"line_id": "l", "account": "1", "amount": "5", **month}]}
    )
    asked = Slice(Period(date(2026, 1, 1), date(2026, 3, 1)), by=("channel",))
    s = state(CostedBook(book, textbook()), asked, compare=False)
    assert [line.cents for line in s.rows] == [None, 500]
    assert s.total.cents == 500
