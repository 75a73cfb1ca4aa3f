# SPDX-License-Identifier: Apache-2.0
"""percontact help E-...: the page of an error code."""

from __future__ import annotations

import json

import click


@click.command("help")
@click.argument("code", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.pass_context
def command(ctx: click.Context, code: str | None, as_json: bool) -> None:
    """Explain an error CODE; without one, list them."""
    from percontact.values.codes import CODES
    from percontact.values.problem import did_you_mean, problem

    if code is None:
        if as_json:
            click.echo(json.dumps({c: title for c, (title, _, _) in CODES.items()}, indent=2))
            return
        for name, (title, _, _) in CODES.items():
            click.echo(f"{name:12} {title}")
        click.echo("The commands: percontact --help", err=True)
        return
    key = code.upper()
    if key not in CODES:
        raise problem(
            "E-ARG-01",
            f"help {code}",
            "there is no such code",
            did_you_mean(key, CODES),
            "percontact help lists them all.",
        )
    title, meaning, remedy = CODES[key]
    if as_json:
        click.echo(json.dumps({"code": key, "title": title, "meaning": meaning, "remedy": remedy}))
        return
    click.echo(f"{key}  {title}\n\n  {meaning}\n\n  {remedy}")
