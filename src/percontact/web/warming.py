# SPDX-License-Identifier: Apache-2.0
"""Warming up: what pages of a state need is made in a process of its own, one thing after another.

Readers are never in its way: it works at a lower priority, and what it makes lies on disk when it is whole.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any

MEMORY = "3GB"
"""What the engine may hold while it makes sums, where the environment says nothing: with the usual 1 GB,
verified resolutions of ten million contacts do not fit."""
REMEMBERED = 100
"""Things made that are remembered; they stay on disk when they are forgotten."""


class Making:
    """One thing that is being made, and how far it is.

    stage  what it is at, in words; "" = it waits for its turn
    fault  why it could not be made; "" = no fault so far
    """

    def __init__(self, kind: str, asked: Mapping[str, Any], then: Callable[[], None] | None) -> None:
        self.kind, self.asked, self.then = kind, dict(asked), then
        self.stage, self.done, self.total = "", 0, 0
        self.fault = ""
        self._over = threading.Event()

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self._over.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it is over; whether it is."""
        return self._over.wait(seconds)

    def hear(self, line: str) -> None:
        """Take in a line of the process that makes it."""
        try:
            told = json.loads(line)
        except ValueError:
            return
        if "problem" in told:
            self.fault = f"{told['problem']['code']}: {told['problem']['what']}"
        elif "stage" in told:
            self.stage, self.done, self.total = told["stage"], told["done"], told["total"] or 0

    def end(self) -> None:
        """Nothing more comes."""
        self._over.set()


class Waiting(Exception):
    """An answer is being made elsewhere: who asked may say so, and ask again."""

    def __init__(self, making: Making) -> None:
        super().__init__(making.stage)
        self.making = making


class Warming:
    """The things of one folder that are made, in the order in which they were wanted; each once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._all: OrderedDict[Hashable, Making] = OrderedDict()
        self._lock = threading.Condition()
        self._child: subprocess.Popen[str] | None = None
        self._thread: threading.Thread | None = None
        self._closed = False
        atexit.register(self.close)

    def want(
        self,
        key: Hashable,
        kind: str,
        asked: Mapping[str, Any] | None = None,
        then: Callable[[], None] | None = None,
    ) -> Making:
        """Have a thing made, unless it is or was; `then` is called after it, whatever came of it."""
        with self._lock:
            found = self._all.get(key)
            if found is None:
                found = self._all[key] = Making(kind, asked or {}, then)
                self._forget()
                if self._closed:
                    found.end()
                elif self._thread is None or not self._thread.is_alive():
                    self._thread = threading.Thread(target=self._work, name="percontact-warming", daemon=True)
                    self._thread.start()
                self._lock.notify_all()
            return found

    def found(self, key: Hashable) -> Making | None:
        """A thing that is or was made."""
        return self._all.get(key)

    def close(self) -> None:
        """Stop: the server ends. What is not whole is left away, and made when it is next wanted."""
        with self._lock:
            self._closed = True
            for one in self._all.values():
                one.end()
            self._lock.notify_all()
        if child := self._child:
            child.terminate()

    def _forget(self) -> None:
        over = [key for key, one in self._all.items() if one.over]
        for key in over[: max(0, len(self._all) - REMEMBERED)]:
            del self._all[key]

    def _work(self) -> None:
        while True:
            with self._lock:
                while not self._closed and all(one.over for one in self._all.values()):
                    self._lock.wait()
                if self._closed:
                    return
                making = next(one for one in self._all.values() if not one.over)
            try:
                self._make(making)
                if making.then and not self._closed:
                    making.then()
            except Exception as error:  # a fault in it must not end the thread that all others wait for
                making.fault = making.fault or f"{type(error).__name__}: {error}"
            if making.fault and not self._closed:
                sys.stderr.write(f"percontact: {making.kind} {making.asked or ''}: {making.fault}\n")
            making.end()

    def _make(self, making: Making) -> None:
        told = {"folder": str(self.folder.absolute()), "kind": making.kind, "asked": making.asked}
        with subprocess.Popen(
            [sys.executable, "-m", "percontact.web.worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, encoding="utf-8", start_new_session=True,
            env={"PERCONTACT_MEMORY": MEMORY, **os.environ, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"},
        ) as child:  # fmt: skip
            self._child = child
            assert child.stdin
            assert child.stdout
            assert child.stderr
            errors: list[str] = []
            reading = child.stderr
            listening = threading.Thread(target=lambda: errors.append(reading.read()), daemon=True)
            listening.start()
            with contextlib.suppress(BrokenPipeError):
                child.stdin.write(json.dumps(told))
                child.stdin.close()
            for line in child.stdout:
                making.hear(line)
            child.wait()
            listening.join(timeout=5)
        self._child = None
        if child.returncode and not making.fault:
            making.fault = f"it ended unforeseen (code {child.returncode}) {''.join(errors).strip()[-500:]}"
