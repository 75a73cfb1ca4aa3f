# SPDX-License-Identifier: Apache-2.0
"""percontact serve: the app in the browser."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8484, show_default=True, type=click.IntRange(0, 65535), help="0 = any free one."
)
@click.option("--open", "browse", is_flag=True, help="Open it in the browser.")
@click.pass_context
def command(ctx: click.Context, host: str, port: int, browse: bool) -> None:
    """The app in the browser: one page answers the question, every figure opens to its rows.

    \b
    percontact -C demo serve --open
    """
    from percontact.web.serving import serve

    def ready(address: str) -> None:
        click.echo(f"percontact serves {ctx.find_root().obj} at {address} (Ctrl+C ends it).", err=True)
        if browse:
            import webbrowser

            webbrowser.open(address)

    serve(Path(ctx.find_root().obj), host=host, port=port, ready=ready)
