# SPDX-License-Identifier: Apache-2.0
"""From what a person names to the files that are meant: patterns in quotes, and archives of several files."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path

from percontact.ingest.contents import there
from percontact.ingest.unpack import is_archive, members, split
from percontact.values.problem import problem


def named_files(names: Iterable[Path]) -> list[Path]:
    """The files that are named, each once: `calls_*.csv` in sorted order, a zip archive as its members.

    A name that is a file is that file, whatever signs it has. Raises E-FILE-01 when a pattern fits no file,
    and for a folder, a device, or a name without a file.
    """
    found: dict[Path, None] = {}
    for name in names:
        for path in _files(name):
            for one in members(path) if path.is_file() and is_archive(path) else (path,):
                found.setdefault(one)
    return list(found)


def _files(name: Path) -> list[Path]:
    if split(name)[0].exists() or not glob.has_magic(str(name)):
        there(name)
        return [name]
    fits = sorted(Path(one) for one in glob.glob(str(name), recursive=True))
    files = [one for one in fits if one.is_file()]
    if not files:
        folders = f"Only folders: {', '.join(map(str, fits[:3]))}." if fits else "None is like that."
        why = f"{folders} It was looked for from {Path.cwd()}."
        raise problem(
            "E-FILE-01", str(name), "no file fits the pattern", why, "Check the pattern and the folder."
        )
    return files
