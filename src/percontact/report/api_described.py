# SPDX-License-Identifier: Apache-2.0
"""The API for people: each address with what it takes, made from the description that programs read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from percontact.report.document import Document, Table, TableColumn

COLUMNS = (
    TableColumn("parameter", "Parameter"),
    TableColumn("needed", "Needed"),
    TableColumn("takes", "Takes"),
    TableColumn("says", "What it is"),
)


def api_document(schema: Mapping[str, Any]) -> Document:
    """A table an address, in the order of the description.

    schema  the OpenAPI document
    """
    tables = tuple(
        Table(
            f"{method.upper()} {path}: {operation['summary']}",
            COLUMNS,
            tuple(_rows(operation)),
            note=f"{operation.get('description', '')} Needs the permission {operation['x-needs']}.".strip(),
        )
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    )
    return Document(
        title="API",
        headline="Programs get the answers that people get, as JSON: each is the object that the command "
        "prints with --json.",
        tables=tables,
        notes=(
            "A program sends a token: `Authorization: Bearer pct_...`. People make their tokens under "
            "Account; a token may at most what its maker may.",
            "What goes wrong is told in four parts, `where`, `what`, `why` and `do`, with a `code`.",
            "The whole description, OpenAPI 3.1: `/api/v1/openapi.json`.",
        ),
        data={"openapi": dict(schema)},
    )


def _rows(operation: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for one in operation.get("parameters", ()):
        yield (
            one["name"],
            "yes" if one.get("required") else "no",
            _takes(one["schema"]),
            one.get("description", ""),
        )


def _takes(schema: Mapping[str, Any]) -> str:
    """What a parameter takes, in words."""
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_takes(s) for s in schema["anyOf"] if s.get("type") != "null"))
    if schema.get("type") == "array":
        return f"{_takes(schema['items'])}; may be repeated"
    return {"integer": "a whole number", "number": "a number", "string": "text"}.get(
        schema.get("type", ""), "text"
    )
