# SPDX-License-Identifier: Apache-2.0
"""percontact policy: propose, check, try or put in force the rules that place each cost line."""

from __future__ import annotations

import json
from pathlib import Path

import click

from percontact.cli.speak import call, count, open_book, output_options, say, span_options, writing_to


@click.group("policy")
def command() -> None:
    """Propose, check, try or put in force the rules that place each cost line."""


@command.command("propose")
@click.option("--force", is_flag=True, help="Write over the policy.yaml that is there.")
@click.option("--json", "as_json", is_flag=True, help="Print the proposal as JSON, write nothing.")
@click.pass_context
def propose_policy(ctx: click.Context, force: bool, as_json: bool) -> None:
    """Write a first policy.yaml from the ledger's own accounts, a reason beside each rule."""
    import yaml

    from percontact.costing.propose import propose
    from percontact.store.policies import POLICY_FILE, put_policy
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
            "Edit it, or write over it with --force; it stays in `percontact policy history`.",
        )
    with writing_to(file):
        put_policy(book.workspace.path, text, because="proposed from the ledger's own accounts")
    data = yaml.safe_load(text)
    click.echo(f"Wrote {file}: {count(len(data['pools']), 'pool')}, {count(len(data['rules']), 'rule')}.")
    click.echo(f"Next: read each `because:`, correct what is wrong, then {call(ctx)} policy check.", err=True)


@command.command("check")
@output_options
@click.pass_context
def check_policy(ctx: click.Context, form: str | None, as_json: bool, output: Path | None) -> None:
    """Show what each rule catches and what none does. Exit code 1 when a line has no rule."""
    from percontact.answers.checking import rules_checked

    document = rules_checked(open_book(ctx))
    say(document, form=form, as_json=as_json, output=output)
    if document.data["unclaimed_lines"]:
        ctx.exit(1)
    if not as_json and form in (None, "text"):
        click.echo(f"Next: {call(ctx)} cost", err=True)


TEXT = click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@command.command("try")
@TEXT
@span_options
@output_options
@click.pass_context
def try_policy(
    ctx: click.Context,
    file: Path,
    start: str | None,
    end: str | None,
    form: str | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Show what another policy would do: what each rule catches, and what each channel would cost.

    Nothing is changed. Exit code 1 when something in FILE is wrong.
    """
    from percontact.answers.trying import tried

    found = tried(open_book(ctx), _text(file), start=start, end=end)
    for one in found.problems:
        click.echo(str(one), err=True)
    say(found.document, form=form, as_json=as_json, output=output)
    if found.problems:
        ctx.exit(1)
    if not as_json and form in (None, "text"):
        click.echo(f"Next: {call(ctx)} policy use {file}", err=True)


@command.command("use")
@TEXT
@click.option("--because", default="", metavar="TEXT", help="Why: it stands in the history.")
@click.option("--based-on", type=int, metavar="N", help="Refuse where another version than N is in force.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.pass_context
def use_policy(ctx: click.Context, file: Path, because: str, based_on: int | None, as_json: bool) -> None:
    """Put FILE in force as policy.yaml; the former policy is kept.

    Refused when something in FILE is wrong.
    """
    from percontact.costing.policy_file import parse_policy
    from percontact.store.policies import digest_of, put_policy, version_text
    from percontact.store.workspace import Workspace

    root, text = Workspace.open(ctx.find_root().obj).path, _text(file)
    parse_policy(text, str(file))
    basis = None if based_on is None else digest_of(version_text(root, based_on))
    made = put_policy(root, text, based_on=basis, because=because)
    if as_json:
        click.echo(json.dumps({"version": made.number, "digest": made.digest}))
        return
    click.echo(f"Version {made.number} of the policy is in force; the others are kept.")
    click.echo(f"Next: {call(ctx)} cost", err=True)


@command.command("history")
@click.option("--show", type=int, metavar="N", help="Print the text of version N.")
@click.option("--compare", type=int, metavar="N", help="Print what has changed since version N.")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_context
def policy_history(ctx: click.Context, show: int | None, compare: int | None, as_json: bool) -> None:
    """List the policies that were in force: since when, by whom, why.

    \b
    percontact policy history --compare 2
    percontact policy history --show 2 > old.yaml; percontact policy use old.yaml   brings it back
    """
    from difflib import unified_diff

    from percontact.store.policies import policy_text, version_text, versions
    from percontact.store.workspace import Workspace

    root = Workspace.open(ctx.find_root().obj).path
    if show is not None:
        click.echo(version_text(root, show), nl=False)
        return
    if compare is not None:
        old, now = version_text(root, compare), policy_text(root) or ""
        lines = unified_diff(
            old.splitlines(), now.splitlines(), f"version {compare}", "in force", lineterm=""
        )
        click.echo("\n".join(lines) or f"Version {compare} is what is in force.")
        return
    found = versions(root)
    if as_json:
        told = [
            {
                "version": v.number,
                "at": v.at.isoformat(),
                "who": v.who,
                "because": v.because,
                "digest": v.digest,
            }
            for v in found
        ]
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    for v in found:
        because = f": {v.because}" if v.because else ""
        click.echo(f"{v.number:>4}  {v.at:%Y-%m-%d %H:%M} UTC  {v.who or '(not known)'}{because}")
    if not found:
        click.echo("No version is kept yet: one is as soon as a policy is put in force here.")


def _text(file: Path) -> str:
    """The text of a policy file. Raises E-POL-01 where it is not UTF-8."""
    from percontact.values.problem import problem

    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        why = "Guessing an encoding can change the names that its rules match."
        raise problem("E-POL-01", str(file), "it is not UTF-8", why, "Save it as UTF-8.") from error
