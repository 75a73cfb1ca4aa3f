# SPDX-License-Identifier: Apache-2.0
"""Putting a finished file in its final place so that it is there whole, or not at all, even after a crash."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from pathlib import Path

_BLOCK_BYTES = 2**20


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def place(source: Path, target: Path) -> None:
    """Give a finished file its final name; the source stays, for a second try.

    Order matters: bytes to disk, then the name, then the folder that holds the name. `target` is named by
    content, so one that is there already is the same file.
    """
    make_folder(target.parent)
    _sync(source)
    if not place_once(source, target):
        os.utime(target)  # its age decides whether a sweep may take it
    sync_folder(target.parent)


def place_once(source: Path, target: Path) -> bool:
    """Give a file a second name at once and whole; False when the name is taken."""
    try:
        os.link(source, target)
    except FileExistsError:
        return False
    except OSError:
        # The file system knows no hard links: copy under another name, then rename.
        if target.exists():
            return False
        draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        shutil.copyfile(source, draft)
        _sync(draft)
        draft.replace(target)
    os.utime(target)
    return True


def keep_original(folder: Path, source: Path, name: str) -> str:
    """Copy the bytes of a source file to `folder`/<sha256>/<name>; gives <sha256>/<name>.

    folder  where originals are kept; readable by its owner only, since sources may hold people's data
    """
    make_folder(folder, mode=0o700)
    draft = folder / f".{secrets.token_hex(8)}"
    digest = hashlib.sha256()
    with source.open("rb") as read, draft.open("wb") as write:
        while block := read.read(_BLOCK_BYTES):
            digest.update(block)
            write.write(block)
    target = folder / digest.hexdigest() / (Path(name).name or "source")
    place(draft, target)
    draft.unlink()
    return f"{target.parent.name}/{target.name}"


def make_folder(path: Path, mode: int = 0o777) -> None:
    """Make a folder and those above it, each known to the disk."""
    missing = []
    while not path.is_dir():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        folder.mkdir(mode=mode, exist_ok=True)
        sync_folder(folder.parent)


def sync_folder(path: Path) -> None:
    """Write the names in a folder to disk."""
    if os.name == "nt":  # Windows keeps names by itself and cannot open a folder
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
