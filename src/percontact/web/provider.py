# SPDX-License-Identifier: Apache-2.0
"""The OpenID provider that people may sign in with, as the workspace or the environment names it.

    # sign-in.yaml, in the workspace
    issuer: https://login.example.org/realms/main
    client_id: percontact
    client_secret: ...                  # or PERCONTACT_OIDC_CLIENT_SECRET, which is not on the disk
    name: Example                       # what stands on the button
    role_claim: groups                  # which claim gives roles; a.b looks into an object
    roles: {support-leads: manager, finance: viewer}
    default_role: viewer                # of who has none by claim; without it only known people are let in
    trust_email: false                  # true: this provider verifies e-mails without saying so
    url: https://percontact.example.org # where people reach the app, if not where requests come in

Each key may stand in the environment instead, which goes first: PERCONTACT_OIDC_ISSUER, ..., and
PERCONTACT_OIDC_ROLES as `support-leads=manager,finance=viewer`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from percontact.people import Role
from percontact.values.problem import PercontactError, did_you_mean, problem

FILE = "sign-in.yaml"
PREFIX = "PERCONTACT_OIDC_"
NAME = "your company's account"
SCOPES = "openid email profile"
KEYS = (
    "issuer", "client_id", "client_secret", "name", "scopes", "role_claim", "roles", "default_role",
    "trust_email", "url",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID provider, and what its claims mean here.

    default_role  of who has no role by claim; None lets in only whom an Admin has added
    roles         value of the claim -> role; the highest that applies holds, at each sign-in anew
    trust_email   whether an e-mail address counts as verified where the provider does not say
    url           where people reach the app; "" for where the request came in
    """

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    name: str = NAME
    scopes: str = SCOPES
    role_claim: str = ""
    roles: tuple[tuple[str, Role], ...] = ()
    default_role: Role | None = None
    trust_email: bool = False
    url: str = ""

    def role_of(self, claims: Mapping[str, object]) -> Role | None:
        """The highest role that the claims give, or None."""
        found: object = claims
        for step in self.role_claim.split(".") if self.role_claim else ["\0"]:
            found = found.get(step) if isinstance(found, Mapping) else None
        values = set(found) if isinstance(found, list) else {found}
        given = [role for value, role in self.roles if value in values]
        return max(given, key=lambda role: role.rank, default=None)


def read_provider(folder: Path, environment: Mapping[str, str] | None = None) -> Provider | None:
    """The provider of a workspace, or None where none is named.

    Raises E-WHO-07 where what is said of it cannot be: nobody is let in by half a setting.
    """
    said = _said(folder / FILE) | _from(os.environ if environment is None else environment)
    if not said:
        return None
    if unknown := sorted(set(said) - set(KEYS)):
        raise _unfit(f"there is no setting {unknown[0]!r}", did_you_mean(unknown[0], KEYS))
    for needed in ("issuer", "client_id"):
        if not said.get(needed):
            raise _unfit(f"`{needed}` is missing", "Register the app at the provider; it names both.")
    issuer, url = str(said["issuer"]).rstrip("/"), str(said.get("url") or "").rstrip("/")
    for address in (issuer, *([url] if url else [])):
        if not is_safe(address):
            raise _unfit(
                f"{address} is no address that begins with https://", "What is sent there is secret."
            )
    roles, claim = _roles(said.get("roles")), str(said.get("role_claim") or "")
    if bool(roles) != bool(claim):
        raise _unfit("`roles` and `role_claim` go together", "The one says which values of the other count.")
    default = said.get("default_role")
    return Provider(
        issuer=issuer,
        client_id=str(said["client_id"]),
        client_secret=str(said.get("client_secret") or ""),
        name=str(said.get("name") or NAME),
        scopes=str(said.get("scopes") or SCOPES),
        role_claim=claim,
        roles=roles,
        default_role=Role.named(str(default)) if default else None,
        trust_email=str(said.get("trust_email") or "").lower() in ("true", "yes", "1"),
        url=url,
    )


def is_safe(address: str) -> bool:
    """Whether nobody on the way can read what is sent there: TLS, or this very machine."""
    parts = urlsplit(address)
    here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and here))


def _said(file: Path) -> dict[str, object]:
    if not file.is_file():
        return {}
    try:
        said = yaml.safe_load(file.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _unfit(f"{file} cannot be read as YAML", str(error).splitlines()[0]) from None
    if said is not None and not isinstance(said, dict):
        raise _unfit(f"{file} holds no keys and values", "Write it as `issuer: https://...`, a line a key.")
    return {str(key): value for key, value in (said or {}).items()}


def _from(environment: Mapping[str, str]) -> dict[str, object]:
    named = {key: environment.get(PREFIX + key.upper(), "") for key in KEYS}
    return {key: value for key, value in named.items() if value}


def _roles(said: object) -> tuple[tuple[str, Role], ...]:
    if isinstance(said, str):
        pairs = [pair.partition("=") for pair in said.split(",") if pair.strip()]
        said = {value.strip(): role.strip() for value, _, role in pairs}
    if said is None:
        return ()
    if not isinstance(said, dict):
        raise _unfit("`roles` holds no pairs of value and role", "Write roles: {support-leads: manager}.")
    return tuple((str(value), Role.named(str(role))) for value, role in said.items())


def _unfit(what: str, do: str) -> PercontactError:
    why = "Nobody is let in by half a setting."
    return problem("E-WHO-07", FILE, what, why, f"{do} See docs/how-to/sign-in.md.")
