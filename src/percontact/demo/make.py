# SPDX-License-Identifier: Apache-2.0
"""Make the demo workspace: write the company's files, land them the way anyone's files are landed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from percontact.demo.write import DEMO_SETTINGS, write_company
from percontact.pipeline import POLICY_FILE, land
from percontact.store.workspace import Workspace
from percontact.values.problem import problem

Progress = Callable[[str, int, int | None], None]


def make_demo(
    folder: Path,
    *,
    seed: int = 7,
    contacts: int = 1_000_000,
    stories: bool = True,
    progress: Progress | None = None,
) -> dict[str, int]:
    """Make the demo company in a folder that does not exist yet; returns rows landed by table.

    The workspace is made beside the folder and renamed when it is whole, so a half-made demo
    never stands there.
    Raises PercontactError E-WS-02 when the folder is there already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise problem(
            "E-WS-02",
            str(folder),
            "the folder is there already and is not empty",
            "A demo is made anew, never mixed with other data.",
            "Choose another folder, or remove it.",
        )
    draft = folder.absolute().with_name(f".{folder.name}.making")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        sources = draft / "sources"
        sources.mkdir(parents=True)
        written = write_company(sources, seed=seed, stories=stories, contacts=contacts)
        workspace = Workspace.create(draft, replace(DEMO_SETTINGS, demo=True))
        shutil.copyfile(sources / POLICY_FILE, draft / POLICY_FILE)
        rows = {
            table: sum(land(workspace, table, path, progress=progress).landed for path in files)
            for table, files in written.items()
        }
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return rows
