# SPDX-License-Identifier: Apache-2.0
"""The page of an import: its receipt, what was set aside and how it is mended, its mapping, undo."""

from __future__ import annotations

import tempfile
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from percontact.answers.keeping import ROWS_A_PAGE, import_shown
from percontact.ingest.aside_file import write_aside
from percontact.store.policies import POLICY_FILE
from percontact.store.publish import not_live
from percontact.values.problem import problem
from percontact.web.asked import Asked
from percontact.web.desk import Desk
from percontact.web.gate import Person, Rule
from percontact.web.pages import data
from percontact.web.showing import frame_of, html
from percontact.web.streaming import most_bytes
from percontact.web.wizard import as_file


def import_rules(desk: Desk) -> list[Rule]:
    """The routes of imports."""

    async def page(request: Request, person: Person) -> Response:
        return await run_in_threadpool(_page, desk, request, person)

    async def aside(request: Request, person: Person) -> Response:
        return await run_in_threadpool(_aside, desk, number_of(request))

    async def mapping(request: Request, person: Person) -> Response:
        return await run_in_threadpool(_mapping, desk, number_of(request))

    async def ask_undo(request: Request, person: Person) -> Response:
        return await run_in_threadpool(_ask_undo, desk, request, person)

    async def undo(request: Request, person: Person) -> Response:
        number = number_of(request)
        form = await request.form(max_files=0, max_fields=10)
        if form.get("sure") != "yes":
            return RedirectResponse(f"/data/imports/{number}/undo", 303)
        return await run_in_threadpool(_undo, desk, person, number)

    return [
        Rule("/data/imports/{n}", "see_figures", page),
        Rule("/data/imports/{n}/aside.csv", "import", aside),
        # A mapping may say whose sign is whose: who read the rows wrote it.
        Rule("/data/imports/{n}/mapping.yaml", "import", mapping),
        Rule("/data/imports/{n}/undo", "undo_import", ask_undo),
        Rule("/data/imports/{n}/undo", "undo_import", undo, ("POST",)),
    ]


def number_of(request: Request) -> int:
    """The number in the address. Raises E-ARG-01 for what is none."""
    said = str(request.path_params["n"])
    if not said.isdecimal() or len(said) > 9:
        what, why = f"there is no import {said[:20]!r}", "Imports are numbered from 1."
        raise problem("E-ARG-01", "import", what, why, "Choose one on the page Data.")
    return int(said)


def _page(desk: Desk, request: Request, person: Person) -> Response:
    asked = Asked.of(request.query_params.multi_items())
    number = number_of(request)
    at = asked.number("page")
    shown = import_shown(desk.workspace, number, at)
    book = desk.opened().book
    facts = {
        **frame_of(desk, data.SCREEN, Asked(), person, request),
        "shown": shown,
        "receipt": shown.one.receipt,
        "page_number": at,
        "pages": -(-shown.one.receipt.aside // ROWS_A_PAGE),
        "next": following(
            {t for t in book.book.files if book.book.has(t)}, (book.workspace.path / POLICY_FILE).is_file()
        ),
        "limit": most_bytes(),
        "may": person.may,
    }
    return html("import.html", facts)


def following(there: set[str], policy: bool) -> list[tuple[str, str]]:
    """(what can be seen or done now, where), by the tables that have rows."""
    found = []
    if {"contacts", "ledger"} <= there:
        found.append(("See what one contact costs", "/"))
        if not policy:
            found.append(
                ("Say which cost goes where: until then every contact bears the same", "/settings/policy")
            )
    elif "contacts" in there:
        found.append(("See volume and handle time", "/measures"))
        found.append(
            (
                "Bring the ledger: one cost line a month is enough for cost per contact",
                "/data?into=ledger#bring",
            )
        )
    elif "ledger" in there:
        found.append(
            ("Bring the contacts: with them, cost per contact is known", "/data?into=contacts#bring")
        )
    if there and "capacity" not in there:
        found.append(("Bring paid hours: they show occupancy and unused cost", "/data?into=capacity#bring"))
    return found


def _aside(desk: Desk, number: int) -> Response:
    """The rows set aside, whole, with their reasons, to be corrected and sent back."""
    workspace = desk.workspace
    one = workspace.one_import(number)
    if one.purged or (not one.headers and one.receipt.aside):
        why = "The texts of its rows were forgotten with the source file, or were never kept."
        do = "Export the rows from the source again."
        raise problem("E-DATA-01", f"import {number}", "its set-aside rows are not kept", why, do)
    name = f"aside-of-import-{number}.csv"
    with tempfile.TemporaryDirectory(prefix="percontact-aside-") as folder:
        out = Path(folder) / name
        write_aside(
            out, (a.row for a in workspace.aside(number)), number=number, headers=one.headers,
            mapping=one.mapping, original=workspace.kept_original(number),
        )  # fmt: skip
        return as_file(out.read_bytes(), name, "text/csv")


def _mapping(desk: Desk, number: int) -> Response:
    one = desk.workspace.one_import(number)
    if not one.mapping:
        what, why = "it was read without a mapping", "Its headers are the table's own."
        raise problem("E-WEB-11", f"import {number}", what, why, "Nothing has to be kept.")
    return as_file(
        one.mapping.encode(),
        f"{one.receipt.table}-{one.receipt.name}.yaml",
        "application/yaml; charset=utf-8",
    )


def _undo(desk: Desk, person: Person, number: int) -> Response:
    """Begin to take an import out: it waits for whoever writes, so it is a job. One that runs is shown."""
    running = next((j for j in desk.jobs.busy if j.kind == "undo" and j.asked["number"] == number), None)
    if running:
        return RedirectResponse(f"/data/jobs/{running.id}", 303)
    one = desk.workspace.one_import(number)
    if one.state != "live":
        raise not_live(number, one.state)
    asked = {"number": number, "by": "" if person.single else person.name}
    job = desk.jobs.start("undo", f"Undo the import of {one.receipt.name}", person.name, asked)
    return RedirectResponse(f"/data/jobs/{job.id}", 303)


def _ask_undo(desk: Desk, request: Request, person: Person) -> Response:
    shown = import_shown(desk.workspace, number_of(request))
    frame = frame_of(desk, data.SCREEN, Asked(), person, request)
    return html("undo.html", {**frame, "one": shown.one, "receipt": shown.one.receipt})
