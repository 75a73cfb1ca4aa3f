# SPDX-License-Identifier: Apache-2.0
"""An answer on paper reads back: every figure, every row, every text as it is, and which data it is of."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from percontact.report.as_pdf import MOST_ROWS, Sheet, render
from percontact.report.cells import shown, visible
from percontact.report.charts.samples import samples
from percontact.report.document import Document, Table, TableColumn
from percontact.report.forms import render as written
from percontact.report.page import Tile
from percontact.report.statement import Statement
from percontact.report.statement_chart import statement_charts
from percontact.values.money import cents_text
from percontact.values.problem import PercontactError

NAME, COST = TableColumn("name", "Reason"), TableColumn("cost", "Cost, EUR", "money", "EUR")


def read(made: str | bytes) -> list[str]:
    """The text of each page; a sign that only lets a long word break is none of the text."""
    assert isinstance(made, bytes)
    return [page.extract_text().replace("\u200b", "") for page in PdfReader(io.BytesIO(made)).pages]


def plain(text: str) -> str:
    return re.sub(r"\s+", "", text)


def a_document(*rows: tuple[str | None, int], title: str = "Cost by reason") -> Document:
    return Document(
        title,
        "What it cost.",
        (Table("Reasons", (NAME, COST), rows, total=("Total", sum(r[1] for r in rows))),),
    )


def test_every_cost_of_a_statement_stands_on_paper_to_the_cent(any_statement: Statement) -> None:
    text = plain(" ".join(read(written(any_statement, "pdf"))))
    for line in (*any_statement.rows, any_statement.total):
        if line.cents is not None:
            assert f"{Decimal(cents_text(line.cents, any_statement.currency)):,}" in text
    assert plain(any_statement.headline.replace("`", "")) in text


def test_a_hostile_reason_is_only_text_on_paper(
    hostile_statement: Statement, hostile: tuple[str, ...]
) -> None:
    """Formulas, markup, scripts and signs that turn a line around: each as the other forms show it."""
    made = written(hostile_statement, "pdf")
    text = plain(" ".join(read(made)))
    for reason in hostile:
        if reason.isascii():
            assert plain(visible(reason)) in text
    reader = PdfReader(io.BytesIO(made))  # type: ignore[arg-type]
    assert not reader.attachments
    assert "/OpenAction" not in reader.root_object
    assert "/Names" not in reader.root_object or "/JavaScript" not in reader.root_object["/Names"]  # type: ignore[operator]
    assert not any("/Annots" in page for page in reader.pages)


@pytest.mark.parametrize(
    "text",
    [
        "#panic()",
        '#import "@preview/x:1.0.0": *',
        "$ x^2 $ *b* _c_ = d",
        "@name <label>",
        "// note /* */",
        '#read("/etc/passwd")',
        "\\u{41}",
        "`code` ``` raw",
    ],
)
def test_what_the_typesetter_would_act_on_is_only_text(text: str) -> None:
    told = Document(
        text,
        text,
        (Table(text, (NAME, COST), ((text, 150),), note=text),),
        notes=(text,),
        facts=((text, text),),
    )
    found = plain(" ".join(read(render(told, tiles=[Tile(text, text, text, text)]))))
    assert plain(text).replace("`", "") in found.replace("`", "")
    assert "1.50" in found


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.none() | st.text(max_size=80), st.integers(-(10**12), 10**12)), min_size=1, max_size=5
    )
)
@example([("0\xad", 0)])
def test_any_text_at_all_can_be_set(rows: list[tuple[str | None, int]]) -> None:
    """Signs that no font of the machine draws are written by their number, never left out."""
    text = plain(" ".join(read(render(a_document(*rows)))))
    for _, cents in rows:
        assert f"{Decimal(cents_text(cents, 'EUR')):,}" in text


def test_a_sign_that_no_font_draws_is_written_by_its_number() -> None:
    assert "a\\uffffb" in plain(" ".join(read(render(a_document(("a\uffffb", 1))))))


def test_all_rows_are_paged_under_repeated_headers_and_each_page_says_its_number() -> None:
    rows = [(f"reason {i}", i * 7) for i in range(1, 400)]
    pages = read(
        render(
            a_document(*rows),
            sheet=Sheet(
                made=datetime(2026, 7, 1, 9, 30, tzinfo=UTC),
                state=(("Workspace", "books"), ("Snapshot", "12")),
            ),
        )
    )
    whole = plain(" ".join(pages))
    assert all(plain(f"reason {i}") in whole for i in range(1, 400))
    assert plain(shown(sum(r[1] for r in rows), COST)) in whole
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert "Cost by reason · books · data as of snapshot 12 · made 2026-07-01 09:30 UTC" in page
        if "reason 3" in page:
            assert "Cost, EUR" in page


def test_charts_are_vectors_with_their_texts_in_the_font_we_ship() -> None:
    charts = tuple(c for kind, c in samples().items() if kind != "sparkline")
    reader = PdfReader(io.BytesIO(render(a_document(("a", 1)), charts)))
    assert not any(page.images for page in reader.pages)
    text = plain(" ".join(p.extract_text() for p in reader.pages))
    assert all(plain(c.title) in text and plain(c.subtitle) in text for c in charts)
    assert "2.76" in text
    fonts = {
        str(f["/BaseFont"])
        for page in reader.pages
        for f in (x.get_object() for x in page["/Resources"]["/Font"].values())
    }  # type: ignore[index]
    assert any("Inter" in name for name in fonts)


def test_tables_too_wide_for_a_page_lie_across_and_lose_no_figure() -> None:
    columns = (NAME, *(replace(COST, name=f"c{i}", header=f"Cost {i}, EUR") for i in range(14)))
    table = Table("Wide", columns, (("r" * 60, *(123456789 + i for i in range(14))),))
    reader = PdfReader(io.BytesIO(render(Document("Wide", "Wide.", (table,)))))
    box = reader.pages[0].mediabox
    assert box.width > box.height
    text = plain(" ".join(p.extract_text() for p in reader.pages)).replace("\u200b", "")
    assert all(shown(123456789 + i, columns[i + 1]) in text for i in range(14))
    assert "r" * 60 in text


@pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("letter", (612, 792))])
def test_paper_is_a4_or_letter(paper: str, size: tuple[int, int]) -> None:
    box = PdfReader(io.BytesIO(render(a_document(("a", 1)), sheet=Sheet(paper)))).pages[0].mediabox  # type: ignore[arg-type]
    assert (round(box.width), round(box.height)) == size


def test_the_same_answer_is_the_same_file() -> None:
    made = Sheet(made=datetime(2026, 7, 1, 9, 30, tzinfo=UTC))
    told = a_document(("a", 1))
    assert render(told, sheet=made) == render(told, sheet=made)


def test_pages_are_tagged_and_say_title_and_language() -> None:
    reader = PdfReader(io.BytesIO(render(a_document(("a", 1)))))
    assert reader.metadata is not None
    assert reader.metadata.title == "Cost by reason"
    assert reader.root_object["/Lang"] == "en"
    assert reader.root_object["/MarkInfo"]["/Marked"]  # type: ignore[index]


def refused(make: Callable[[], object]) -> str:
    with pytest.raises(PercontactError) as told:
        make()
    return told.value.problem.code


def test_what_cannot_be_is_refused_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    many = a_document(*[("a", 1)] * (MOST_ROWS + 1))
    assert refused(lambda: render(many)) == "E-ARG-03"
    assert refused(lambda: render(a_document(("a", 1)), sheet=Sheet("a5"))) == "E-ARG-01"  # type: ignore[arg-type]
    assert refused(lambda: written(a_document(("a", 1)), "svg")) == "E-ARG-01"
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    assert refused(lambda: render(a_document(("a", 1)))) == "E-LIB-01"


def test_a_statement_is_drawn_over_time_or_by_slice(
    ask_rich: Callable[..., Statement], tiny_statement: Statement
) -> None:
    over_time, by_team = ask_rich(by=("channel",)), ask_rich(start="2026-06-01", by=("team",))
    assert [c.kind for c in statement_charts(over_time)] == ["trend"]
    assert [c.kind for c in statement_charts(by_team)] == ["bars"]
    assert statement_charts(tiny_statement) == ()
    dearest = max(
        (r for r in by_team.rows if r.value is not None and not r.label), key=lambda r: r.value or 0
    )
    assert statement_charts(by_team)[0].table.rows[0][1] == dearest.value
    assert date.fromisoformat(dearest.start).year == 2026


def test_the_picture_alone_is_svg_or_png() -> None:
    chart = samples()["bridge"]
    told = a_document(("a", 1))
    assert str(written(told, "svg", charts=[chart])).startswith("<svg")
    assert bytes(written(told, "png", charts=[chart])).startswith(b"\x89PNG")  # type: ignore[arg-type]
