# SPDX-License-Identifier: Apache-2.0
"""Files of a page: the same answer as JSON, CSV, Excel, Parquet or Markdown, to keep or to send on."""

from __future__ import annotations

import re

from percontact.report.document import Document
from percontact.report.forms import render

MEDIA = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "md": "text/markdown; charset=utf-8",
}
"""Form -> its media type. The form is the ending of the page's address."""


def made(document: Document, form: str) -> tuple[bytes, dict[str, str]]:
    """A document in a form, and the headers it is sent with: JSON is shown, the others are saved."""
    content = render(document, form)
    body = content if isinstance(content, bytes) else content.encode()
    headers = {"Content-Type": MEDIA[form]}
    if form != "json":
        headers["Content-Disposition"] = f'attachment; filename="{_name(document.title)}.{form}"'
    return body, headers


def _name(title: str) -> str:
    """A file name of a title: letters, digits and dashes, as any system and any header takes them."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:80] or "percontact"
