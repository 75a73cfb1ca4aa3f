# SPDX-License-Identifier: Apache-2.0
"""What is sent from the page Calendar: days to add, a day to take away."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from percontact.answers.adding_holidays import add_holidays
from percontact.answers.calendaring import add_days, days_of_form, remove_day
from percontact.pipeline import OpenBook
from percontact.values.problem import PercontactError, problem
from percontact.web.asked import Asked
from percontact.web.desk import Desk
from percontact.web.gate import Endpoint, Person, Rule
from percontact.web.pages import calendar
from percontact.web.settings_forms import page_with
from percontact.web.sign_in import short_form
from percontact.web.telling import status_of

MOST_BYTES = 60_000
"""A form of so many days as are added at once, each with a long name."""


def calendar_rules(desk: Desk) -> list[Rule]:
    """The routes of forms on the calendar."""

    def sent(does: Any) -> Endpoint:
        async def answered(request: Request, person: Person) -> Response:
            form = await short_form(request, most=MOST_BYTES)
            return await run_in_threadpool(_done, desk, request, person, form, does)

        return answered

    return [
        Rule(f"{calendar.HERE}/add", "import", sent(_add), ("POST",)),
        Rule(f"{calendar.HERE}/holidays", "import", sent(_add_holidays), ("POST",)),
        Rule(f"{calendar.HERE}/remove", "import", sent(_remove), ("POST",)),
    ]


def _done(desk: Desk, request: Request, person: Person, form: dict[str, str], does: Any) -> Response:
    asked = Asked.of([(n, form.get(f"shown_{n}", "")) for n in ("year", "site")])
    try:
        year = does(desk, request, form)
    except PercontactError as error:
        return page_with(
            desk, calendar.SCREEN, request, person, asked=asked, status=status_of(error.problem),
            problem=error.problem, form=form,
        )  # fmt: skip
    return RedirectResponse(asked.but(year=str(year)).to(calendar.HERE), 303)


def _add(desk: Desk, request: Request, form: dict[str, str]) -> int:
    days = days_of_form(form)
    receipt = add_days(desk.workspace, days)
    request.state.noted = {"import": receipt.number, "days": len(days), "first": str(days[0].day)}
    return days[0].day.year


def _add_holidays(desk: Desk, request: Request, form: dict[str, str]) -> int:
    if not form.get("country", "").strip():
        what, why = "no country is chosen", "Public holidays are those of a country."
        raise problem("E-ARG-01", "country", what, why, "Choose one.")
    done = add_holidays(OpenBook(desk.workspace), calendar.wish_of(form))
    if done.receipt is not None:
        request.state.noted = {
            "import": done.receipt.number,
            "days": len(done.offer.new),
            "of": done.offer.source,
        }
    return done.offer.new[0].day.year if done.offer.new else done.offer.first


def _remove(desk: Desk, request: Request, form: dict[str, str]) -> int:
    row = form.get("row", "")
    if not row.isdecimal() or len(row) > 18:
        what, why = "no day is named", "It is named by its row in the Book."
        raise problem("E-ARG-01", "day", what, why, "Look at the list anew.")
    gone = remove_day(desk.workspace, int(row))
    request.state.noted = {"removed": str(gone.day), "site": gone.site or ""}
    return gone.day.year
