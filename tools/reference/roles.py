# SPDX-License-Identifier: Apache-2.0
"""The page of roles: what each may do."""

from __future__ import annotations

from collections.abc import Iterator

from percontact.people.roles import PERMISSIONS, SAYS, Role
from reference.markdown import grid, joined


def roles_page() -> str:
    """What each role may do."""
    return joined("src/percontact/people/roles.py", _roles())


def _roles() -> Iterator[str]:
    yield "# Roles"
    yield (
        "Each person has one role in the app, and may all that the roles before it may. The same table "
        "decides for pages, files and the API. How people sign in: [sign-in](../how-to/sign-in.md)."
    )
    yield grid(("role", "in short"), ((f"**{r.capitalize()}**", SAYS[r]) for r in Role))
    yield grid(
        ("permission", "what may be done", *(r.capitalize() for r in Role), "because"),
        (
            (f"`{name}`", p.says, *("yes" if r.may(name) else "-" for r in Role), p.because or "-")
            for name, p in PERMISSIONS.items()
        ),
    )
