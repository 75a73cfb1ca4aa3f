# SPDX-License-Identifier: Apache-2.0
"""The app: one ASGI program of pages, their files, and the API, over one workspace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio.to_thread
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from percontact import __version__
from percontact.people import open_state
from percontact.web import account, api, assets, jump, people_pages, sign_in, telling
from percontact.web.calendar_forms import calendar_rules
from percontact.web.desk import MOST_ASKING, Desk
from percontact.web.entrance import Entrance
from percontact.web.gate import OPEN, Gate, Rule
from percontact.web.headers import SecurityHeaders
from percontact.web.landed import import_rules
from percontact.web.noting_rules import event_rules
from percontact.web.policy_forms import policy_rules
from percontact.web.provider import Provider
from percontact.web.screens import SCREENS
from percontact.web.settings_forms import settings_rules
from percontact.web.showing import first_answers, screen_rules
from percontact.web.views_page import view_rules
from percontact.web.welcoming import welcome_rules
from percontact.web.wizard import upload_rules
from percontact.web.working import job_rules


def make_app(folder: Path | str, *, alone: bool = True, provider: Provider | None = None) -> FastAPI:
    """The app over a workspace; the folder may still be empty.

    alone     whether only this machine reaches it: then nobody signs in while there is no account
    provider  the OpenID provider that people may sign in with
    """
    state = open_state(folder)
    desk, entrance = Desk(folder, state), Entrance(state, alone=alone, provider=provider)
    desk.prepare = first_answers
    gate = Gate(entrance)

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        # A thread waits for each reader; kept answers need some too while all questions wait.
        anyio.to_thread.current_default_thread_limiter().total_tokens = MOST_ASKING + 50
        desk.begin()
        yield
        await run_in_threadpool(desk.close)
        entrance.close()

    # The pages that FastAPI makes for its API load from elsewhere and run inline script: ours is /api.
    app = FastAPI(
        title="percontact",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=living,
    )
    app.state.desk, app.state.gate, app.state.entrance = desk, gate, entrance
    for rule in [*sign_in.rules(entrance), *account.rules(desk), *people_pages.rules(desk), *rules(desk)]:
        app.router.routes.append(gate.route(rule))
    api.add(app, desk, gate)
    app.add_middleware(SecurityHeaders)
    telling.add(app)
    return app


def rules(desk: Desk) -> list[Rule]:
    """Every route of the app with the permission it needs; a route that is not here does not exist."""
    found = [Rule("/assets/{name}", OPEN, _asset)]
    found += [*welcome_rules(desk), *job_rules(desk), *upload_rules(desk), *import_rules(desk)]
    found += [*event_rules(desk), *view_rules(desk)]
    found += [*settings_rules(desk), *policy_rules(desk), *calendar_rules(desk)]
    for screen in SCREENS:
        found += screen_rules(desk, screen)
    return [*found, *jump.rules(desk)]


async def _asset(request, person) -> Response:  # type: ignore[no-untyped-def]
    """A built file: its name holds the hash of its content, so it may be kept for ever."""
    return assets.response(request.path_params["name"], request.headers.get("accept-encoding", ""))
