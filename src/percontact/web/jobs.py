# SPDX-License-Identifier: Apache-2.0
"""Long work: imports, their undoing and the demo company, each in a process of its own, one after another.

A job has an address that may be left and found again. What it has come to is kept in a file, so it is still
told after the server was started anew. Readers are never in its way: it works in another process, at a lower
priority, and what it lands becomes visible in one step.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import queue
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Literal

from percontact.values.problem import Problem, problem

Kind = Literal["import", "undo", "demo"]
State = Literal["waiting", "running", "done", "failed", "stopped"]
FOLDER = "app/jobs"
KEPT = 200
"""Jobs that are remembered; older ones are forgotten, what they did stays."""
PATIENCE_S = 10
"""So long a job that was told to stop may clean up."""


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of long work.

    title    what it does, for people: "Import calls.csv into contacts"
    by       who asked for it
    asked    what the worker is told
    stage    what it is at, with `done` of `total` rows; total None = not known
    result   what came of it
    problem  why it failed
    """

    id: str
    kind: Kind
    title: str
    by: str
    at: datetime
    asked: Mapping[str, Any]
    state: State = "waiting"
    stage: str = ""
    done: int = 0
    total: int | None = None
    ended: datetime | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    problem: Problem | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ("done", "failed", "stopped")


class Jobs:
    """The long work of one folder: at most one job runs, the others wait in order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._all: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._waiting: queue.Queue[str] = queue.Queue()
        self._running: tuple[str, subprocess.Popen[str]] | None = None
        self._thread: threading.Thread | None = None
        self._read = False
        atexit.register(self.close)

    def start(self, kind: Kind, title: str, by: str, asked: Mapping[str, Any]) -> Job:
        """Put a job into the row; it runs when those before it have ended."""
        job = Job(secrets.token_hex(6), kind, title, by, datetime.now(UTC), asked)
        self.found()
        self._note(job)
        self._waiting.put(job.id)
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="percontact-jobs", daemon=True)
                self._thread.start()
        return job

    def found(self) -> list[Job]:
        """Every job that is remembered, the newest first."""
        with self._lock:
            if not self._read:
                self._read = True
                for file in (self.folder / FOLDER).glob("*.json"):
                    with contextlib.suppress(ValueError, KeyError, TypeError):
                        job = _read(file.read_text("utf-8"))
                        self._all.setdefault(job.id, job)
            return sorted(self._all.values(), key=lambda j: j.at, reverse=True)

    def one(self, id: str) -> Job:
        """A job. Raises E-WEB-11 where there is none."""
        self.found()
        found = self._all.get(id)
        if found is None:
            what, why = "there is no such job", f"The last {KEPT} jobs are remembered."
            raise problem(
                "E-WEB-11", f"job {id[:20]}", what, why, "What was imported stands on the page Data."
            )
        return found

    @property
    def busy(self) -> list[Job]:
        """Jobs that run or wait, the one that runs first."""
        return [j for j in reversed(self.found()) if not j.over]

    def stop(self, id: str) -> Job:
        """Stop a job: what it began is taken back whole. One that has ended stays as it is."""
        job = self.one(id)
        if job.over:
            return job
        self._tell(id, state="stopped", stage="", ended=datetime.now(UTC))
        running = self._running
        if running and running[0] == id:
            _end(running[1])
        return self.one(id)

    def close(self) -> None:
        """Stop what runs, because the server ends."""
        if running := self._running:
            self.stop(running[0])

    # -- the one that works ----------------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            id = self._waiting.get()
            if not self._all[id].over:
                try:
                    self._run(id)
                except OSError as error:
                    self._fail(id, f"it could not be started: {error.strerror or error}")

    def _run(self, id: str) -> None:
        job = self._tell(id, state="running", stage="starting")
        with subprocess.Popen(
            [sys.executable, "-m", "percontact.web.worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, encoding="utf-8",
            start_new_session=True, env=_surroundings(job),
        ) as child:  # fmt: skip
            self._running = (id, child)
            assert child.stdin
            assert child.stdout
            assert child.stderr
            faults: list[str] = []
            listening = threading.Thread(target=_collect, args=(child.stderr, faults), daemon=True)
            listening.start()
            told = {"folder": str(self.folder.absolute()), "kind": job.kind, "asked": dict(job.asked)}
            with contextlib.suppress(BrokenPipeError):
                child.stdin.write(json.dumps(told))
                child.stdin.close()
            for line in child.stdout:
                self._hear(id, line)
            child.wait()
            listening.join(timeout=5)
        self._running = None
        if not self._all[id].over:
            sys.stderr.write("".join(faults))
            self._fail(id, f"it ended unforeseen (code {child.returncode})")

    def _hear(self, id: str, line: str) -> None:
        try:
            told = json.loads(line)
        except ValueError:
            return
        if self._all[id].over:
            return
        if "problem" in told:
            self._tell(
                id, state="failed", stage="", problem=Problem(**told["problem"]), ended=datetime.now(UTC)
            )
        elif "result" in told:
            self._tell(id, state="done", stage="", result=told["result"], ended=datetime.now(UTC))
        else:
            self._tell(id, stage=told["stage"], done=told["done"], total=told["total"], keep=False)

    def _fail(self, id: str, what: str) -> None:
        why = "This is a fault of ours: percontact did not foresee it. Your data is as it was."
        found = Problem("E-OWN-01", self._all[id].title, what, why, "Please report it with the server's log.")
        self._tell(id, state="failed", stage="", problem=found, ended=datetime.now(UTC))

    # -- keeping -------------------------------------------------------------------------------------------

    def _tell(self, id: str, *, keep: bool = True, **changes: Any) -> Job:
        with self._lock:
            job = self._all[id]
            if not job.over:
                job = self._all[id] = replace(job, **changes)
        if keep:
            self._note(job)
        return job

    def _note(self, job: Job) -> None:
        with self._lock:
            self._all[job.id] = job
            gone = sorted((j for j in self._all.values() if j.over), key=lambda j: j.at)[:-KEPT]
            for one in gone:
                del self._all[one.id]
                (self.folder / FOLDER / f"{one.id}.json").unlink(missing_ok=True)
            folder = self.folder / FOLDER
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = folder / f"{job.id}.draft"
            draft.write_text(json.dumps(asdict(job), default=str), "utf-8")
            draft.replace(folder / f"{job.id}.json")


def _read(text: str) -> Job:
    """A job as it was kept; one that had not ended was ended with the server."""
    told = json.loads(text)
    told["at"] = datetime.fromisoformat(told["at"])
    told["ended"] = datetime.fromisoformat(told["ended"]) if told["ended"] else None
    told["problem"] = Problem(**told["problem"]) if told["problem"] else None
    job = Job(**told)
    return job if job.over else replace(job, state="stopped", stage="", ended=job.at)


def _surroundings(job: Job) -> dict[str, str]:
    """The environment of a worker. History says who imported: the person of the app, where there is one."""
    who = str(job.asked.get("by", ""))
    named = {"LOGNAME": who} if who else {}
    return {**os.environ, **named, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}


def _collect(errors: IO[str], found: list[str]) -> None:
    found.append(errors.read())


def _end(child: subprocess.Popen[str]) -> None:
    """End a worker: first asked, so that it cleans up; then made to."""
    child.terminate()
    until = time.monotonic() + PATIENCE_S

    def wait() -> None:
        while child.poll() is None and time.monotonic() < until:
            time.sleep(0.1)
        if child.poll() is None:
            child.kill()

    threading.Thread(target=wait, daemon=True).start()
