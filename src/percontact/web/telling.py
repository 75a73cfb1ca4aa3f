# SPDX-License-Identifier: Apache-2.0
"""What goes wrong, told as a page or as JSON: the four parts of a problem, never a bare number."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urlencode

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from percontact.values.problem import FaultOfOurs, PercontactError, Problem
from percontact.web.asked import FILTERS, Asked
from percontact.web.desk import Desk
from percontact.web.drawing import draw
from percontact.web.gate import Person
from percontact.web.screen import Screen
from percontact.web.screens import SCREENS
from percontact.web.showing import frame_of, theme_of

log = logging.getLogger("percontact.web")

STATUS = {
    "E-WHO-01": 401, "E-WHO-02": 429, "E-WHO-03": 403, "E-WHO-05": 404, "E-WHO-07": 403, "E-WHO-09": 401,
    "E-STATE": 503, "E-WEB-04": 403, "E-WEB-05": 503, "E-WEB-21": 404, "E-WEB-22": 404, "E-WEB-11": 404,
    "E-WEB-13": 413, "E-WEB-14": 409, "E-POL-04": 409,
    "E-ARG": 400, "E-DATA": 409, "E-LIB": 501, "E-WS": 409,
}  # fmt: skip
"""Start of a problem's code -> HTTP status; others are 400 where the caller can mend them."""


def add(app: FastAPI) -> None:
    """Tell every error of the app in the form that was asked for."""
    app.add_exception_handler(PercontactError, _problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _fault)


def status_of(problem: Problem) -> int:
    """The HTTP status of a problem."""
    return next((s for start, s in STATUS.items() if problem.code.startswith(start)), 400)


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, PercontactError)
    status = 500 if isinstance(error, FaultOfOurs) else status_of(error.problem)
    return await run_in_threadpool(told, request, error.problem, status)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    says = {
        404: (
            "there is no such page",
            "The address may be old, or a letter off.",
            "Choose a page from the menu, or look for it in the box on top.",
        ),
        403: (
            "you may not do that",
            "Your role does not include it.",
            "Ask an administrator of this workspace.",
        ),
        405: ("this address takes no such request", "It is asked in another way.", "Go back and try again."),
    }
    what, why, do = says.get(error.status_code, (str(error.detail), "The request was refused.", "Go back."))
    problem = Problem("E-WEB-01", request.url.path, what, why, do)
    return await run_in_threadpool(told, request, problem, error.status_code)


async def _fault(request: Request, error: Exception) -> Response:
    reference = secrets.token_hex(4)
    log.error("fault %s at %s", reference, request.url.path, exc_info=error)
    what = f"something went wrong here (reference {reference})"
    why = "This is a fault of ours: percontact did not foresee it. Your data is as it was."
    problem = Problem("E-OWN-01", request.url.path, what, why, "Please report it with the reference.")
    return await run_in_threadpool(told, request, problem, 500)


def told(request: Request, problem: Problem, status: int) -> Response:
    """A problem as a page, or as JSON where a program asked."""
    problem = _here(request, problem)
    if request.url.path.startswith("/api/") or request.url.path.endswith(".json"):
        fields: dict[str, Any] = {f: getattr(problem, f) for f in ("code", "where", "what", "why", "do")}
        return JSONResponse({"problem": fields}, status_code=status)
    page = _framed(request, problem, status) or draw(
        "problem_alone.html", {"problem": problem, "status": status, "theme": theme_of(request), "back": ""}
    )
    return Response(page, status_code=status, media_type="text/html")


def _here(request: Request, problem: Problem) -> Problem:
    """The problem without where the workspace lies on this machine: its readers know it by name."""
    desk = request.app.state.desk
    assert isinstance(desk, Desk)
    whole = desk.folder.resolve()
    paths = sorted({str(p) for p in (whole, desk.folder) if p.is_absolute()}, key=len, reverse=True)
    for part in ("where", "what", "why", "do"):
        text = getattr(problem, part)
        for path in paths:
            text = text.replace(path, whole.name)
        problem = replace(problem, **{part: text})
    return problem


def _framed(request: Request, problem: Problem, status: int) -> str | None:
    """The problem inside the app's frame, with what was asked to be corrected; None where there is no frame.

    Whoever is not known gets no menu, and a page of elsewhere nothing of this app.
    """
    desk, entrance = request.app.state.desk, request.app.state.entrance
    if problem.code == ELSEWHERE or status == 429:
        return None
    try:
        who = entrance.who(request)
        if who is None:
            return None
        screen, asked = _asked(request)
        asks = screen is not None and screen.filters and status in (400, 409) and request.method == "GET"
        frame = frame_of(desk, screen if asks else None, asked, Person(who), request)
        there = {"period", "where", *(["compare"] if screen and screen.compares else [])}
        if screen and screen.chooses:
            there |= {name for name, _ in frame["controls"].filters}
        fault = faulty(problem, asked, there) if asks else None
        facts = {"problem": problem, "status": status, "screen": screen if asks else None, "fault": fault}
        back = _without_filters(request) if asks and asked.where else ""
        return draw("problem.html", {**frame, **facts, "back": back})
    except Exception as error:  # a page that tells what went wrong must not go wrong itself
        if not isinstance(error, PercontactError):
            log.error("the frame of a problem cannot be drawn", exc_info=error)
        return None


ELSEWHERE = "E-WEB-04"
"""The code of a request that does not come from a page of this app."""


def _asked(request: Request) -> tuple[Screen | None, Asked]:
    """The screen that an address is of, and what it asks; None where it is of none."""
    for screen in SCREENS:
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(screen.path))
        if found := re.fullmatch(pattern, unquote(request.url.path)):
            query = [(n, v) for n, v in request.query_params.multi_items() if n not in found.groupdict()]
            return screen, Asked.of([*query, *found.groupdict().items()])
    return None, Asked()


def faulty(problem: Problem, asked: Asked, there: Collection[str]) -> Fault | None:
    """The field that a problem is about, of those that are there on the page; None where it is about none."""
    names = {"--from": "period", "--to": "period", "--against": "compare", "compare": "compare"}
    first, _, rest = problem.where.partition(" ")
    if names.get(first) in there:
        return Fault(names[first])
    about = rest if first in ("--where", "dimension") else ""
    for i, text in enumerate(asked.every("where")):
        if about and (text == about or text.partition("=")[0].rstrip("!").strip() == about.partition("=")[0]):
            return Fault("where", i)
    return Fault(about) if about in there and about in FILTERS and asked.one(about) else None


@dataclass(frozen=True, slots=True)
class Fault:
    """The field that holds what cannot be answered, and which of several of its name."""

    name: str
    place: int = 0


def _without_filters(request: Request) -> str:
    """The address of the same page without its filters."""
    kept = [(n, v) for n, v in request.query_params.multi_items() if n not in ("where", *FILTERS)]
    return request.url.path + (f"?{urlencode(kept)}" if kept else "")
