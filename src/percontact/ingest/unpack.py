# SPDX-License-Identifier: Apache-2.0
"""The bytes of a file, unpacked as they are read: plain, gzip, or one member of a zip archive.

Nothing is written to disk under a name that stands in an archive, and no more is unpacked than a stated
limit: a small file that unpacks without end is refused, not followed. Memory does not grow with the file.
"""

from __future__ import annotations

import gzip
import io
import lzma
import os
import shutil
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from percontact.ingest.found import LONGEST_LINE_BYTES
from percontact.values.problem import PercontactError, problem

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

GZIP, ZIP = b"\x1f\x8b\x08", b"PK\x03\x04"
"""First bytes of each: what a file is called does not decide whether it is packed."""

MOST_UNPACKED_GB = 64
"""More than this is not unpacked, unless PERCONTACT_UNPACKED_GB names another limit. 1 GB = 10^9 bytes."""

HIGHEST_RATIO, RATIO_COUNTS_FROM_BYTES = 200, 256_000_000
"""Bytes out for each byte in. Exports lie between 5 and 50; only what is made to burst goes beyond."""

MOST_MEMBERS = 100_000
DATA_ENDINGS = (
    *(".csv", ".tsv", ".txt", ".json", ".ndjson", ".jsonl", ".parquet"),
    *(".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
)
"""Members of an archive that are taken for data; the others are left where they are."""

_ARCHIVES = (".zip", ".gz", ".tgz", ".tar", ".7z", ".rar", ".bz2", ".xz", ".zst")
_SHOWN = 12
_BUFFER_BYTES = 1 << 18


def open_bytes(path: Path, *, longest_line: int | None = None) -> BinaryIO:
    """The bytes of a file, or of `archive.zip/member.csv`, unpacked while they are read; it can be rewound.

    longest_line  bytes; a longer line of text is refused instead of being held in memory
    Raises OSError when the file cannot be read. While reading, PercontactError E-FILE-06 (damaged, locked,
    or a line too long) and E-FILE-09 (unpacks beyond the limit).
    """
    file, member = split(path)
    if member is not None:
        return _buffered(_member(file, member), longest_line, name_of(path))
    plain = file.open("rb")
    if plain.peek(3)[:3] == GZIP:
        size = os.fstat(plain.fileno()).st_size
        packed = cast(BinaryIO, gzip.GzipFile(fileobj=plain, mode="rb"))
        return _buffered(_Unpacking(packed, size, name_of(path), plain), longest_line, name_of(path))
    return plain if longest_line is None else _buffered(plain, longest_line, name_of(path))


def split(path: Path) -> tuple[Path, str | None]:
    """A path on disk, and the member of the archive it goes on to, if it does."""
    if not path.exists():
        for above in path.parents:
            if above.is_file():
                return above, path.relative_to(above).as_posix()
    return path, None


def is_packed(path: Path) -> bool:
    """Whether the bytes of a source lie on disk in another form than they are read in."""
    file, member = split(path)
    if member is not None:
        return True
    with file.open("rb") as data:
        return data.read(len(GZIP)) == GZIP


def name_of(path: Path) -> str:
    """How a source is called in messages and receipts: `calls.csv`, `calls.zip/june.csv`."""
    file, member = split(path)
    return file.name if member is None else f"{file.name}/{member}"


def is_archive(path: Path) -> bool:
    """Whether a file on disk is a zip archive of files, and not a workbook, which is one inside."""
    with path.open("rb") as file:
        if file.read(4) != ZIP:
            return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError):
        return path.suffix.lower() == ".zip"
    return "[Content_Types].xml" not in names and "mimetype" not in names


def members(path: Path) -> tuple[Path, ...]:
    """The data in a zip archive, each as `archive.zip/member.csv`, in the archive's order.

    Raises E-FILE-06 when the archive is damaged, locked, or names a file outside itself; E-FILE-03 when it
    holds no data.
    """
    with _archive(path) as archive:
        infos = _plain_members(path, archive)
    data = [info for info in infos if _is_data(info.filename)]
    if not data:
        inside = ", ".join(sorted(i.filename for i in infos)[:_SHOWN]) or "nothing"
        nested = any(i.filename.lower().endswith(_ARCHIVES) for i in infos)
        raise problem(
            "E-FILE-03",
            path.name,
            "the archive holds an archive and no data" if nested else "the archive holds no data",
            f"In it: {inside}. Archives in archives are not opened." if nested else f"In it: {inside}.",
            f"Unpack it and import what it holds, as one of {', '.join(DATA_ENDINGS)}.",
        )
    return tuple(path / info.filename for info in data)


def the_member(path: Path) -> Path:
    """The path of the only data in a zip archive; other paths come back as they are.

    Raises E-FILE-10 when the archive holds several: which one is meant is not guessed.
    """
    if not path.is_file() or not is_archive(path):
        return path
    found = members(path)
    if len(found) == 1:
        return found[0]
    shown = ", ".join(name_of(one).partition("/")[2] for one in found[:_SHOWN])
    raise problem(
        "E-FILE-10",
        path.name,
        f"the archive holds {len(found)} files of data",
        f"In it: {shown}{', ...' if len(found) > _SHOWN else ''}.",
        f"Name the one that is meant: {path.name}/{name_of(found[0]).partition('/')[2]}",
    )


def on_disk(path: Path, folder: Path) -> Path:
    """The file itself, or what was packed in it, written to `folder` under a name of ours.

    For readers that must move about in a file. Errors as `open_bytes`.
    """
    file, member = split(path)
    with open_bytes(path) as data:
        if isinstance(data, io.BufferedReader) and isinstance(data.raw, io.FileIO):
            return file
        ending = PurePosixPath(member or file.name.lower().removesuffix(".gz")).suffix.lower()
        unpacked = folder / f"unpacked{ending if ending in DATA_ENDINGS else ''}"
        with unpacked.open("wb") as target:
            shutil.copyfileobj(data, target, _BUFFER_BYTES)
    return unpacked


def _buffered(data: IO[bytes] | io.RawIOBase, longest_line: int | None, name: str) -> BinaryIO:
    raw = cast(io.RawIOBase, data) if longest_line is None else _Lines(data, longest_line, name)
    return cast(BinaryIO, io.BufferedReader(raw, _BUFFER_BYTES))


class _Unpacking(io.RawIOBase):
    """Counts what comes out of an unpacker, stops at the limit, and puts what goes wrong in our words."""

    def __init__(
        self, data: IO[bytes], packed: int, name: str, *beneath: IO[bytes] | zipfile.ZipFile
    ) -> None:
        self.data, self.packed, self.name, self.beneath = data, packed, name, beneath
        self.out = 0
        self.most = most_unpacked()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self.out = 0
        return self.data.seek(offset, whence)

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        try:
            chunk = self.data.read(len(view))
        except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile, zipfile.BadZipFile) as error:
            raise damaged(self.name, f"Unpacking it failed: {str(error).rstrip('.')}.") from error
        view[: len(chunk)] = chunk
        self.out += len(chunk)
        ratio = self.out > RATIO_COUNTS_FROM_BYTES and self.out > HIGHEST_RATIO * max(self.packed, 1)
        if self.out > self.most or (ratio and "PERCONTACT_UNPACKED_GB" not in os.environ):
            raise self.burst()
        return len(chunk)

    def burst(self) -> PercontactError:
        ratio = self.out / max(self.packed, 1)
        return problem(
            "E-FILE-09",
            self.name,
            f"it unpacks to more than {_size(self.out)}, {ratio:,.0f} times its size",
            f"No more than {_size(self.most)} and, past {_size(RATIO_COUNTS_FROM_BYTES)}, {HIGHEST_RATIO} "
            "times the packed size are unpacked: files are made so to fill disks. Nothing was imported.",
            "If it is meant, unpack it and import the file, or set PERCONTACT_UNPACKED_GB to its size.",
        )

    def close(self) -> None:
        if not self.closed:
            for one in (self.data, *self.beneath):
                one.close()
        super().close()


class _Lines(io.RawIOBase):
    """Passes bytes on, and refuses a line that is longer than anything is held in memory for."""

    def __init__(self, data: IO[bytes] | io.RawIOBase, longest: int, name: str) -> None:
        self.data, self.longest, self.name = data, longest, name
        self.length = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self.length = 0
        return self.data.seek(offset, whence)

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        chunk = self.data.read(len(view)) or b""
        view[: len(chunk)] = chunk
        # Line ends are single bytes in every encoding that is read, or contain such a byte.
        end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r") if b"\n" not in chunk else -1)
        self.length = len(chunk) - end - 1 if end >= 0 else self.length + len(chunk)
        if self.length > self.longest:
            raise problem(
                "E-FILE-06",
                self.name,
                f"it has a line of more than {self.longest / 1e6:,.0f} million bytes",
                "No export writes such rows; more likely its line ends were lost, or it is no text at all.",
                "Look at its beginning, and export it again.",
            )
        return len(chunk)

    def close(self) -> None:
        if not self.closed:
            self.data.close()
        super().close()


def most_unpacked() -> int:
    """Bytes to which a packed file may unpack."""
    said = os.environ.get("PERCONTACT_UNPACKED_GB", "")
    try:
        return int(float(said) * 1e9) if said else int(MOST_UNPACKED_GB * 10**9)
    except (ValueError, OverflowError) as error:
        raise problem(
            "E-ARG-01",
            f"PERCONTACT_UNPACKED_GB={said}",
            "it is no number",
            "It is how many GB a packed file may unpack to.",
            f"Leave it out ({MOST_UNPACKED_GB} GB), or write e.g. PERCONTACT_UNPACKED_GB=200.",
        ) from error


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise damaged(path.name, f"It cannot be opened as a zip archive: {error}.") from error


def _plain_members(path: Path, archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Every file of an archive, once it is sure that each has a plain name of its own."""
    infos = [i for i in archive.infolist() if not i.is_dir()]
    if len(infos) > MOST_MEMBERS:
        raise damaged(path.name, f"It names {len(infos):,} files, more than {MOST_MEMBERS:,}.")
    for info in infos:
        parts = info.filename.replace("\\", "/").split("/")
        linked = stat.S_ISLNK(info.external_attr >> 16)
        if linked or ".." in parts or parts[0] == "" or ":" in parts[0] or not info.filename.isprintable():
            raise problem(
                "E-FILE-06",
                path.name,
                f"the archive names a place outside itself: {info.filename[:80]!r}",
                "No export is packed like that; such names are made to overwrite files. None was unpacked.",
                "Ask where it comes from. If you trust it, unpack it and import the file that is meant.",
            )
    twice = [name for name, times in Counter(i.filename for i in infos).items() if times > 1]
    if twice:
        raise damaged(path.name, f"It holds two files called {twice[0]}.")
    return infos


def _is_data(name: str) -> bool:
    place = PurePosixPath(name.lower())
    ours = not any(part.startswith((".", "__macosx")) for part in place.parts)
    return ours and place.suffix in DATA_ENDINGS and not place.name.startswith(("readme", "licen"))


def unpacked_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> BinaryIO:
    """One member of an open archive, held to the limits; `name` is that of the archive, for messages."""
    try:
        data = cast(BinaryIO, archive.open(info))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise damaged(name, f"It cannot be unpacked: {error}.") from error
    return _buffered(_Unpacking(data, info.compress_size, name), None, name)


def _member(path: Path, member: str) -> _Unpacking:
    archive = None
    try:
        archive = zipfile.ZipFile(path)
        infos = _plain_members(path, archive)
        info = next((i for i in infos if PurePosixPath(i.filename).as_posix() == member), None)
        if info is None:
            known = ", ".join(sorted(i.filename for i in infos)[:_SHOWN]) or "nothing"
            raise problem(
                "E-FILE-01",
                f"{path.name}/{member}",
                "the archive has no such file",
                f"In it: {known}.",
                "Check the name.",
            )
        if info.flag_bits & 1:
            raise problem(
                "E-FILE-06",
                f"{path.name}/{member}",
                "it is locked with a password",
                "No password is asked for or kept.",
                "Unpack it with its password and import the file.",
            )
        data = cast(BinaryIO, archive.open(info))
        return _Unpacking(data, info.compress_size, f"{path.name}/{member}", archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        if archive:
            archive.close()
        raise damaged(path.name, f"It cannot be opened as a zip archive: {error}.") from error
    except PercontactError:
        if archive:
            archive.close()
        raise


def _size(count: int) -> str:
    unit, name = (10**9, "GB") if count >= 10**9 else (10**6, "MB")
    return f"{count / unit:,.3g} {name}"


def damaged(name: str, why: str) -> PercontactError:
    """E-FILE-06: what is packed cannot be unpacked."""
    return problem("E-FILE-06", name, "the file is damaged or cut off", why, "Export or fetch it again.")


__all__ = ["LONGEST_LINE_BYTES", "members", "name_of", "on_disk", "open_bytes", "split", "the_member"]
