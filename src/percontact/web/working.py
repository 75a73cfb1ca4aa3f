# SPDX-License-Identifier: Apache-2.0
"""The page of a job: how far it is, live; what came of it; and stopping it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from percontact.web.asked import Asked
from percontact.web.desk import Desk
from percontact.web.drawing import draw
from percontact.web.gate import Person, Rule
from percontact.web.jobs import Job
from percontact.web.pages import data
from percontact.web.showing import frame_of, html

LOOKED_EVERY_S = 0.25
SIGN_OF_LIFE_S = 15
"""A stream that says nothing for longer is cut by many proxies."""
CLOSE = "event: close\ndata: end\n\n"
"""Tells the page that the stream is at its end: without it, the page would connect anew and play it again."""


def job_rules(desk: Desk) -> list[Rule]:
    """The routes of jobs."""

    async def page(request: Request, person: Person) -> Response:
        return await run_in_threadpool(_page, desk, request, person)

    async def events(request: Request, person: Person) -> Response:
        job = desk.jobs.one(request.path_params["id"])
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(told(desk, job.id), media_type="text/event-stream", headers=headers)

    async def stop(request: Request, person: Person) -> Response:
        job = await run_in_threadpool(desk.jobs.stop, request.path_params["id"])
        return RedirectResponse(f"/data/jobs/{job.id}", 303)

    return [
        Rule("/data/jobs/{id}", "import", page),
        Rule("/data/jobs/{id}/events", "import", events, act=""),
        Rule("/data/jobs/{id}/stop", "import", stop, ("POST",)),
    ]


async def told(desk: Desk, id: str) -> AsyncIterator[str]:
    """A job as it goes, as Server-Sent Events: the part of its page that changes, then one that closes."""
    last: Job | None = None
    spoke = time.monotonic()
    while True:
        job = desk.jobs.one(id)
        if job is not last:
            part = await run_in_threadpool(draw, "job_part.html", facts(desk, job))
            yield "".join(f"data: {line}\n" for line in part.splitlines()) + "\n"
            last, spoke = job, time.monotonic()
        elif time.monotonic() - spoke > SIGN_OF_LIFE_S:
            yield ": still here\n\n"
            spoke = time.monotonic()
        if job.over:
            yield CLOSE
            return
        await asyncio.sleep(LOOKED_EVERY_S)


def facts(desk: Desk, job: Job) -> dict[str, object]:
    """What the changing part of a job's page is drawn from."""
    busy = desk.jobs.busy
    before = [j.id for j in busy].index(job.id) if job in busy else 0
    return {"job": job, "before": before, "again": _begun(job) if job.state != "done" else ""}


def _begun(job: Job) -> str:
    """Where a job was begun, to go back to."""
    match job.kind:
        case "import":
            return f"/data/uploads/{job.asked['upload']}"
        case "undo":
            return f"/data/imports/{job.asked['number']}"
        case "demo":
            return "/welcome"


def _page(desk: Desk, request: Request, person: Person) -> Response:
    job = desk.jobs.one(request.path_params["id"])
    frame = frame_of(desk, data.SCREEN, Asked(), person, request)
    return html("job.html", {**frame, **facts(desk, job)})
