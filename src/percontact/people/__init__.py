# SPDX-License-Identifier: Apache-2.0
"""Floor 3: who may see what. The one room that touches the application's database."""

from percontact.people.roles import PERMISSIONS, Permission, Role
from percontact.people.state import State, open_state
from percontact.people.who import COMMAND_LINE, Person, Who

__all__ = ["open_state", "COMMAND_LINE", "PERMISSIONS", "Permission", "Person", "Role", "State", "Who"]
