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
@click.option(
    "--accounts",
    is_flag=True,
    help="Everybody signs in. While there is no account, a one-time link for the first Admin is printed.",
)
@click.option("--open", "browse", is_flag=True, help="Open it in the browser.")
@click.pass_context
def command(ctx: click.Context, host: str, port: int, accounts: bool, browse: bool) -> None:
    """The app in the browser: one page answers the question, every figure opens to its rows.

    \b
    percontact -C demo serve --open
    """
    try:
        from percontact.web.serving import serve
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("percontact"):
            raise
        from percontact.values.problem import problem

        why, do = (
            "The app is an extra: who wants files only needs none of it.",
            "pip install 'percontact[web]'",
        )
        raise problem("E-LIB-01", "serve", f"{error.name} is not installed", why, do) from error

    def ready(address: str, link: str | None) -> None:
        click.echo(f"percontact serves {ctx.find_root().obj} at {address} (Ctrl+C ends it).", err=True)
        if link:
            click.echo(f"Make the first account here; it works once, for a day: {link}", err=True)
        if browse:
            import webbrowser

            webbrowser.open(link or address)

    serve(Path(ctx.find_root().obj), host=host, port=port, accounts=accounts, ready=ready)
