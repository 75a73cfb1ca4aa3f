# SPDX-License-Identifier: Apache-2.0
"""Servers that are measured: started, asked over real HTTP, timed by the wall and by the processor, and ended."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PEERS = HERE / "peers"
WAITS = "These figures are being made"


@dataclass
class Server:
    """A server that runs, and how to ask it."""

    name: str
    port: int
    pid: int

    def get(self, path: str, *, packed: bool = True) -> tuple[int, bytes]:
        """(status, body as sent) of one request on a connection of its own."""
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}")
        if packed:
            asked.add_header("Accept-Encoding", "gzip")
        asked.add_header("Accept", "text/html,*/*")
        try:
            with urllib.request.urlopen(asked, timeout=600) as found:
                return found.status, found.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def text(self, path: str) -> str:
        """A page as text."""
        return self.get(path, packed=False)[1].decode()

    def timed(self, path: str) -> tuple[float, float, int]:
        """(wall ms, CPU ms of the server, status) of one request."""
        cpu, began = cpu_s(self.pid), time.perf_counter()
        status, _ = self.get(path)
        return (time.perf_counter() - began) * 1000, (cpu_s(self.pid) - cpu) * 1000, status

    def load(self, **told: object) -> dict:
        """What `serving_load.py` saw."""
        python = PEERS.parent.parent / ".venv-peers/bin/python" if "session" in told else sys.executable
        text = json.dumps({"port": self.port, **told})
        done = subprocess.run(
            [str(python), str(HERE / "serving_load.py"), text], capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)


def cpu_s(pid: int) -> float:
    """CPU seconds of a process so far, in ticks of 10 ms."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


@contextlib.contextmanager
def served(name: str, command: list[str], port: int, ready: str, **more: object) -> Iterator[Server]:
    """A server as long as it is needed."""
    log = tempfile.TemporaryFile()  # noqa: SIM115
    child = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, **more)  # type: ignore[call-overload]
    server = Server(name, port, child.pid)
    try:
        for _ in range(600):
            if child.poll() is not None:
                log.seek(0)
                raise SystemExit(f"{name} ended: {log.read().decode()[-2000:]}")
            with contextlib.suppress(OSError):
                if server.get(ready)[0] == 200:
                    break
            time.sleep(0.2)
        yield server
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGTERM)
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
        log.seek(0)
        faults = [line for line in log.read().decode().splitlines() if line.startswith(f"{name}: ")]
        print("".join(f"\n{fault}" for fault in faults), end="", flush=True)


def ours(workspace: Path) -> contextlib.AbstractContextManager[Server]:
    """percontact over a workspace."""
    port = free_port()
    command = [sys.executable, "-m", "percontact", "-C", str(workspace), "serve", "--port", str(port)]
    return served("percontact", command, port, "/data")


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def warmed(server: Server, path: str = "/", seconds: float = 1800) -> float:
    """Wait until a page shows its figures; seconds it took."""
    began = time.perf_counter()
    while WAITS in server.text(path):
        if time.perf_counter() - began > seconds:
            raise SystemExit(f"{path} never showed its figures")
        time.sleep(0.2)
    return time.perf_counter() - began


def peers_python() -> Path:
    """The peers' Python."""
    return HERE.parent / ".venv-peers/bin/python"
