# SPDX-License-Identifier: Apache-2.0
"""A draft of an import: its number, its folder, the copy of its source; taken away however it ends."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from percontact.store.workspace import Workspace
from percontact.values.problem import PercontactError, problem


@contextmanager
def draft(workspace: Workspace) -> Iterator[tuple[int, Path]]:
    """(number, folder) of a new import; both are gone at the end, whether it was published or not.

    Raises E-WS-08 where a step within failed for want of room.
    """
    number = workspace.reserve()
    try:
        yield number, workspace.staging(number)
    except Exception as error:
        if _is_full(error):
            raise _no_room(workspace) from error
        raise
    finally:
        # Also when the user stops it or the file is refused: nothing is left lying about.
        workspace.clear_staging(number)


def copied(file: Path, folder: Path) -> Path:
    """A copy of a source file. Raises E-FILE-01 when the file changed meanwhile.

    The copy is read and kept, so that an edit in between cannot part the rows from their source.
    """
    folder.mkdir()
    before = file.stat()
    copy = Path(shutil.copyfile(file, folder / file.name))
    after = file.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        why = "Another program is still writing it, so what was read of it may be half a row."
        raise problem(
            "E-FILE-01", str(file), "the file changed while it was read", why, "Wait, and try again."
        )
    return copy


def _no_room(workspace: Workspace) -> PercontactError:
    return problem(
        "E-WS-08",
        str(workspace.path),
        "there is no room left on the disk",
        "The import was taken back whole: nothing was changed.",
        "Make room, or move the workspace to a larger disk; an import needs some three times its file.",
    )


def _is_full(error: BaseException) -> bool:
    """Whether a step failed for want of room: on the disk, in a quota, or beyond the largest file allowed."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return True
    said = str(error).lower()
    told = ("no space left on device", "file too large", "disk is full", "quota exceeded")
    return not isinstance(error, PercontactError) and any(words in said for words in told)
