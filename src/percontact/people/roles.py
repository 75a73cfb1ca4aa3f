# SPDX-License-Identifier: Apache-2.0
"""Roles, and what each may do: the one place that says so. A role may all that the roles below it may.

Viewer < Analyst < Manager < Admin. A page, an endpoint or a file names one permission; who has it follows
from the table below. docs/reference/roles.md is made of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from percontact.values.problem import did_you_mean, problem


class Role(StrEnum):
    """What a person is in the app, from the least to the most."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    MANAGER = "manager"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """0 is the least."""
        return list(Role).index(self)

    def may(self, permission: str) -> bool:
        """Whether the role has a permission. Raises KeyError where there is none of that name."""
        return self.rank >= PERMISSIONS[permission].role.rank

    @classmethod
    def named(cls, name: str) -> Role:
        """The role of a name, in any case. Raises E-ARG-01."""
        try:
            return cls(name.strip().lower())
        except ValueError:
            what = f"there is no role {name!r}"
            raise problem(
                "E-ARG-01", "role", what, "A role says what a person may do.", did_you_mean(name, list(cls))
            ) from None


SAYS: dict[Role, str] = {
    Role.VIEWER: "reads figures",
    Role.ANALYST: "looks into single contacts, takes figures away, notes events",
    Role.MANAGER: "sees agents by name, brings data in, changes the policy",
    Role.ADMIN: "says who may come in, and sees what they did",
}


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing that may be done: the least role that may, what it is, and why that role."""

    role: Role
    says: str
    because: str = ""


PERMISSIONS: dict[str, Permission] = {
    "see_figures": Permission(
        Role.VIEWER, "see figures and charts of any slice", "agents stand in them under a pseudonym"
    ),
    "save_views": Permission(Role.VIEWER, "save views, and see those that others share"),
    "see_contacts": Permission(
        Role.ANALYST,
        "see single contacts and what each cost",
        "one contact is one customer's and one agent's",
    ),
    "export": Permission(
        Role.ANALYST, "take figures away as CSV, Excel, JSON or PDF", "what has left the app is in no audit"
    ),
    "share_views": Permission(Role.ANALYST, "share saved views with all"),
    "note_events": Permission(Role.ANALYST, "note, change and remove events", "each keeps its history"),
    "make_tokens": Permission(Role.ANALYST, "make API tokens of their own role or a lower one"),
    "see_agents": Permission(
        Role.MANAGER, "see agents under their real names", "who leads them may judge their work"
    ),
    "import": Permission(
        Role.MANAGER,
        "import files and see the rows set aside",
        "source rows show agents' names as they stand",
    ),
    "undo_import": Permission(Role.MANAGER, "undo an import"),
    "edit_policy": Permission(
        Role.MANAGER, "change the policy, close and reopen months", "it changes the figures that all see"
    ),
    "change_settings": Permission(Role.ADMIN, "change settings of the workspace"),
    "manage_people": Permission(Role.ADMIN, "add people, give roles, switch accounts off"),
    "see_audit": Permission(Role.ADMIN, "see who saw, changed and exported what"),
}
"""name -> who may, and what; a new page that needs something new adds its line here"""
