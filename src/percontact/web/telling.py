# SPDX-License-Identifier: Apache-2.0
"""What goes wrong, told as a page or as JSON: the four parts of a problem, never a bare number."""

from __future__ import annotations

import logging
import secrets
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from percontact.values.problem import FaultOfOurs, PercontactError, Problem
from percontact.web.asked import FILTERS
from percontact.web.drawing import draw
from percontact.web.showing import theme_of

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
            "Choose a page from the menu.",
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
    if request.url.path.startswith("/api/") or request.url.path.endswith(".json"):
        fields: dict[str, Any] = {f: getattr(problem, f) for f in ("code", "where", "what", "why", "do")}
        return JSONResponse({"problem": fields}, status_code=status)
    facts: dict[str, Any] = {"status": status, "theme": theme_of(request), "back": ""}
    if problem.where.startswith(_CONDITION):
        problem = replace(problem, where="filter " + problem.where.removeprefix(_CONDITION))
        facts["back"] = _without_filters(request)
    page = draw("problem.html", {"problem": problem, **facts})
    return Response(page, status_code=status, media_type="text/html")


_CONDITION = "--where "
"""How a condition is called on the command line; on a page it is a filter."""


def _without_filters(request: Request) -> str:
    """The address of the same page without its filters."""
    kept = [(n, v) for n, v in request.query_params.multi_items() if n not in ("where", *FILTERS)]
    return request.url.path + (f"?{urlencode(kept)}" if kept else "")
