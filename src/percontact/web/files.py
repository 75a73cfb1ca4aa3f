# SPDX-License-Identifier: Apache-2.0
"""Files of a page: the same answer as PDF, Excel, CSV, JSON, Parquet or Markdown, and its pictures alone."""

from __future__ import annotations

import re

from percontact.report.as_pdf import Sheet
from percontact.report.forms import PICTURES, render
from percontact.report.page import Page
from percontact.values.problem import did_you_mean, problem

MEDIA = {
    "pdf": "application/pdf",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "md": "text/markdown; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
}
"""Form -> its media type. The form is the ending of the page's address."""


def made(page: Page, form: str, sheet: Sheet, chart: str = "") -> tuple[bytes, dict[str, str]]:
    """A page in a form, and the headers it is sent with: JSON is shown, the others are saved.

    chart  the picture that is wanted where the form is one; "" = the first
    Raises E-ARG-01 where the page has no such picture, or none at all.
    """
    charts = [c for c in page.charts if not chart or c.name == chart]
    if chart and not charts:
        what, why = f"this page has no picture {chart!r}", "A picture is taken by its name."
        raise problem("E-ARG-01", "chart", what, why, did_you_mean(chart, [c.name for c in page.charts]))
    content = render(page.document, form, charts=charts, tiles=page.tiles, sheet=sheet)
    body = content if isinstance(content, bytes) else content.encode()
    headers = {"Content-Type": MEDIA[form]}
    if form != "json":
        title = charts[0].title if form in PICTURES and charts else page.document.title
        headers["Content-Disposition"] = f'attachment; filename="{_name(title)}.{form}"'
    return body, headers


def _name(title: str) -> str:
    """A file name of a title: letters, digits and dashes, as any system and any header takes them."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:80] or "percontact"
