# SPDX-License-Identifier: Apache-2.0
"""Persons, and who is asking: a person, how they are known, and what they may do right now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from percontact.people.roles import PERMISSIONS, Role
from percontact.values.problem import PercontactError, problem

Means = Literal["password", "openid", "link", "token", "local", "command"]
"""How somebody is known: signed in by password, provider or one-time link; by an API token; as the one user
of a program that listens to this machine alone; on the command line."""


@dataclass(frozen=True, slots=True)
class Person:
    """One who may sign in.

    login         e-mail or short name; unique, whatever its capitals
    active        whether the account is switched on
    has_password  whether a password was set; None of them can be read
    """

    id: int
    login: str
    name: str
    role: Role
    active: bool
    has_password: bool
    created: datetime


@dataclass(frozen=True, slots=True)
class Who:
    """Who is asking.

    person   the person, or None on the command line
    role     what they may do: the person's role, or a token's where that is lower
    means    how they are known
    address  the network address they ask from, or ""
    """

    person: Person | None
    role: Role
    means: Means
    address: str = ""

    @property
    def login(self) -> str:
        """What the audit calls them."""
        return self.person.login if self.person else "(command line)"

    def may(self, permission: str) -> bool:
        """Whether they may do this. Raises KeyError where there is no such permission."""
        return self.role.may(permission)

    def need(self, permission: str, where: str) -> None:
        """Raises E-WHO-03 where they may not."""
        if not self.may(permission):
            raise refused(permission, self.role, where)


COMMAND_LINE = Who(None, Role.ADMIN, "command")
"""Who holds the workspace's files may do anything with them."""


def refused(permission: str, role: Role, where: str) -> PercontactError:
    """E-WHO-03, ready to raise."""
    least = PERMISSIONS[permission]
    return problem(
        "E-WHO-03",
        where,
        f"the role {least.role.value.capitalize()} is needed to {least.says}",
        f"You are {'an' if role.value[0] == 'a' else 'a'} {role.value.capitalize()}.",
        "Ask an Admin of your percontact for that role.",
    )
