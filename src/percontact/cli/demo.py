# SPDX-License-Identifier: Apache-2.0
"""percontact demo: make the demo company."""

from __future__ import annotations

from pathlib import Path

import click

from percontact.cli.speak import Bar, count


@click.command("demo")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--seed", default=7, show_default=True, help="Another seed makes another company of the same kind."
)
@click.option(
    "--contacts",
    default=1_000_000,
    show_default=True,
    type=click.IntRange(1000),
    help="About how many contacts.",
)
@click.option("--no-stories", is_flag=True, help="The same company without the stories hidden in it.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def command(folder: Path, seed: int, contacts: int, no_stories: bool, as_json: bool) -> None:
    """Make 24 months of a made-up company in DIR: contacts, ledger, capacity, policy, and stories to find."""
    import json

    from percontact.demo.make import make_demo

    bar = Bar()
    try:
        rows = make_demo(folder, seed=seed, contacts=contacts, stories=not no_stories, progress=bar)
    finally:
        bar.done()
    if as_json:
        click.echo(json.dumps({"folder": str(folder), "rows": rows, "demo": True}))
        return
    click.echo(
        f"Made the demo company in {folder}: {count(rows['contacts'], 'contact')}, "
        f"{count(rows['ledger'], 'ledger line')}. All of it is made up."
    )
    click.echo(f"Next: percontact -C {folder} cost --from 2026-01 --to 2026-06 --by channel", err=True)
    click.echo(f"      percontact -C {folder} trace --from 2026-06 --where channel=voice", err=True)
    click.echo(f"      percontact -C {folder} check", err=True)
