# SPDX-License-Identifier: Apache-2.0
"""What is sent from the page Events: note an event, change it, remove it, take a file's events over."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from percontact.answers import noting
from percontact.people.events import Happening
from percontact.values.problem import PercontactError, Problem
from percontact.web.asked import Asked
from percontact.web.desk import Desk
from percontact.web.drawing import draw
from percontact.web.gate import Person, Rule
from percontact.web.pages import events
from percontact.web.showing import answer, frame_of, html
from percontact.web.sign_in import short_form
from percontact.web.telling import status_of

Form = dict[str, str]

FIELDS = {"from": "started_on", "until": "ended_on", **{f"event {name}": name for name in noting.SLICE}}
"""Where a problem is -> the field that it stands beside; else beside the name."""


def event_rules(desk: Desk) -> list[Rule]:
    """The routes of noting."""

    async def note(request: Request, person: Person) -> Response:
        form = await short_form(request)
        return await run_in_threadpool(_note, desk, request, person, form, None)

    async def change(request: Request, person: Person) -> Response:
        form, number = await short_form(request), int(request.path_params["number"])
        if form.get("do") == "remove":
            return await run_in_threadpool(_remove, desk, person, number)
        return await run_in_threadpool(_note, desk, request, person, form, number)

    async def bring_in(request: Request, person: Person) -> Response:
        await run_in_threadpool(noting.bring_in, desk.workspace, desk.state)
        return RedirectResponse(events.PATH, 303)

    async def take_over(request: Request, person: Person) -> Response:
        number = int(request.path_params["number"])
        return await run_in_threadpool(_take_over, desk, person, number)

    # What is done here is noted in the audit by the rooms that do it, in the transaction that does it.
    return [
        Rule(events.PATH, "note_events", note, ("POST",), act=""),
        Rule("/events/bring-in", "note_events", bring_in, ("POST",)),
        Rule("/events/take-over/{number:int}", "undo_import", take_over, ("POST",)),
        Rule("/events/{number:int}", "note_events", change, ("POST",), act=""),
    ]


def _note(desk: Desk, request: Request, person: Person, form: Form, number: int | None) -> Response:
    assert person.who is not None
    known = events.values(desk)
    try:
        happening = _happening(form)
        if number is None:
            noting.note(desk.workspace, desk.state, happening, known, by=person.who)
        else:
            noting.change(desk.workspace, desk.state, number, happening, known, by=person.who)
    except PercontactError as error:
        return _again(desk, request, person, form, number, error.problem)
    return RedirectResponse(events.on(happening.started_on), 303)


def _happening(form: Form) -> Happening:
    """What a form says. Raises E-ARG-02 for what is no day."""
    until = form.get("ended_on", "").strip()
    return Happening(
        event=form.get("event", ""),
        started_on=noting.day(form.get("started_on", ""), "from"),
        ended_on=noting.day(until, "until") if until else None,
        note=form.get("note", "").replace("\r\n", "\n"),
        **{name: form.get(name, "") for name in ("kind", *noting.SLICE)},
    )


def _again(
    desk: Desk, request: Request, person: Person, form: Form, number: int | None, problem: Problem
) -> Response:
    """The page with what was typed, and what is wrong with it."""
    asked = Asked.of([("change", str(number))]) if number is not None else Asked()
    facts = {
        **frame_of(desk, events.SCREEN, asked, person, request),
        "page": answer(desk, events.SCREEN, Asked(), person),
        **events.beside(desk, person),
        "problem": problem,
        "field": FIELDS.get(problem.where, "event"),
        "typed": form,
    }
    main = draw("events.html", facts)
    title = f"{events.SCREEN.name}: not noted"
    return html("whole.html", {**facts, "main": main, "title": title}, status=status_of(problem))


def _remove(desk: Desk, person: Person, number: int) -> Response:
    assert person.who is not None
    noting.remove(desk.workspace, desk.state, number, by=person.who)
    return RedirectResponse(events.PATH, 303)


def _take_over(desk: Desk, person: Person, number: int) -> Response:
    assert person.who is not None
    noting.take_over(desk.workspace, desk.state, number, by=person.who)
    return RedirectResponse(events.PATH, 303)
