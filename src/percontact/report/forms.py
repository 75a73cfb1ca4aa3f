# SPDX-License-Identifier: Apache-2.0
"""One answer, many forms: text, json, csv, md, html, xlsx, parquet. All are made from one document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

from percontact.report import as_csv, as_html, as_json, as_markdown, as_parquet, as_text, as_xlsx
from percontact.report.answer import Answer, document_of
from percontact.report.as_text import Page
from percontact.report.document import Document
from percontact.values.problem import did_you_mean, problem

Form = Literal["text", "json", "csv", "md", "html", "xlsx", "parquet"]
FORMS: tuple[Form, ...] = get_args(Form)
BINARY: tuple[Form, ...] = ("xlsx", "parquet")
"""Forms that are bytes: for a file, not for a terminal."""

_RENDERERS: dict[str, Callable[[Document], str | bytes]] = {
    "json": as_json.render,
    "csv": as_csv.render,
    "md": as_markdown.render,
    "html": as_html.render,
    "xlsx": as_xlsx.render,
    "parquet": as_parquet.render,
}


def render(answer: Answer, form: str, *, page: Page | None = None) -> str | bytes:
    """Write an answer in a form: str, or bytes for those in `BINARY`.

    page  what text is written on (`as_text.page_of(sys.stdout)`); other forms have no use for it

    Raises E-ARG-01 for a form that there is not.
    """
    document = document_of(answer)
    if form == "text":
        return as_text.render(document, page or Page())
    if form not in _RENDERERS:
        raise problem(
            "E-ARG-01",
            f"--format {form}",
            f"there is no form {form!r}",
            "Nothing was written.",
            did_you_mean(form, FORMS),
        )
    return _RENDERERS[form](document)
