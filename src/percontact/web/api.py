# SPDX-License-Identifier: Apache-2.0
"""/api/v1: the answers of the commands for programs, as JSON, with the names that the commands have.

Each answer is the object that the command prints with --json. OpenAPI 3.1 at /api/v1/openapi.json; a page for
people at /api.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Hashable
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from percontact.answers import explaining, locating, measuring, readying, seeking, watching
from percontact.answers.checking import checked
from percontact.answers.narrowing import need_values
from percontact.pipeline import OpenBook
from percontact.report.answer import Answer, document_of
from percontact.report.api_described import api_document
from percontact.report.forms import render
from percontact.report.page import Page
from percontact.values.problem import problem
from percontact.web.api_asked import (
    CostAsked,
    ExplainAsked,
    LocateAsked,
    MeasureAsked,
    Sliced,
    Spanned,
    WatchAsked,
)
from percontact.web.api_schema import PROBLEMS, render_schema
from percontact.web.desk import Desk
from percontact.web.gate import Gate, Person, Rule
from percontact.web.screen import Screen
from percontact.web.showing import screen_rules
from percontact.web.telling import told

Words = tuple[tuple[str, str], ...]
"""What an answer is of: see `OpenBook.state_words`."""


class _Passing(APIRoute):
    """A route of the API behind the gate; what it needs stands in its description as `x-needs`."""

    gate: Gate

    def get_route_handler(self) -> Callable[[Request], Any]:
        """The endpoint behind the gate."""
        answer = super().get_route_handler()

        async def call(request: Request, person: Person) -> Response:
            request.state.person = person
            return await answer(request)

        needs = str((self.openapi_extra or {})["x-needs"])
        return self.gate.passing(Rule(self.path, needs, call, tuple(sorted(self.methods or ()))))


def add(app: FastAPI, desk: Desk, gate: Gate) -> None:
    """Add the API to the app."""
    route = type("Passing", (_Passing,), {"gate": gate})
    router = APIRouter(prefix="/api/v1", route_class=route, responses=PROBLEMS)
    _figures(router, desk)
    _reasons(router, desk)
    _about(router, desk)
    app.include_router(router)
    app.add_exception_handler(RequestValidationError, _not_taken)

    async def openapi(request: Request, person: Person) -> Response:
        return Response(render_schema(app), media_type="application/json")

    screen = Screen(
        path="/api",
        name="API",
        group="Keep",
        letter="",
        shows="What programs may ask, and how.",
        make=lambda book, asked, viewer: Page(api_document(json.loads(render_schema(app))), tables=99),
        tables=(),
        filters=False,
        menu=False,
    )
    for rule in [Rule("/api/v1/openapi.json", "see_figures", openapi), *screen_rules(desk, screen)]:
        app.router.routes.append(gate.route(rule))


def _figures(router: APIRouter, desk: Desk) -> None:
    """Figures: cost and metrics."""

    @router.get("/cost", summary="The cost statement", openapi_extra={"x-needs": "export"})
    async def cost(request: Request, asked: Annotated[CostAsked, Query()]) -> Response:
        """What contacts cost: `percontact cost`."""
        options = asked.model_dump(exclude={"per"})
        return await _sliced(desk, request, asked, lambda book: book.state(book.ask(**options), asked.per))

    @router.get("/measure", summary="Figures of metrics", openapi_extra={"x-needs": "export"})
    async def measure(request: Request, asked: Annotated[MeasureAsked, Query()]) -> Response:
        """Figures of one or several metrics by period and slice: `percontact measure`."""
        options = asked.model_dump(exclude={"metric"})
        return await _sliced(
            desk, request, asked, lambda book: measuring.measured(book, asked.metric, **options)
        )


def _reasons(router: APIRouter, desk: Desk) -> None:
    """Why, where, what broke, what may be saved."""

    @router.get("/explain", summary="Why a cost changed", openapi_extra={"x-needs": "export"})
    async def explain(request: Request, asked: Annotated[ExplainAsked, Query()]) -> Response:
        """The exact bridge of a change: `percontact explain`."""
        options = asked.model_dump()
        return await _sliced(
            desk, request, asked,
            lambda book: explaining.document(book, explaining.explained(book, **options)),
        )  # fmt: skip

    @router.get("/locate", summary="Where a metric changed", openapi_extra={"x-needs": "export"})
    async def locate(request: Request, asked: Annotated[LocateAsked, Query()]) -> Response:
        """The slices that explain a change: `percontact locate`."""
        options = asked.model_dump(exclude={"metric"})
        return await _sliced(
            desk, request, asked,
            lambda book: locating.document(book, locating.located(book, asked.metric, **options)),
        )  # fmt: skip

    @router.get("/opportunities", summary="What may be saved", openapi_extra={"x-needs": "export"})
    async def opportunities(request: Request, asked: Annotated[Spanned, Query()]) -> Response:
        """Ranked, with guardrail and next step: `percontact opportunities`."""
        options = asked.model_dump()
        return await _sliced(
            desk, request, asked,
            lambda book: seeking.document(book, readying.sought(book, **options)),
        )  # fmt: skip

    @router.get("/watch", summary="What broke", openapi_extra={"x-needs": "export"})
    async def watch(request: Request, asked: Annotated[WatchAsked, Query()]) -> Response:
        """Spikes, new levels, trends, missing days: `percontact watch`."""
        wanted = watching.Watching(asked.metric, **asked.model_dump(exclude={"metric"}))
        return await _sliced(
            desk, request, asked,
            lambda book: watching.document(book, readying.watched(book, wanted)),
        )  # fmt: skip


def _about(router: APIRouter, desk: Desk) -> None:
    """What there is to ask about."""

    @router.get("/metrics", summary="The catalogue of metrics", openapi_extra={"x-needs": "see_figures"})
    async def metrics(
        request: Request,
        q: Annotated[list[str], Query(max_length=8, description="Words")] = [],  # noqa: B006
    ) -> Response:
        """All metrics, or those that speak of every word: `percontact kpi`."""
        return await _answered(
            desk, request, ("metrics", *q), lambda book: measuring.listed(q, book.workspace.path)
        )

    @router.get("/metrics/{metric}", summary="One metric", openapi_extra={"x-needs": "see_figures"})
    async def one_metric(request: Request, metric: str) -> Response:
        """Its definition, with today's figures in its formula: `percontact kpi NAME`."""
        return await _answered(
            desk, request, ("metric", metric), lambda book: measuring.explained(metric, book)
        )

    @router.get("/book", summary="What data there is", openapi_extra={"x-needs": "see_figures"})
    async def book(request: Request) -> Response:
        """Tables with their rows and months, the snapshot, currency and time zone."""
        opened = (await run_in_threadpool(desk.opened)).book
        return _sent(request, json.dumps(_held(opened), ensure_ascii=False), opened.state_words)

    @router.get("/check", summary="What is missing or doubtful", openapi_extra={"x-needs": "see_figures"})
    async def check(request: Request) -> Response:
        """Worst first: `percontact check`."""

        def found(book: OpenBook) -> tuple[str, Words]:
            every = [*checked(book), *measuring.target_findings(book)]
            told = [{"weight": f.weight, "what": f.what, "do": f.do} for f in every]
            return json.dumps(told, ensure_ascii=False), book.state_words

        return _sent(request, *await run_in_threadpool(desk.answer, ("api", "check"), found))


def _held(opened: OpenBook) -> dict[str, object]:
    tables = {
        name: {"rows": opened.book.rows(name), "months": [f"{m:%Y-%m}" for m in opened.book.months(name)]}
        for name in opened.book.files
        if opened.book.has(name)
    }
    settings = opened.settings
    return {
        "snapshot": opened.book.snapshot, "currency": settings.currency, "timezone": settings.timezone,
        "demo": settings.demo, "tables": tables,
    }  # fmt: skip


async def _sliced(
    desk: Desk, request: Request, asked: Spanned, make: Callable[[OpenBook], Answer]
) -> Response:
    """An answer about a slice, for who may see what it names."""
    by = asked.by if isinstance(asked, Sliced) else ()
    request.state.person.need_agents(asked.where, by, request.url.path)

    def checked_first(book: OpenBook) -> Answer:
        need_values(book, asked.where, start=asked.start, end=asked.end)
        return make(book)

    return await _answered(desk, request, (request.url.path, *asked.key), checked_first)


async def _answered(
    desk: Desk, request: Request, key: tuple[Hashable, ...], make: Callable[[OpenBook], Answer]
) -> Response:
    """An answer as the JSON object of its command, worked out once for all who may see the same."""
    whole = ("api", *key, request.state.person.viewer)

    def found(book: OpenBook) -> tuple[str, Words]:
        return str(render(document_of(make(book)), "json")), book.state_words

    text, state = await run_in_threadpool(desk.answer, whole, found, weigh=lambda made: len(made[0]))
    return _sent(request, text, state)


def _sent(request: Request, text: str, state: Words) -> Response:
    """An answer with the state that it is of; without it where the asker says that they have the same."""
    of = {f"Percontact-{name}": value for name, value in state if name != "Workspace"}
    tag = f'"{hashlib.sha256(f"{of} {text}".encode()).hexdigest()[:32]}"'
    headers = of | {"ETag": tag, "Vary": "Authorization, Cookie"}
    had = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if tag in had or "*" in had:
        return Response(status_code=304, headers=headers)
    return Response(text, media_type="application/json", headers=headers)


async def _not_taken(request: Request, error: Exception) -> Response:
    """A parameter that the API does not take, in four parts."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = str(first["loc"][-1])
    what = f"{first.get('input')!r:.80} is not one of its values: {first['msg']}"
    why, do = "Nothing was worked out.", "The page /api lists what each address takes."
    return told(request, problem("E-ARG-01", where, what, why, do).problem, 400)
