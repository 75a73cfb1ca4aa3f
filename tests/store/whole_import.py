# SPDX-License-Identifier: Apache-2.0
"""A batch landed the whole way: written as CSV, read, checked, staged and published by the pipeline."""

import tempfile
from pathlib import Path
from typing import Protocol

from percontact.pipeline import land
from percontact.records.landing import Receipt
from percontact.store import Workspace

MONTHS = ("2026-05", "2026-06", "2026-07")


class Batch(Protocol):
    """What `crash_workers.Batch` tells of a batch."""

    name: str
    version: int

    @property
    def rows(self) -> int: ...


def load_file(workspace: Workspace, batch: Batch) -> Receipt:
    """Land a batch as a user's file of its name, standing for the earlier one if there is one."""
    lines = [
        f"{batch.name}-{n},{MONTHS[n % 3]}-10 09:00:00,voice,{60 + batch.version}"
        for n in range(2, batch.rows + 2)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / batch.name
        path.write_text(
            "\n".join(["contact_id,started_at,channel,handle_s", *lines]) + "\n", encoding="utf-8"
        )
        return land(workspace, "contacts", path, replace=True)
