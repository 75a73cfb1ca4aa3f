# SPDX-License-Identifier: Apache-2.0
"""Files of a page: the same answer as PDF, Excel, CSV, JSON, Parquet or Markdown, to keep or to send on."""

from __future__ import annotations

import re

from percontact.report.as_pdf import Sheet
from percontact.report.forms import render
from percontact.report.page import Page

MEDIA = {
    "pdf": "application/pdf",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "md": "text/markdown; charset=utf-8",
}
"""Form -> its media type. The form is the ending of the page's address."""


def made(page: Page, form: str, sheet: Sheet) -> tuple[bytes, dict[str, str]]:
    """A page in a form, and the headers it is sent with: JSON is shown, the others are saved."""
    content = render(page.document, form, charts=page.charts, tiles=page.tiles, sheet=sheet)
    body = content if isinstance(content, bytes) else content.encode()
    headers = {"Content-Type": MEDIA[form]}
    if form != "json":
        headers["Content-Disposition"] = f'attachment; filename="{_name(page.document.title)}.{form}"'
    return body, headers


def _name(title: str) -> str:
    """A file name of a title: letters, digits and dashes, as any system and any header takes them."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:80] or "percontact"
