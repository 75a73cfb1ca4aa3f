# SPDX-License-Identifier: Apache-2.0
"""Make the demo workspace: write the company's files, land them the way anyone's files are landed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from percontact.demo.write import DEMO_SETTINGS, write_company
from percontact.pipeline import land
from percontact.store.manifest import NAME as MANIFEST
from percontact.store.policies import POLICY_FILE
from percontact.store.workspace import Workspace
from percontact.values.problem import problem

OWN = (
    *("workspace.key", "writer.lock", ".swept", POLICY_FILE),
    *("facts", "cubes", "originals", "staging", "runs", "mappings"),
)
"""What a workspace is made of besides its manifest."""
SOURCES = "sources"
"""The folder of the demo company's files."""

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
        rows = _made(draft, seed, contacts, progress, stories=stories)
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return rows


def make_demo_in(
    folder: Path, *, seed: int = 7, contacts: int = 1_000_000, progress: Progress | None = None
) -> dict[str, int]:
    """Make the demo company in a folder that may hold other files, but no workspace that anything came into.

    It is made in a folder of its own inside and moved out when it is whole, the manifest last: until then
    there is no workspace.
    Raises PercontactError E-WS-02 when data stands there already.
    """
    if (folder / MANIFEST).is_file():
        if Workspace.open(folder).receipts():
            raise problem(
                "E-WS-02",
                str(folder),
                "there is data here already",
                "A demo is made anew, never mixed with other data.",
                "Serve another folder for the demo company.",
            )
        _take_away(folder, OWN)
    if clash := [name for name in (*OWN, SOURCES) if (folder / name).exists()]:
        raise problem(
            "E-WS-02",
            str(folder / clash[0]),
            "it stands where the demo company would",
            "No file of yours is written over.",
            "Move it away, or serve an empty folder.",
        )
    draft = folder.absolute() / ".demo-in-the-making"
    shutil.rmtree(draft, ignore_errors=True)
    try:
        rows = _made(draft, seed, contacts, progress, stories=True)
        for name in sorted(os.listdir(draft), key=lambda n: n == MANIFEST):
            (draft / name).rename(folder / name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return rows


def remove_demo(folder: Path) -> None:
    """Take the demo company out of a folder, with all that was imported into it; other files stay.

    Raises PercontactError E-WS-02 when the data is not made up.
    """
    if not Workspace.open(folder).settings.demo:
        raise problem(
            "E-WS-02",
            str(folder),
            "its data is not the demo company's",
            "Only what is made up can be removed in one step.",
            "Undo single imports instead.",
        )
    _take_away(folder, (*OWN, SOURCES))


def _take_away(folder: Path, names: Sequence[str]) -> None:
    """Remove a workspace's own files, the manifest first: from then on there is none."""
    for file in (folder / MANIFEST, *folder.glob(f"{MANIFEST}-*")):
        file.unlink(missing_ok=True)
    for name in names:
        if (folder / name).is_dir():
            shutil.rmtree(folder / name)
        else:
            (folder / name).unlink(missing_ok=True)


def _made(
    draft: Path, seed: int, contacts: int, progress: Progress | None, *, stories: bool
) -> dict[str, int]:
    """The whole demo workspace in a new folder; gives rows landed by table."""
    sources = draft / "sources"
    sources.mkdir(parents=True)
    if progress:
        progress("making up the company", 0, None)
    written = write_company(sources, seed=seed, stories=stories, contacts=contacts)
    workspace = Workspace.create(draft, replace(DEMO_SETTINGS, demo=True))
    shutil.copyfile(sources / POLICY_FILE, draft / POLICY_FILE)
    return {
        table: sum(land(workspace, table, path, progress=_of(table, progress)).landed for path in files)
        for table, files in written.items()
    }


def _of(table: str, progress: Progress | None) -> Progress | None:
    """Progress that says of which table it is."""
    if progress is None:
        return None
    tell = progress
    return lambda stage, done, total: tell(f"{table}: {stage}", done, total)
