# SPDX-License-Identifier: Apache-2.0
"""percontact policy: propose or check the rules that place each cost line."""

from __future__ import annotations

import json
from pathlib import Path

import click

from percontact.cli.speak import call, count, open_book, output_options, say, writing_to


@click.group("policy")
def command() -> None:
    """Propose or check the rules that place each cost line."""


@command.command("propose")
@click.option("--force", is_flag=True, help="Write over the policy.yaml that is there.")
@click.option("--json", "as_json", is_flag=True, help="Print the proposal as JSON, write nothing.")
@click.pass_context
def propose_policy(ctx: click.Context, force: bool, as_json: bool) -> None:
    """Write a first policy.yaml from the ledger's own accounts, a reason beside each rule."""
    import yaml

    from percontact.costing.propose import propose
    from percontact.pipeline import POLICY_FILE
    from percontact.values.problem import problem

    book = open_book(ctx)
    book.need("ledger")
    text = propose(book.book)
    if as_json:
        click.echo(json.dumps(yaml.safe_load(text), indent=2, ensure_ascii=False))
        return
    file = book.workspace.path / POLICY_FILE
    if file.exists() and not force:
        raise problem(
            "E-ARG-03",
            str(file),
            "there is a policy already",
            "Its rules may be the work of hours.",
            "Edit it, or write over it with --force.",
        )
    with writing_to(file):
        file.write_text(text, "utf-8")
    data = yaml.safe_load(text)
    click.echo(f"Wrote {file}: {count(len(data['pools']), 'pool')}, {count(len(data['rules']), 'rule')}.")
    click.echo(f"Next: read each `because:`, correct what is wrong, then {call(ctx)} policy check.", err=True)


@command.command("check")
@output_options
@click.pass_context
def check_policy(ctx: click.Context, form: str | None, as_json: bool, output: Path | None) -> None:
    """Show what each rule catches and what none does. Exit code 1 when a line has no rule."""
    from percontact.answers import rules_checked

    document = rules_checked(open_book(ctx))
    say(document, form=form, as_json=as_json, output=output)
    if document.data["unclaimed_lines"]:
        ctx.exit(1)
    if not as_json and form in (None, "text"):
        click.echo(f"Next: {call(ctx)} cost", err=True)
