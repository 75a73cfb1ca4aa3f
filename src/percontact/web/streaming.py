# SPDX-License-Identifier: Apache-2.0
"""A form with a file, taken in as it comes: to disk, under a limit, never held in memory."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from percontact.values.problem import PercontactError, problem

LIMIT_SETTING = "PERCONTACT_UPLOAD_MB"
MOST_MB = 1000
"""The largest upload, unless the setting says otherwise. 1 MB = 10^6 bytes."""
AROUND_BYTES = 100_000
"""So much the form around a file may take: names of its fields and what stands in them."""
WRITTEN_AT_ONCE_BYTES = 1 << 20
LEFT_FREE_BYTES = 50_000_000
"""So much room on the disk an upload leaves, for the manifest and those who read."""


def most_bytes() -> int:
    """The largest upload in bytes. Raises E-ARG-01 where the setting is no number."""
    said = os.environ.get(LIMIT_SETTING, "").strip()
    if not said:
        return MOST_MB * 10**6
    if not said.isdecimal() or not int(said):
        what, why = f"{said!r} is no whole number of megabytes", "It is the size of the largest upload."
        raise problem("E-ARG-01", LIMIT_SETTING, what, why, f"Leave it out ({MOST_MB}), or write e.g. 4000.")
    return int(said) * 10**6


class Form:
    """A form as it is taken in: its fields, and its one file on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.fields: dict[str, str] = {}
        self.file: Path | None = None
        self.size = 0
        self._out: BinaryIO | None = None
        self._waiting: list[bytes] = []
        self._held = 0
        self._header, self._value = b"", b""
        self._headers: dict[str, bytes] = {}
        self._field: str | None = None
        self._text = b""

    # -- called by the parser ------------------------------------------------------------------------------

    def begin(self) -> None:
        """A part begins."""
        self._headers, self._field, self._text = {}, None, b""

    def header_name(self, data: bytes, start: int, end: int) -> None:
        """Some of the name of a header."""
        self._header += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        """Some of the value of a header."""
        self._value += data[start:end]

    def header_end(self) -> None:
        """A header is whole."""
        self._headers[self._header.decode("latin-1").lower()] = self._value
        self._header, self._value = b"", b""

    def headers_end(self) -> None:
        """What comes now is the content of a field or of the file."""
        _, said = parse_options_header(self._headers.get("content-disposition", b""))
        name = said.get(b"filename")
        if name is None:
            self._field = said.get(b"name", b"").decode("utf-8", "replace")
        elif name:
            if self.file is not None:
                why = "Each file is read with questions of its own."
                raise problem("E-WEB-12", "upload", "there is more than one file", why, "Send one at a time.")
            self.file = self.folder / file_name(name.decode("utf-8", "replace"))
            self._out = self.file.open("xb")

    def content(self, data: bytes, start: int, end: int) -> None:
        """Some of the content."""
        if self._field is not None:
            self._text += data[start:end]
        elif self._out is not None:
            self.size += end - start
            self._waiting.append(data[start:end])
            self._held += end - start

    def part_end(self) -> None:
        """A part is whole."""
        if self._field is not None:
            self.fields[self._field] = self._text.decode("utf-8", "replace")

    # -- called by the one who takes in --------------------------------------------------------------------

    @property
    def wants_writing(self) -> bool:
        """Whether so much waits that it should go to disk."""
        return self._held >= WRITTEN_AT_ONCE_BYTES

    def write(self) -> None:
        """Put what waits on disk. Raises E-WS-08 when there is no room."""
        if self._out is None:
            return
        try:
            if shutil.disk_usage(self.folder).free < self._held + LEFT_FREE_BYTES:
                raise OSError("no room")
            self._out.writelines(self._waiting)
        except OSError as error:
            what, why = "there is no room left on the disk", "The upload was taken back: nothing was changed."
            do = "Make room, or move the workspace to a larger disk."
            raise problem("E-WS-08", str(self.folder), what, why, do) from error
        self._waiting, self._held = [], 0

    def close(self) -> None:
        """The file is whole, or is given up."""
        if self._out is not None:
            self._out.close()
            self._out = None


async def taken_in(request: Request, folder: Path) -> Form:
    """The form of a request, its file in a folder of its own; the folder is gone when anything is wrong.

    Raises E-WEB-12 for what is no such form or no file name, E-WEB-13 beyond the limit, E-WS-08 without room.
    """
    most = most_bytes()
    kind, said = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or not said.get(b"boundary"):
        what, why = "no file came with it", f"It came as {kind.decode('latin-1')[:60] or 'nothing'}."
        raise problem("E-WEB-12", "upload", what, why, "Choose a file with the button, then send it.")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > most + AROUND_BYTES:
        raise too_large(most)
    folder.mkdir(parents=True, mode=0o700)
    form = Form(folder)
    parser = MultipartParser(
        said[b"boundary"],
        {
            "on_part_begin": form.begin, "on_header_field": form.header_name,
            "on_header_value": form.header_value, "on_header_end": form.header_end,
            "on_headers_finished": form.headers_end, "on_part_data": form.content,
            "on_part_end": form.part_end,
        },
    )  # fmt: skip
    came = 0
    try:
        async for chunk in request.stream():
            came += len(chunk)
            if came - form.size > AROUND_BYTES + len(chunk) or form.size > most or came > most + AROUND_BYTES:
                raise too_large(most)
            parser.write(chunk)
            if form.wants_writing:
                await run_in_threadpool(form.write)
        parser.finalize()
        await run_in_threadpool(form.write)
    except (MultipartParseError, ClientDisconnect) as error:
        what, why = "the upload ended before it was whole", "The connection broke, or it is no form."
        _gone(form, folder)
        raise problem("E-WEB-12", "upload", what, why, "Send it again.") from error
    except BaseException:
        _gone(form, folder)
        raise
    form.close()
    if form.file is None:
        _gone(form, folder)
        what, why = "no file came with it", "The form was sent before a file was chosen."
        raise problem("E-WEB-12", "upload", what, why, "Choose a file with the button, then send it.")
    return form


def file_name(said: str) -> str:
    """The name a file was sent with. Raises E-WEB-12 for one that is a path or cannot be a name."""
    acts = any(ord(c) < 32 or ord(c) == 127 for c in said)
    if not said.strip(" .") or acts or "/" in said or "\\" in said or len(said.encode()) > 200:
        shown = "".join(c if c.isprintable() else "?" for c in said)[:80]
        what = f"{shown!r} is no file name"
        why = "A name with slashes or control signs could point somewhere else, so it is not taken."
        raise problem("E-WEB-12", "upload", what, why, "Rename the file and send it again.")
    return said.strip()


def too_large(most: int) -> PercontactError:
    """E-WEB-13."""
    return problem(
        "E-WEB-13",
        "upload",
        f"the file is larger than {most // 10**6:,} MB",
        "So much is taken in at once, so that nobody can fill the disk.",
        f"Pack it (.gz, .zip), part it by month, import it with `percontact import`, or set {LIMIT_SETTING}.",
    )


def _gone(form: Form, folder: Path) -> None:
    form.close()
    with suppress(OSError):
        shutil.rmtree(folder)
