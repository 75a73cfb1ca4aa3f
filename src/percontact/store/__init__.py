# SPDX-License-Identifier: Apache-2.0
"""Floor 3: the workspace on disk. Rows enter whole or not at all, and every state can be read again."""

from percontact.store.closing import Closing
from percontact.store.history import Import, SetAside
from percontact.store.publish import Moved
from percontact.store.snapshot import Snapshot
from percontact.store.workspace import Workspace

__all__ = ["Closing", "Import", "Moved", "SetAside", "Snapshot", "Workspace"]
