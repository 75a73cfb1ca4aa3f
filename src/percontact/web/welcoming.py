# SPDX-License-Identifier: Apache-2.0
"""The first page of an empty folder: load the demo company, or bring data; and taking the demo away again."""

from __future__ import annotations

from zoneinfo import available_timezones

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from percontact.demo.make import remove_demo
from percontact.people import events
from percontact.records.book import Settings
from percontact.records.tables import TABLES
from percontact.store.workspace import Workspace
from percontact.values.currencies import CURRENCIES
from percontact.values.problem import PercontactError, Problem, problem
from percontact.web.asked import Asked
from percontact.web.desk import Desk
from percontact.web.gate import Person, Rule
from percontact.web.pages import data
from percontact.web.screens import SCREENS
from percontact.web.showing import frame_of, html

USUAL = ("EUR", "USD", "GBP", "CHF", "AUD", "CAD", "JPY", "INR", "SEK", "PLN")
DEMO_CONTACTS = 1_000_000


def welcome_rules(desk: Desk) -> list[Rule]:
    """The routes of the first minutes."""

    async def welcome(request: Request, person: Person) -> Response:
        return await run_in_threadpool(_welcome, desk, request, person)

    async def demo(request: Request, person: Person) -> Response:
        return await run_in_threadpool(_load_demo, desk, person)

    async def make(request: Request, person: Person) -> Response:
        form = await request.form(max_files=0, max_fields=10)
        given = (str(form.get("currency", "")), str(form.get("timezone", "")))
        return await run_in_threadpool(_make, desk, request, person, *given)

    async def ask_removal(request: Request, person: Person) -> Response:
        return await run_in_threadpool(_ask_removal, desk, request, person)

    async def remove(request: Request, person: Person) -> Response:
        form = await request.form(max_files=0, max_fields=10)
        if form.get("sure") != "yes":
            return RedirectResponse("/data/demo", 303)
        return await run_in_threadpool(_remove, desk, person)

    return [
        Rule("/welcome", "see_figures", welcome),
        Rule("/welcome/demo", "change_settings", demo, ("POST",)),
        Rule("/welcome/workspace", "change_settings", make, ("POST",)),
        Rule("/data/demo", "change_settings", ask_removal),
        Rule("/data/demo", "change_settings", remove, ("POST",)),
    ]


def zones() -> list[str]:
    """Time zones by their places, and UTC."""
    return [*sorted(z for z in available_timezones() if "/" in z and not z.startswith("Etc/")), "UTC"]


def _empty(desk: Desk) -> bool:
    return not desk.stands() or not desk.workspace.receipts()


def _welcome(
    desk: Desk,
    request: Request,
    person: Person,
    wrong: tuple[str, Problem] | None = None,
    given: tuple[str, str] = ("", ""),
) -> Response:
    if desk.stands() and any(map(desk.opened().book.book.has, TABLES)):
        return RedirectResponse("/", 303)
    jobs = [j for j in desk.jobs.busy if j.kind == "demo"]
    named = request.query_params.get("page", "")
    wanted = next((s for s in SCREENS if s.path == named and s.tables), None)
    facts = {
        **frame_of(desk, wanted or data.SCREEN, Asked(), person, request),
        "wanted": wanted,
        "missing": [TABLES[t] for t in wanted.tables] if wanted else [],
        "stands": desk.stands(),
        "empty": _empty(desk),
        "loading": jobs[0] if jobs else None,
        "first": data.FIRST,
        "usual": USUAL,
        "currencies": sorted(set(CURRENCIES) - set(USUAL)),
        "zones": zones(),
        "wrong": wrong,
        "given": given,
        "may": person.may("change_settings"),
    }
    return html("welcome.html", facts, status=400 if wrong else 200)


def _load_demo(desk: Desk, person: Person) -> Response:
    if not _empty(desk):
        what, why = "there is data here already", "A demo is made anew, never mixed with other data."
        raise problem("E-WS-02", str(desk.folder), what, why, "Serve another folder for the demo company.")
    running = [j for j in desk.jobs.busy if j.kind == "demo"]
    job = running[0] if running else desk.jobs.start(
        "demo", "Load the demo company", person.name, {"contacts": DEMO_CONTACTS}
    )  # fmt: skip
    return RedirectResponse(f"/data/jobs/{job.id}", 303)


def _make(desk: Desk, request: Request, person: Person, currency: str, zone: str) -> Response:
    try:
        checked = checked_settings(currency, zone)
        if any(j.kind == "demo" for j in desk.jobs.busy):
            what, why = "the demo company is being loaded", "Two workspaces cannot stand in one folder."
            raise problem("E-WEB-14", str(desk.folder), what, why, "Wait for it, or stop it first.")
    except PercontactError as error:
        field = "timezone" if "time zone" in error.problem.what else "currency"
        return _welcome(desk, request, person, (field, error.problem), (currency, zone))
    desk.folder.mkdir(parents=True, exist_ok=True)
    Workspace.create(desk.folder, checked)
    return RedirectResponse("/data", 303)


def checked_settings(currency: str, zone: str) -> Settings:
    """Settings of a new workspace. Raises E-ARG-01 for what is no currency or no time zone."""
    currency, zone = currency.strip().upper(), zone.strip()
    if currency not in CURRENCIES:
        what, why = (
            f"{currency or 'nothing'!r} is no currency code",
            "A currency is three letters of ISO 4217.",
        )
        raise problem("E-ARG-01", "currency", what, why, "Write EUR, USD, GBP, ...")
    if zone not in available_timezones():
        what, why = f"{zone or 'nothing'!r} is no time zone", "Days and months are counted in it."
        raise problem("E-ARG-01", "timezone", what, why, "Write Europe/Berlin, America/New_York, UTC, ...")
    return Settings(currency, zone)


def _ask_removal(desk: Desk, request: Request, person: Person) -> Response:
    if not desk.stands() or not desk.workspace.settings.demo:
        return RedirectResponse("/data", 303)
    made = desk.workspace.receipts()
    own = [i for i in made if (desk.workspace.path / "sources" / i.receipt.name).exists() is False]
    facts = {**frame_of(desk, data.SCREEN, Asked(), person, request), "own": own}
    return html("demo.html", facts)


def _remove(desk: Desk, person: Person) -> Response:
    if desk.jobs.busy:
        what = "a job is running"
        why = "It is writing into the data that would be removed."
        raise problem(
            "E-WEB-14", str(desk.folder), what, why, "Wait until it has ended, or stop it: see Data."
        )
    remove_demo(desk.folder)
    # What was noted of a company that was made up would else stand beside real figures.
    assert person.who is not None
    for one in events.events(desk.state):
        events.remove(desk.state, one.id, by=person.who)
    for upload in desk.uploads.all():
        desk.uploads.remove(upload.id)
    return RedirectResponse("/welcome", 303)
