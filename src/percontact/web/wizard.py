# SPDX-License-Identifier: Apache-2.0
"""From a file that came in to an import: which table, which column is what, what is open, how it lands."""

from __future__ import annotations

import re
from collections.abc import Mapping as Pairs
from dataclasses import dataclass, field
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from percontact.answers.receiving import Preview, known_reading, previewed, texts_of
from percontact.ingest import content_hash
from percontact.ingest.kinds import tables_like
from percontact.ingest.look import kind_of
from percontact.ingest.mapping_form import parse_mapping
from percontact.ingest.proposal import FileColumn, Proposal
from percontact.ingest.propose_told import KEEP, LEAVE, PREFIX, settable
from percontact.ingest.unpack import name_of, the_member
from percontact.records.tables import TABLES
from percontact.store.workspace import Workspace
from percontact.values.problem import PercontactError, Problem, problem
from percontact.web.asked import Asked
from percontact.web.desk import Desk
from percontact.web.gate import Person, Rule
from percontact.web.pages import data
from percontact.web.showing import frame_of, html
from percontact.web.streaming import taken_in
from percontact.web.uploads import Upload

MOST_FIELDS = 2000
MOST_MAPPING_BYTES = 200_000


@dataclass
class Look:
    """What is known of an upload now, and what is still to be said.

    likely    (table, why), the likeliest first
    reading   how its mapping came about: "as it is", "known", "written", "questions"; "" = not looked at yet
    texts     (part, mapping) of each reading, as far as they are complete
    earlier   live imports of a file of this name
    same      number of the live import of the very bytes, read the same way, or 0
    wrong     what cannot be done with it, as it is
    """

    upload: Upload
    likely: list[tuple[str, str]] = field(default_factory=list)
    reading: str = ""
    files: tuple[str, ...] = ()
    proposal: Proposal | None = None
    columns: tuple[FileColumn, ...] = ()
    texts: list[tuple[str, str]] = field(default_factory=list)
    previews: list[Preview] = field(default_factory=list)
    earlier: list[int] = field(default_factory=list)
    same: int = 0
    wrong: Problem | None = None

    @property
    def ready(self) -> bool:
        """Whether nothing is open but the person's word."""
        return bool(self.texts) and self.wrong is None and not self.same

    def meaning(self, header: str) -> str:
        """What a column of the file is proposed to hold, in words."""
        found = self.proposal
        if found is None:
            return ""
        fills = [line.column for line in found.columns if header in line.headers]
        if fills:
            return " and ".join(fills)
        if header in found.kept:
            return "kept under its own name"
        return "left out" if any(header == left for left, _ in found.left) else "open"

    def why(self, header: str) -> str:
        """What speaks for that."""
        found = self.proposal
        if found is None:
            return ""
        why = [
            line.why + (f"; {line.unread:,} not readable" if line.unread else "")
            for line in found.columns
            if header in line.headers
        ]
        return "; ".join([*why, *(reason for left, reason in found.left if left == header)])


def upload_rules(desk: Desk) -> list[Rule]:
    """The routes of files on their way in."""

    async def receive(request: Request, person: Person) -> Response:
        id, folder = desk.uploads.place()
        form = await taken_in(request, folder)
        return await run_in_threadpool(_received, desk, person, id, form)

    async def page(request: Request, person: Person) -> Response:
        return await run_in_threadpool(_page, desk, request, person)

    async def answer(request: Request, person: Person) -> Response:
        form = await request.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=MOST_MAPPING_BYTES)
        return await run_in_threadpool(_answer, desk, request, person, form)

    async def land(request: Request, person: Person) -> Response:
        form = await request.form(max_files=0, max_fields=10)
        return await run_in_threadpool(_land, desk, request, person, form)

    async def remove(request: Request, person: Person) -> Response:
        await run_in_threadpool(desk.uploads.remove, request.path_params["id"])
        return RedirectResponse("/data", 303)

    async def mapping(request: Request, person: Person) -> Response:
        return await run_in_threadpool(_mapping, desk, request)

    return [
        Rule("/data/uploads", "import", receive, ("POST",)),
        Rule("/data/uploads/{id}", "import", page),
        Rule("/data/uploads/{id}", "import", answer, ("POST",)),
        Rule("/data/uploads/{id}/import", "import", land, ("POST",)),
        Rule("/data/uploads/{id}/remove", "import", remove, ("POST",)),
        Rule("/data/uploads/{id}/mapping.yaml", "import", mapping),
    ]


def _received(desk: Desk, person: Person, id: str, form) -> Response:  # type: ignore[no-untyped-def]
    """A file came in: say at once when it cannot be read at all; else go and ask about it."""
    try:
        kind_of(the_member(form.file))
        desk.workspace  # noqa: B018 - raises where there is none yet
        table = form.fields.get("into", "")
        known = {"table": table if table in TABLES else "", **_meant(desk, form)}
        upload = desk.uploads.add(id, form.file, form.size, person.name, **known)
    except BaseException:
        desk.uploads.remove(id)
        raise
    return RedirectResponse(f"/data/uploads/{upload.id}", 303)


def _meant(desk: Desk, form) -> dict[str, object]:  # type: ignore[no-untyped-def]
    """What was sent from the page of an import: its corrected rows, or a newer file."""
    number, what = form.fields.get("import", ""), form.fields.get("what", "")
    if not number.isdecimal() or what not in ("corrected", "replace"):
        return {}
    one = desk.workspace.one_import(int(number))
    known: dict[str, object] = {"table": one.receipt.table, "mapping": one.mapping}
    if what == "corrected":
        return known | {"corrects": int(number)}
    named = name_of(form.file)
    if named != one.receipt.name:
        why = "A file stands for the earlier one of its name; by another name it would count besides."
        do = f"Name it {one.receipt.name}, or send it as a new file and undo import {number}."
        raise problem("E-WEB-12", "upload", f"{named} is not named {one.receipt.name}", why, do)
    return known | {"how": "replace"}


def look(desk: Desk, workspace: Workspace, upload: Upload) -> Look:
    """Look into a file: as far as it is understood, and what would come of it."""
    found = Look(upload)
    path = desk.uploads.file(upload)
    try:
        found.likely = _likely(workspace, path)
        if not upload.table:
            return found
        found.earlier = workspace.find_name(upload.table, name_of(the_member(path)))
        _read(desk, workspace, upload, found)
        found.same = _same(workspace, upload, path, found.texts)
        for _, text in found.texts:
            mapping = parse_mapping(text, "mapping.yaml") if text else None
            found.previews.append(previewed(workspace, upload.table, path, mapping))
    except PercontactError as error:
        found.wrong = error.problem
    return found


def _same(workspace: Workspace, upload: Upload, path: Path, texts: list[tuple[str, str]]) -> int:
    """The live import that all of its readings are in already, or 0."""
    found = []
    for _, text in texts:
        sheet = (parse_mapping(text, "mapping.yaml").sheet or "") if text else ""
        same = workspace.find_same(content_hash(the_member(path), upload.table, sheet, text))
        if same is None:
            return 0
        found.append(same.number)
    return found[0] if found else 0


def _likely(workspace: Workspace, path: Path) -> list[tuple[str, str]]:
    """Tables that the headers speak of. Stretches of work need contacts, so contacts stand before them."""
    likely = tables_like(path, workspace.settings)
    if not workspace.book().has("contacts"):
        likely.sort(key=lambda found: found[0] == "handlings")
    return likely


def _read(desk: Desk, workspace: Workspace, upload: Upload, found: Look) -> None:
    """By which mapping it is read: one that was written, none, an earlier one, or what is agreed on now."""
    path = desk.uploads.file(upload)
    if upload.mapping or upload.corrects:
        found.reading, found.texts = "written", [("", upload.mapping)]
        return
    known = None if upload.anew or upload.answers else known_reading(workspace, upload.table, path)
    if known:
        found.reading = "known" if known.files else "as it is"
        found.files = tuple(file.name for file in known.files)
        found.texts = [(m.part, m.text) if m else ("", "") for m in known.mappings]
        return
    found.reading = "questions"
    with desk.uploads.discussed(upload, workspace.settings) as proposer:
        found.proposal = proposer.propose(upload.answers)
        found.columns = proposer.columns(upload.answers)
    if not found.proposal.questions:
        found.texts = texts_of(found.proposal)


def _page(desk: Desk, request: Request, person: Person, wrong: Problem | None = None) -> Response:
    upload = desk.uploads.one(request.path_params["id"])
    job = next((j for j in desk.jobs.found() if j.id == upload.job), None)
    if job and (not job.over or job.state == "done"):
        return RedirectResponse(f"/data/jobs/{job.id}", 303)
    found = look(desk, desk.workspace, upload)
    facts = {
        **frame_of(desk, data.SCREEN, Asked(), person, request),
        "look": found,
        "upload": upload,
        "job": job,
        "wrong": wrong,
        "known_tables": list(TABLES.values()),
        "settable": dict(settable(TABLES[upload.table])) if upload.table else {},
        "prefix": PREFIX,
        "keep": KEEP,
        "leave": LEAVE,
        "text": upload.mapping or "---\n".join(text for _, text in found.texts if text)
        or (found.proposal.text if found.proposal else ""),
    }  # fmt: skip
    return html("upload.html", facts, status=400 if wrong else 200)


def _answer(desk: Desk, request: Request, person: Person, form: FormData) -> Response:
    """Keep what was said: the table, answers to questions, what columns hold, or a mapping as text."""
    upload = desk.uploads.one(request.path_params["id"])
    said = str(form.get("say", ""))
    here = f"/data/uploads/{upload.id}"
    if said == "table":
        table = str(form.get("table", ""))
        if table not in TABLES:
            what, why = f"there is no table {table!r}", "Each file is read into one table."
            return _page(
                desk, request, person, Problem("E-ARG-01", "table", what, why, "Choose one of the list.")
            )
        desk.uploads.note(upload, table=table, answers={}, mapping="", anew=False, how="")
    elif said == "mapping":
        text = str(form.get("mapping", "")).replace("\r\n", "\n")
        try:
            meant = parse_mapping(text, "mapping.yaml")
            if meant.table not in (None, "", upload.table):
                why = "A mapping says how the columns of one table are filled."
                do = f"Choose the table {meant.table} first, or change the line `table:`."
                raise problem("E-MAP-01", "mapping.yaml", f"it is for the table {meant.table}", why, do)
        except PercontactError as error:
            return _page(desk, request, person, error.problem)
        desk.uploads.note(upload, mapping=text)
    elif said == "anew":
        desk.uploads.note(upload, anew=True, mapping="", answers={}, corrects=0)
    else:
        desk.uploads.note(upload, answers=answers_of(form, upload.answers), anew=True)
    return RedirectResponse(f"{here}#next", 303)


def answers_of(form: FormData, earlier: Pairs[str, str]) -> dict[str, str]:
    """Answers so far with those of a form. An answer in words stands before one that was chosen.

    Fields are named `answer KEY`, `words KEY` (free text) and `column HEADER`; an empty one takes back.
    """
    answers = dict(earlier)
    for name, given in form.multi_items():
        kind, _, key = name.partition(" ")
        text = str(given).strip()
        if kind == "column":
            key = PREFIX + key
        if kind in ("answer", "column") and key:
            if text:
                answers[key] = text
            else:
                answers.pop(key, None)
    for name, given in form.multi_items():
        kind, _, key = name.partition(" ")
        if kind == "words" and key and str(given).strip():
            answers[key] = str(given).strip()
    return answers


def _land(desk: Desk, request: Request, person: Person, form: FormData) -> Response:
    """Start the import that the page has shown."""
    upload = desk.uploads.one(request.path_params["id"])
    running = next((j for j in desk.jobs.busy if j.id == upload.job), None)
    if running:
        return RedirectResponse(f"/data/jobs/{running.id}", 303)
    found = look(desk, desk.workspace, upload)
    if not found.ready:
        return RedirectResponse(f"/data/uploads/{upload.id}#next", 303)
    how = str(form.get("how", ""))
    how = how if how in ("replace", "add") else upload.how
    upload = desk.uploads.note(upload, how=how)
    if found.earlier and not how:
        what = "it is not said what becomes of the earlier file"
        why = "Reading both could count rows twice; reading only this one could lose rows."
        return _page(
            desk, request, person, Problem("E-FILE-07", upload.name, what, why, "Choose one of the two.")
        )
    job = desk.jobs.start(
        "import",
        f"Import {upload.name} into {upload.table}",
        person.name,
        {
            "upload": upload.id,
            "table": upload.table,
            "file": str(desk.uploads.file(upload).absolute()),
            "texts": found.texts,
            "named": found.reading == "written",
            # A mapping that came from an earlier import, or from an earlier file, is kept there.
            "agreed": found.reading == "questions" or (found.reading == "written" and not upload.corrects),
            "how": how,
            "by": "" if person.single else person.name,
        },
    )
    desk.uploads.note(upload, job=job.id)
    return RedirectResponse(f"/data/jobs/{job.id}", 303)


def _mapping(desk: Desk, request: Request) -> Response:
    """The mapping agreed on so far, to keep, to share, to use with the command line."""
    upload = desk.uploads.one(request.path_params["id"])
    found = look(desk, desk.workspace, upload)
    text = "---\n".join(text for _, text in found.texts if text)
    if not text and found.proposal:
        text = found.proposal.text
    if not text:
        what, why = "it is read without a mapping", "Its headers are the table's own."
        raise problem("E-WEB-11", upload.name, what, why, "Nothing has to be kept.")
    return as_file(text.encode(), f"{upload.table}-{upload.name}.yaml", "application/yaml; charset=utf-8")


def as_file(content: bytes, name: str, media: str) -> Response:
    """Bytes as a file to save, by a name that any system and any header takes."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:100] or "file"
    return Response(
        content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{safe}"'}
    )
