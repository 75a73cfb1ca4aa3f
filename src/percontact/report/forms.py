# SPDX-License-Identifier: Apache-2.0
"""One answer, many forms: text, json, csv, md, html, xlsx, parquet, pdf. All are made from one document.

Where the answer has a picture, that may be had alone: svg, png.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal, get_args

from percontact.report import as_csv, as_html, as_json, as_markdown, as_parquet, as_text, as_xlsx
from percontact.report.answer import Answer, document_of
from percontact.report.as_text import Page
from percontact.report.document import Document
from percontact.values.problem import did_you_mean, problem

if TYPE_CHECKING:
    from percontact.report.as_pdf import Sheet
    from percontact.report.charts.chart import Chart
    from percontact.report.page import Tile

Form = Literal["text", "json", "csv", "md", "html", "xlsx", "parquet", "pdf", "svg", "png"]
FORMS: tuple[Form, ...] = get_args(Form)
PICTURES: tuple[Form, ...] = ("svg", "png")
"""Forms of the picture alone."""
DRAWN: tuple[Form, ...] = ("pdf", *PICTURES)
"""Forms that show pictures; the others need none made."""
BINARY: tuple[Form, ...] = ("xlsx", "parquet", "pdf", "png")
"""Forms that are bytes: for a file, not for a terminal."""

_RENDERERS: dict[str, Callable[[Document], str | bytes]] = {
    "json": as_json.render,
    "csv": as_csv.render,
    "md": as_markdown.render,
    "html": as_html.render,
    "xlsx": as_xlsx.render,
    "parquet": as_parquet.render,
}


def render(
    answer: Answer,
    form: str,
    *,
    page: Page | None = None,
    charts: Sequence[Chart] = (),
    tiles: Sequence[Tile] = (),
    sheet: Sheet | None = None,
) -> str | bytes:
    """Write an answer in a form: str, or bytes for those in `BINARY`.

    page    what text is written on (`as_text.page_of(sys.stdout)`); other forms have no use for it
    charts  its pictures, and tiles the figures that stand first: for the forms in `DRAWN`
    sheet   what a PDF says besides: its paper, when it was made, of which data

    Raises E-ARG-01 for a form that there is not, or for the picture of an answer that has none.
    """
    document = document_of(answer)
    if form == "text":
        return as_text.render(document, page or Page())
    if form == "pdf":
        from percontact.report import as_pdf

        return as_pdf.render(document, charts, tiles, sheet=sheet)
    if form in PICTURES:
        return _picture(charts, form)
    if form not in _RENDERERS:
        raise problem(
            "E-ARG-01",
            f"--format {form}",
            f"there is no form {form!r}",
            "Nothing was written.",
            did_you_mean(form, FORMS),
        )
    return _RENDERERS[form](document)


def _picture(charts: Sequence[Chart], form: str) -> str | bytes:
    """The first picture of an answer alone."""
    if not charts:
        raise problem(
            "E-ARG-01", f"--format {form}", "this answer has no picture",
            "It is told in tables, or has nothing to draw; explain, cost, measure and most pages are drawn.",
            "Take pdf, html or xlsx.",
        )  # fmt: skip
    from percontact.report.charts import drawing

    return drawing.svg(charts[0]) if form == "svg" else drawing.png(charts[0])
