# SPDX-License-Identifier: Apache-2.0
"""/api/v1: the answers of the commands for programs, as JSON, with the names that the commands have.

Each answer is the object that the command prints with --json. OpenAPI 3.1 at /api/v1/openapi.json; a page for
people at /api.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from percontact import explaining, locating, measuring, readying, seeking, watching
from percontact.answers import checked
from percontact.pipeline import OpenBook
from percontact.report.answer import Answer, document_of
from percontact.report.api_described import api_document
from percontact.report.document import Document
from percontact.report.forms import render
from percontact.report.page import Page
from percontact.values.problem import problem
from percontact.web.desk import Desk
from percontact.web.gate import Gate, Person, Rule
from percontact.web.screen import Screen
from percontact.web.showing import screen_rules
from percontact.web.telling import told

Span = Annotated[
    str | None,
    Query(
        max_length=40,
        examples=["2026-06"],
        description="2026-03-09, 2026-W11, 2026-03, 2026-Q1, 2026, FY2026-P03",
    ),
]
Names = Annotated[list[str], Query(max_length=12, description="Dimensions: channel, team, reason, ...")]
Conditions = Annotated[
    list[str], Query(max_length=20, description="team=Billing; team=A,B; channel!=voice; team= is unknown")
]
Basis = Annotated[Literal["used", "full", "marginal"], Query(description="What a cost includes.")]
Grain = Literal["day", "week", "month", "quarter", "year", "fiscal-month", "fiscal-quarter", "fiscal-year"]
Against = Literal["previous", "last-year", "budget"]
_PROBLEM = "#/components/schemas/Problem"
PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {
        "description": says,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for code, says in {
        400: "The question cannot be asked: where, what, why, and what to do",
        401: "Nobody is signed in, or the token does not work",
        403: "The role does not allow it",
        409: "Data that the question needs is not there",
    }.items()
}
PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["problem"],
    "properties": {
        "problem": {
            "type": "object",
            "required": ["code", "where", "what", "why", "do"],
            "properties": {n: {"type": "string"} for n in ("code", "where", "what", "why", "do")},
        }
    },
}


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
    """Figures: cost, metrics, single contacts."""

    @router.get("/cost", summary="The cost statement", openapi_extra={"x-needs": "export"})
    async def cost(
        request: Request,
        start: Annotated[Span, Query(alias="from")] = None,
        end: Annotated[Span, Query(alias="to")] = None,
        grain: Grain = "month",
        by: Names = [],  # noqa: B006
        where: Conditions = [],  # noqa: B006
        basis: Basis = "used",
        per: Literal[
            "contact", "handle-minute", "resolution", "verified-resolution", "case", "customer"
        ] = "contact",
    ) -> Response:
        """What contacts cost: `percontact cost`."""
        request.state.person.need_agents(where, by, request.url.path)

        def answer(book: OpenBook) -> Answer:
            asked = book.ask(start=start, end=end, grain=grain, by=by, where=where, basis=basis)
            return book.state(asked, per)

        key = ("cost", start, end, grain, *by, *where, basis, per)
        return await _answered(desk, request, key, answer)

    @router.get("/measure", summary="Figures of metrics", openapi_extra={"x-needs": "export"})
    async def measure(
        request: Request,
        metric: Annotated[list[str], Query(min_length=1, max_length=20, examples=[["CSAT"]])],
        start: Annotated[Span, Query(alias="from")] = None,
        end: Annotated[Span, Query(alias="to")] = None,
        grain: Grain = "month",
        by: Names = [],  # noqa: B006
        where: Conditions = [],  # noqa: B006
        basis: Basis = "used",
        compare: Annotated[list[Literal["previous", "last-year", "budget", "target"]], Query()] = [],  # noqa: B006
    ) -> Response:
        """Figures of one or several metrics by period and slice: `percontact measure`."""
        request.state.person.need_agents(where, by, request.url.path)
        key = ("measure", *metric, start, end, grain, *by, *where, basis, *compare)
        return await _answered(
            desk, request, key,
            lambda book: measuring.measured(
                book, metric, start=start, end=end, grain=grain, by=by, where=where, basis=basis,
                compare=compare,
            ),
        )  # fmt: skip


def _reasons(router: APIRouter, desk: Desk) -> None:
    """Why, where, what broke, what may be saved."""

    @router.get("/explain", summary="Why a cost changed", openapi_extra={"x-needs": "export"})
    async def explain(
        request: Request,
        start: Annotated[Span, Query(alias="from")] = None,
        end: Annotated[Span, Query(alias="to")] = None,
        against: Against | None = None,
        by: Names = [],  # noqa: B006
        where: Conditions = [],  # noqa: B006
        basis: Literal["used", "full", "marginal"] | None = None,
        per: Literal["contact", "resolution", "total"] = "contact",
    ) -> Response:
        """The exact bridge of a change: `percontact explain`."""
        request.state.person.need_agents(where, by, request.url.path)

        def answer(book: OpenBook) -> Document:
            found = explaining.explained(
                book, start=start, end=end, against=against, by=by, where=where, basis=basis, per=per
            )
            return explaining.document(book, found)

        key = ("explain", start, end, against, *by, *where, basis, per)
        return await _answered(desk, request, key, answer)

    @router.get("/locate", summary="Where a metric changed", openapi_extra={"x-needs": "export"})
    async def locate(
        request: Request,
        metric: Annotated[str, Query(max_length=60)] = "cost_per_contact",
        start: Annotated[Span, Query(alias="from")] = None,
        end: Annotated[Span, Query(alias="to")] = None,
        against: Against = "previous",
        by: Names = [],  # noqa: B006
        where: Conditions = [],  # noqa: B006
        basis: Basis = "used",
        top: Annotated[int, Query(ge=1, le=50)] = 6,
    ) -> Response:
        """The slices that explain a change: `percontact locate`."""
        request.state.person.need_agents(where, by, request.url.path)

        def answer(book: OpenBook) -> Document:
            found = locating.located(
                book, metric, start=start, end=end, against=against, by=by, where=where, basis=basis, top=top
            )
            return locating.document(book, found)

        key = ("locate", metric, start, end, against, *by, *where, basis, top)
        return await _answered(desk, request, key, answer)

    @router.get("/opportunities", summary="What may be saved", openapi_extra={"x-needs": "export"})
    async def opportunities(
        request: Request,
        start: Annotated[Span, Query(alias="from")] = None,
        end: Annotated[Span, Query(alias="to")] = None,
        where: Conditions = [],  # noqa: B006
    ) -> Response:
        """Ranked, with guardrail and next step: `percontact opportunities`."""
        request.state.person.need_agents(where, (), request.url.path)
        key = ("opportunities", start, end, *where)
        return await _answered(
            desk, request, key,
            lambda book: seeking.document(book, readying.sought(book, start=start, end=end, where=where)),
        )  # fmt: skip

    @router.get("/watch", summary="What broke", openapi_extra={"x-needs": "export"})
    async def watch(
        request: Request,
        metric: Annotated[list[str], Query(max_length=8)] = [],  # noqa: B006
        start: Annotated[Span, Query(alias="from")] = None,
        end: Annotated[Span, Query(alias="to")] = None,
        by: Names = [],  # noqa: B006
        where: Conditions = [],  # noqa: B006
        alerts_a_week: Annotated[float, Query(ge=0.01, le=1000)] = 2.0,
        false_alarms: Annotated[float, Query(ge=0.001, le=20)] = 0.5,
    ) -> Response:
        """Spikes, new levels, trends, missing days: `percontact watch`."""
        request.state.person.need_agents(where, by, request.url.path)
        key = ("watch", *metric, start, end, *by, *where, alerts_a_week, false_alarms)
        return await _answered(
            desk, request, key,
            lambda book: watching.document(book, readying.watched(
                book, metric, start=start, end=end, by=by, where=where, alerts_a_week=alerts_a_week,
                false_alarms=false_alarms,
            )),
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
    async def book(request: Request) -> dict[str, object]:
        """Tables with their rows and months, the snapshot, currency and time zone."""
        opened = (await run_in_threadpool(desk.opened)).book
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

    @router.get("/check", summary="What is missing or doubtful", openapi_extra={"x-needs": "see_figures"})
    async def check(request: Request) -> list[dict[str, str]]:
        """Worst first: `percontact check`."""

        def found(book: OpenBook) -> list[dict[str, str]]:
            every = [*checked(book), *measuring.target_findings(book)]
            return [{"weight": f.weight, "what": f.what, "do": f.do} for f in every]

        return await run_in_threadpool(desk.answer, "check", found)


async def _answered(
    desk: Desk, request: Request, key: tuple[Hashable, ...], make: Callable[[OpenBook], Answer]
) -> Response:
    """An answer as the JSON object of its command, worked out once for all who may see the same."""
    whole = ("api", *key, request.state.person.viewer)
    text = await run_in_threadpool(
        desk.answer, whole, lambda book: str(render(document_of(make(book)), "json")), weigh=len
    )
    return Response(text, media_type="application/json")


async def _not_taken(request: Request, error: Exception) -> Response:
    """A parameter that the API does not take, in four parts."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = str(first["loc"][-1])
    what = f"{first.get('input')!r:.80} is not one of its values: {first['msg']}"
    why, do = "Nothing was worked out.", "The page /api lists what each address takes."
    return told(request, problem("E-ARG-01", where, what, why, do).problem, 400)


def render_schema(app: FastAPI) -> str:
    """The OpenAPI document of the API."""
    made = get_openapi(title="percontact", version="1", openapi_version="3.1.0", routes=app.routes)
    made.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    for path in made["paths"].values():
        for operation in path.values():
            # A refused parameter is told like any other problem.
            operation["responses"].pop("422", None)
    for unused in ("HTTPValidationError", "ValidationError"):
        made["components"]["schemas"].pop(unused, None)
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"
