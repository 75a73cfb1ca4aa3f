# SPDX-License-Identifier: Apache-2.0
"""Serving the app: where it listens, and that only this machine reaches it while no one has to sign in."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from percontact.values.problem import PercontactError, problem


def serve(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8484,
    accounts: bool = False,
    ready: Callable[[str, str | None], None] = lambda address, link: None,
) -> None:
    """Serve the app until it is stopped.

    accounts  whether everybody signs in even while there is no account; others may then reach the app
    ready     called with the address once it answers, and with that of the one-time link for the first Admin
    Raises E-WEB-02 where the port is taken, E-WEB-03 where others could reach an app without accounts.
    """
    import uvicorn
    from altair.utils import schemapi

    from percontact.web.app import make_app
    from percontact.web.entrance import Entrance
    from percontact.web.provider import read_provider

    # Tests hold every drawing against the schema; here that would take longer than the drawing itself.
    schemapi.disable_debug_mode()
    app = make_app(folder, alone=is_loopback(host) and not accounts, provider=read_provider(folder))
    entrance: Entrance = app.state.entrance
    if not is_loopback(host) and not accounts and not entrance.anybody_can_sign_in():
        entrance.close()
        what, why = (
            f"{host} can be reached by others",
            "While nobody has to sign in, all of them could do everything.",
        )
        do = "Add yourself: percontact people add you@example.org --role admin. Or serve with --accounts."
        raise problem("E-WEB-03", f"--host {host}", what, why, do)
    listening = _listen(host, port)
    config = uvicorn.Config(app, log_level="warning", server_header=False, timeout_keep_alive=30)
    server = uvicorn.Server(config)
    address, first = f"http://{host}:{listening.getsockname()[1]}", entrance.first_link()
    threading.Thread(target=_draw_once, daemon=True).start()
    ready(address, f"{address}/first?link={first}" if first else None)
    server.run(sockets=[listening])


def _draw_once() -> None:
    """Draw any chart: else the first reader waits a second until what draws them is loaded."""
    from percontact.report.charts import Bar, bars, vega
    from percontact.report.document import TableColumn

    with contextlib.suppress(PercontactError):  # without the libraries, pages say so
        vega(bars([Bar("one", 1)], TableColumn("number", "Number", "count"), title="One", subtitle="one"))


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listen(host: str, port: int) -> socket.socket:
    # Only of a socket that names TCP does the event loop switch off the wait for a fuller packet (40 ms).
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        what = f"port {port} is taken: {error.strerror}"
        raise problem(
            "E-WEB-02", f"--port {port}", what, "Another program listens there.", "Name another: --port 8485."
        ) from error
    listening.listen(512)
    return listening
