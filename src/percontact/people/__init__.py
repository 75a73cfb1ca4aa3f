# SPDX-License-Identifier: Apache-2.0
"""Floor 3: who may see what. The one room that touches the application's database.

Roles and pseudonyms need no database; its libraries (the extra `web`) are imported when it is opened.
"""

from typing import TYPE_CHECKING

from percontact.people.roles import PERMISSIONS, Permission, Role
from percontact.people.who import COMMAND_LINE, Person, Who

if TYPE_CHECKING:
    from percontact.people.state import State, open_state

__all__ = ["open_state", "COMMAND_LINE", "PERMISSIONS", "Permission", "Person", "Role", "State", "Who"]


def __getattr__(name: str) -> object:
    if name in ("State", "open_state"):
        from percontact.people import state

        return getattr(state, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
