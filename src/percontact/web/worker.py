# SPDX-License-Identifier: Apache-2.0
"""The process that a job runs in: reads what to do from stdin, tells on stdout how far it is, a line each.

{"stage": "reading rows", "done": 50000, "total": null}
{"result": {"imports": [3]}}    or    {"problem": {"code": "E-FILE-07", ...}}
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from percontact.values.problem import PercontactError

LOWER, RATHER_LOWER = 10, 5
"""How much later than readers it gets the processor (nice); what readers wait for, rather less so."""
EVERY_S = 0.2


def main() -> None:
    """Do one job."""
    signal.signal(signal.SIGTERM, _stop)
    told = json.loads(sys.stdin.read())
    if hasattr(os, "nice"):
        os.nice(RATHER_LOWER if told["kind"] in ("sums", "long") else LOWER)
    try:
        _say(result=WORK[told["kind"]](Path(told["folder"]), told["asked"]))
    except PercontactError as error:
        _say(problem=asdict(error.problem))


def _stop(*_: object) -> None:
    """Leave by the way out, so that everything begun is taken back."""
    raise SystemExit(130)


def _say(**told: object) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


class Told:
    """Tells how far a step is, a few times a second."""

    def __init__(self) -> None:
        self.last = ("", 0.0)

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Tell it, unless it was told just now."""
        now = time.monotonic()
        if stage != self.last[0] or now - self.last[1] > EVERY_S:
            self.last = (stage, now)
            _say(stage=stage, done=done, total=total)


def _import(folder: Path, asked: Mapping[str, Any]) -> dict[str, object]:
    """Land an uploaded file by the mappings agreed on; keep those that are new."""
    from percontact.answers.receiving import MAPPINGS, keep, land_readings
    from percontact.ingest.mapping_form import parse_mapping
    from percontact.store.workspace import Workspace

    workspace = Workspace.open(folder)
    table, path = str(asked["table"]), Path(asked["file"])
    texts = [(part, text) for part, text in asked["texts"]]
    earlier = set((workspace.path / MAPPINGS).glob("*.yaml"))
    made: list[Path] = []
    if asked["agreed"]:
        saved = keep(workspace, table, path.name, [(p, t) for p, t in texts if t])
        made = [file for file, _ in saved if file not in earlier]
    mappings = [parse_mapping(text, "mapping.yaml") if text else None for _, text in texts]
    receipts = []
    try:
        for receipt in land_readings(
            workspace, table, path, mappings, named=asked["named"],
            replace=asked["how"] == "replace", add=asked["how"] == "add", progress=Told,
        ):  # fmt: skip
            receipts.append(receipt)
    finally:
        if not any(r.landed or r.unchanged for r in receipts):
            # No row was read by it: whoever comes next is asked again.
            for file in made:
                file.unlink(missing_ok=True)
    return {
        "imports": [r.number for r in receipts],
        "unchanged": all(r.unchanged for r in receipts),
        "seen": sum(r.seen for r in receipts),
        "landed": sum(r.landed for r in receipts),
        "merged": sum(r.merged for r in receipts),
        "aside": sum(r.aside for r in receipts),
        "table": table,
        "upload": asked["upload"],
    }


def _undo(folder: Path, asked: Mapping[str, Any]) -> dict[str, object]:
    """Take an import out of every figure."""
    from percontact.store.workspace import Workspace

    Told()("taking its rows out of every figure", 0, None)
    receipt = Workspace.open(folder).undo(int(asked["number"]))
    return {"import": receipt.number, "table": receipt.table, "name": receipt.name, "rows": receipt.landed}


def _demo(folder: Path, asked: Mapping[str, Any]) -> dict[str, object]:
    """Make the demo company in a folder that has no workspace yet."""
    from percontact.demo.make import make_demo_in

    return {"rows": make_demo_in(folder, contacts=int(asked["contacts"]), progress=Told())}


def _sums(folder: Path, asked: Mapping[str, Any]) -> dict[str, object]:
    """Make the sums that pages read of the newest state."""
    from percontact.answers.readying import ready_sums
    from percontact.pipeline import OpenBook
    from percontact.store.workspace import Workspace

    ready_sums(OpenBook(Workspace.open(folder), keeps=True), Told())
    return {}


def _long(folder: Path, asked: Mapping[str, Any]) -> dict[str, object]:
    """Make one long answer of the newest state, and keep it."""
    from percontact.answers.readying import make_long
    from percontact.pipeline import OpenBook
    from percontact.store.workspace import Workspace

    _say(stage=STAGES.get(str(asked["name"]), "working it out"), done=0, total=None)
    make_long(OpenBook(Workspace.open(folder), keeps=True), str(asked["name"]), dict(asked["asked"]))
    return {}


STAGES = {"sought": "looking for what may be saved", "watched": "watching every day of every slice"}
WORK: dict[str, Callable[[Path, Mapping[str, Any]], dict[str, object]]] = {
    "import": _import,
    "undo": _undo,
    "demo": _demo,
    "sums": _sums,
    "long": _long,
}


if __name__ == "__main__":
    main()
