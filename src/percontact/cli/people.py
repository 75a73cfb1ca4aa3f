# SPDX-License-Identifier: Apache-2.0
"""percontact people: who may sign in to the app, and with which role, without a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from percontact.cli.speak import call, count

if TYPE_CHECKING:
    from percontact.people.accounts import Account
    from percontact.people.state import State
    from percontact.people.who import Person

ROLES = ("viewer", "analyst", "manager", "admin")
AT = "http://127.0.0.1:8484"
"""Where `percontact serve` listens when it is told nothing else."""

role_option = click.option(
    "--role", type=click.Choice(ROLES, case_sensitive=False), default="viewer", show_default=True,
    help="What they may do: docs/reference/roles.md.",
)  # fmt: skip
url_option = click.option("--url", default=AT, show_default=True, help="Where people reach the app.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")


@click.group("people")
def command() -> None:
    """Say who may sign in to the app, and what each may do.

    \b
    percontact people add ada@example.org --role admin     prints a link by which Ada sets a password
    percontact people role bob@example.org manager
    percontact people disable bob@example.org
    """
    from percontact.values.problem import problem

    try:
        import percontact.people.state  # noqa: F401 (all that it needs is imported with it)
    except ImportError as error:
        what, why = f"{error.name} is not installed", "Accounts belong to the app, which is an extra."
        do = "Install it: pip install 'percontact[web]'."
        raise problem("E-LIB-01", "percontact people", what, why, do) from None


@command.command("add")
@click.argument("login")
@role_option
@click.option("--name", default="", help="How to call them. Default: the login, up to its @.")
@url_option
@json_option
@click.pass_context
def add(ctx: click.Context, login: str, role: str, name: str, url: str, as_json: bool) -> None:
    """Add a person by LOGIN, an e-mail address; print a one-time link by which they set a password.

    Who signs in through your OpenID provider needs no link: the e-mail address is enough.
    """
    from percontact.people import COMMAND_LINE, Role, accounts, links

    with _opened(ctx) as state:
        person = accounts.add(state, login, Role.named(role), name=name, by=COMMAND_LINE)
        secret = links.invite(state, login, by=COMMAND_LINE)
        _tell_link(person, f"Added {person.login} as {person.role.value.capitalize()}.", secret, url, as_json)


@command.command("list")
@json_option
@click.pass_context
def list_people(ctx: click.Context, as_json: bool) -> None:
    """List everybody who was ever added: role, how they may sign in, when they last did."""
    from percontact.people import accounts

    with _opened(ctx) as state:
        found = accounts.accounts(state)
    if as_json:
        click.echo(json.dumps([_fields(a) for a in found], indent=2, ensure_ascii=False))
        return
    if not found:
        click.echo("No accounts: the app serves this machine alone, without sign-in.")
        click.echo(f"Next: {call(ctx)} people add you@example.org --role admin", err=True)
        return
    rows = [("Login", "Name", "Role", "Signs in by", "Last seen (UTC)"), *(_cells(a) for a in found)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    click.echo(f"{count(len(found), 'account')}.", err=True)


@command.command("role")
@click.argument("login")
@click.argument("role", type=click.Choice(ROLES, case_sensitive=False))
@json_option
@click.pass_context
def give_role(ctx: click.Context, login: str, role: str, as_json: bool) -> None:
    """Give LOGIN another ROLE. It holds at once, for open sessions and tokens too."""
    from percontact.people import COMMAND_LINE, Role, accounts

    with _opened(ctx) as state:
        person = accounts.set_role(state, login, Role.named(role), by=COMMAND_LINE)
    _tell(person, f"{person.login} is {person.role.value.capitalize()} now.", as_json)


@command.command("disable")
@click.argument("login")
@json_option
@click.pass_context
def disable(ctx: click.Context, login: str, as_json: bool) -> None:
    """Switch LOGIN's account off, with all sessions and tokens. What they did stays in the audit."""
    from percontact.people import COMMAND_LINE, accounts

    with _opened(ctx) as state:
        person = accounts.switch(state, login, active=False, by=COMMAND_LINE)
    _tell(person, f"{person.login} is switched off; all sessions and tokens are ended.", as_json)


@command.command("enable")
@click.argument("login")
@json_option
@click.pass_context
def enable(ctx: click.Context, login: str, as_json: bool) -> None:
    """Switch LOGIN's account on again. The password is as it was; tokens have to be made anew."""
    from percontact.people import COMMAND_LINE, accounts

    with _opened(ctx) as state:
        person = accounts.switch(state, login, active=True, by=COMMAND_LINE)
    _tell(person, f"{person.login} is switched on.", as_json)


@command.command("link")
@click.argument("login")
@url_option
@json_option
@click.pass_context
def link(ctx: click.Context, login: str, url: str, as_json: bool) -> None:
    """Print a one-time link by which LOGIN sets a new password. Earlier links no longer work."""
    from percontact.people import COMMAND_LINE, accounts, links

    with _opened(ctx) as state:
        secret = links.invite(state, login, by=COMMAND_LINE)
        _tell_link(accounts.get(state, login), "", secret, url, as_json)


@contextmanager
def _opened(ctx: click.Context) -> Iterator[State]:
    """The application's database of the workspace that -C names."""
    from percontact.people import open_state
    from percontact.store.workspace import Workspace

    state = open_state(Workspace.open(ctx.find_root().obj).path)
    try:
        yield state
    finally:
        state.close()


def _tell(person: Person, said: str, as_json: bool) -> None:
    click.echo(json.dumps(_person_fields(person), indent=2, ensure_ascii=False) if as_json else said)


def _tell_link(person: Person, said: str, secret: str, url: str, as_json: bool) -> None:
    from percontact.people.links import LASTS

    address = f"{url.rstrip('/')}/first?link={secret}"
    if as_json:
        told = _person_fields(person) | {"link": address, "hours": LASTS.days * 24}
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    if said:
        click.echo(said)
    click.echo(address)
    click.echo(f"Give it to {person.name} alone: it works once, for {LASTS.days} days.", err=True)


def _person_fields(person: Person) -> dict[str, object]:
    return {
        "login": person.login,
        "name": person.name,
        "role": person.role.value,
        "active": person.active,
        "has_password": person.has_password,
        "created": person.created.isoformat(timespec="seconds"),
    }


def _fields(account: Account) -> dict[str, object]:
    seen = account.last_seen.isoformat(timespec="seconds") if account.last_seen else None
    return _person_fields(account.person) | {"openid": account.openid, "last_seen": seen}


def _cells(account: Account) -> tuple[str, ...]:
    person = account.person
    means = [*(["password"] if person.has_password else []), *(["provider"] if account.openid else [])]
    how = ", ".join(means) or "not yet" if person.active else "switched off"
    seen = f"{account.last_seen:%Y-%m-%d %H:%M}" if account.last_seen else "never"
    return (person.login, person.name, person.role.value.capitalize(), how, seen)
