# SPDX-License-Identifier: Apache-2.0
"""percontact help E-...: the page of an error code; help sources: the exports it knows."""

from __future__ import annotations

import json

import click


@click.command("help")
@click.argument("code", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.pass_context
def command(ctx: click.Context, code: str | None, as_json: bool) -> None:
    """Explain an error CODE; without one, list them. `sources` lists the exports that are known."""
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
    if code.lower() == "sources":
        _sources(as_json)
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


def _sources(as_json: bool) -> None:
    """Every export with a shipped mapping: its name, the table it fills, what it lacks."""
    from percontact.ingest.source import sources

    if as_json:
        fields = ("key", "name", "table", "evidence", "gives", "lacks")
        click.echo(json.dumps([{f: getattr(s, f) for f in fields} for s in sources()], indent=2))
        return
    for s in sources():
        click.echo(f"{s.key:44} {s.table:9} {s.name}")
    click.echo(
        "Read one: percontact import TABLE FILE --mapping NAME. What each gives and lacks: --json, or "
        "docs/reference/sources.md.",
        err=True,
    )
