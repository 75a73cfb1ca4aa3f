# SPDX-License-Identifier: Apache-2.0
"""The app over a demo company of ten million contacts: bytes, pages, readers at once, and an import beside them.

    python benchmarks/serving.py                  everything, some 20 minutes on a quiet machine
    python benchmarks/serving.py --only pages     pages, browser, readers, import, peers
    python benchmarks/serving.py --contacts 1     a million contacts
    python benchmarks/serving.py --workspace DIR  a demo company that is there already; it is not changed

Streamlit and Dash show the same chart and the same table from the same Parquet files by the same engine; their
figures are held against ours, or the run stops. They live in an environment of their own (`make .venv-peers/.made`).
The floor is a file of ours that needs no answer at all, sent by the same server.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import random
import shutil
import signal
import socket
import statistics
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
UNCACHED_MS, CACHED_MS = 300, 30
FIRST_KB, FIRST_REQUESTS, LATER_KB, CHART_S = 450, 12, 60, 2.0
READERS, SECONDS = 200, 15
EACH = 20
"""Different addresses a page is asked by: 19 of them lie at or under its p95."""
WAITS = "These figures are being made"

PAGES: dict[str, list[str]] = {
    "Overview": ["/?period={month}", "/?period={month}&channel={channel}", "/?period={month}&team={team}&compare=last-year", "/?period={quarter}&reason={reason}"],
    "Explain": ["/explain?period={month}", "/explain?period={month}&channel={channel}", "/explain?period={month}&reason={reason}&compare=last-year", "/explain?period={quarter}&site={site}", "/explain?period={month}&compare=budget"],
    "Explore by one dimension": ["/explore?period={month}&by={dim}", "/explore?period={month}&by={dim}&channel={channel}", "/explore?period={quarter}&by={dim}&metric=average_handle_time", "/explore?period={month}&by={dim}&metric=first_contact_resolution"],
    "Explore by two dimensions": ["/explore?period={month}&by=channel&by={dim}", "/explore?period={quarter}&by={dim}&by=site&channel={channel}", "/explore?period={month}&by={dim}&by=queue&metric=contacts_offered"],
    "Explore over time": ["/explore?period={month}&grain=month&by=channel", "/explore?period={month}&grain=day", "/explore?period={month}&grain=week&team={team}", "/explore?period={month}&grain=day&metric=average_handle_time"],
    "Explore by agent": ["/explore?period={month}&by=agent&team={team}", "/explore?period={month}&by=agent&team={team}&metric=average_handle_time"],
    "Contacts": ["/explore/contacts?period={month}", "/explore/contacts?period={month}&channel={channel}", "/explore/contacts?period={month}&team={team}&sort=-started_at", "/explore/contacts?period={month}&sort=handle_s"],
    "One contact": ["/explore/contacts/{contact}"],
    "Cost map": ["/cost-map?period={month}", "/cost-map?period={quarter}", "/cost-map?period={month}&channel={channel}", "/cost-map?period={month}&basis=full"],
    "Measures": ["/measures?period={month}", "/measures?period={month}&channel={channel}", "/measures?period={quarter}&team={team}", "/measures?period={month}&q=time"],
    "One measure": ["/measures/{metric}?period={month}", "/measures/{metric}?period={month}&channel={channel}", "/measures/{metric}?period={quarter}"],
    "Opportunities": ["/opportunities?period={month}", "/opportunities?period={month}&channel={channel}"],
    "Watch": ["/watch?channel={channel}", "/watch?team={team}"],
    "Data": ["/data", "/data?table={table}"],
    "Checks": ["/data/checks"],
}  # fmt: skip
"""Page -> how it is asked; as it opens, filtered, over a quarter, beside another span."""
LONG = ("Opportunities", "Watch")
"""Pages whose filtered answers are made elsewhere: bound is when they say so; how long it took is told."""
METRICS = (
    "average_handle_time",
    "cost_per_resolution",
    "customer_satisfaction",
    "repeat_contact_rate",
    "service_level",
)
SAME = "/explore?metric=average_handle_time&by=team&period={month}"
"""The page of ours that shows what the peers show."""


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


def share(values: list[float], part: float) -> float:
    """The value that a part of some values does not pass."""
    found = sorted(values)
    return found[min(len(found) - 1, int(part * len(found)))] if found else float("nan")


class Told:
    """Lines of the tables, and which bounds were met."""

    def __init__(self) -> None:
        self.missed: list[str] = []

    def bound(self, name: str, value: float, most: float) -> str:
        """Whether a bound is met, as the last cell of a line."""
        if value <= most:
            return "met"
        self.missed.append(f"{name}: {value:.4g} against {most:g}")
        return "NOT MET"


# -- what is asked -----------------------------------------------------------------------------------------


@dataclass
class Known:
    """Values that addresses are made of."""

    months: list[str]
    channels: list[str]
    teams: list[str]
    reasons: list[str]
    sites: list[str]
    contacts: list[str]


def known(workspace: Path) -> Known:
    """Months and values of a workspace, from its files."""
    from percontact.records.dialect import connect

    facts = workspace / "facts/contacts"
    months = sorted(f.name for f in facts.iterdir() if f.is_dir())
    con = connect()
    rows = f"read_parquet('{facts}/{months[-1]}/*.parquet')"

    def values(column: str) -> list[str]:
        found = con.execute(f"SELECT DISTINCT {column} FROM {rows} WHERE {column} IS NOT NULL ORDER BY 1")
        return [str(v) for (v,) in found.fetchall()]

    ids = con.execute(f"SELECT contact_id FROM {rows} WHERE hash(contact_id) % 997 = 0 ORDER BY 1 LIMIT 60")
    contacts = [str(v) for (v,) in ids.fetchall()]
    return Known(months, values("channel"), values("team"), values("reason"), values("site"), contacts)


def addresses(page: str, have: Known, count: int, seed: int = 1) -> list[str]:
    """Different addresses of a page, its forms by turns, each with values drawn anew."""
    from urllib.parse import quote

    draw, found = random.Random(f"{page} {seed}"), dict[str, None]()
    months = have.months[2:]
    quarters = sorted({f"{m[:4]}-Q{(int(m[5:]) + 2) // 3}" for m in months})
    for form in itertools.islice(itertools.cycle(PAGES[page]), count * 6):
        filled = form.format(
            month=draw.choice(months), quarter=draw.choice(quarters), channel=quote(draw.choice(have.channels)),
            team=quote(draw.choice(have.teams)), reason=quote(draw.choice(have.reasons)),
            site=quote(draw.choice(have.sites)), contact=quote(draw.choice(have.contacts), safe=""),
            dim=draw.choice(("team", "reason", "product", "segment", "queue", "outcome")),
            metric=draw.choice(METRICS), table=draw.choice(("contacts", "ledger", "handlings")),
        )  # fmt: skip
        found.setdefault(filled)
        if len(found) >= count:
            break
    return list(found)


# -- the parts ---------------------------------------------------------------------------------------------


def pages(workspace: Path, have: Known, told: Told, only: str = "") -> None:
    """Each page asked for the first time, and again."""
    print(f"\n| page of {rows_of(workspace)} | addresses | uncached p50, ms | p95 | CPU p50 | p95 | bound "
          "| cached p50 | p95 | bound | |")  # fmt: skip
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|")
    with ours(workspace) as server:
        cold = warmed(server)
        for page in [p for p in PAGES if only in p]:
            asked = addresses(page, have, 4 if page in LONG else EACH)
            first, cpu, again, wrong, longest = [], [], [], set(), 0.0
            for path in asked:
                wall, used, status = server.timed(path)
                first.append(wall)
                cpu.append(used)
                wrong |= {status} - {200}
                if page in LONG:
                    longest = max(longest, warmed(server, path) + wall / 1000)
            for path in asked * 2:
                wall, _, status = server.timed(path)
                again.append(wall)
            p95, kept = share(first, 0.95), share(again, 0.95)
            verdict = {
                told.bound(f"{page}, uncached p95 ms", p95, UNCACHED_MS),
                told.bound(f"{page}, cached p95 ms", kept, CACHED_MS),
            }
            more = f"; its answer after {longest:.1f} s at most" if page in LONG else ""
            more += f"; status {sorted(wrong)}" if wrong else ""
            print(
                f"| {page} | {len(asked)} | {share(first, 0.5):.0f} | {p95:.0f} | {share(cpu, 0.5):.0f} "
                f"| {share(cpu, 0.95):.0f} | {UNCACHED_MS} | {share(again, 0.5):.1f} | {kept:.1f} "
                f"| {CACHED_MS} | {'NOT MET' if 'NOT MET' in verdict else 'met'}{more} |",
                flush=True,
            )
        print(f"\nFrom the server's start until its first page showed figures: {cold:.1f} s.")


def rows_of(workspace: Path) -> str:
    """How many contacts, in words."""
    from percontact.store.workspace import Workspace

    return f"{Workspace.open(workspace).book().rows('contacts'):,} contacts"


def readers(workspace: Path, have: Known, told: Told) -> None:
    """Two hundred readers at once: of kept pages, of one new page, of a new page each."""
    floor = asset()
    with ours(workspace) as server:
        warmed(server)
        kept = [
            p for page in ("Overview", "Explain", "Cost map", "Measures") for p in addresses(page, have, 5)
        ]
        for path in kept:
            server.get(path)
        same = addresses("Explain", have, 40, seed=9)[-1]
        each = [p for n, page in enumerate(("Overview", "Explain", "Explore by one dimension", "Cost map"))
                for p in addresses(page, have, READERS // 4 + 60, seed=20 + n)][:READERS]  # fmt: skip
        each = list(dict.fromkeys(p for p in each if p not in kept and p != same))
        lines = [
            ("a built file, the floor", {"paths": [floor], "seconds": SECONDS}),
            ("kept pages, as fast as they can", {"paths": kept, "seconds": SECONDS}),
            ("kept pages, a second to read each", {"paths": kept, "seconds": SECONDS, "think": 1.0}),
            ("one new page, all at once", {"paths": [same] * READERS, "once": True}),
            ("a new page each, all at once", {"paths": each, "once": True}),
        ]
        print_load(server, lines, told)


def print_load(server: Server, lines: list[tuple[str, dict]], told: Told) -> None:
    """What two hundred readers saw, a line a way of reading."""
    print(
        f"\n| {READERS} readers of {server.name} | answers | a second | p50, ms | p99, ms | last, ms | kB each | errors | |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|---|")
    for name, how in lines:
        found = server.load(readers=READERS, **how)
        ms, errors = found["ms"], sum(found["errors"].values())
        verdict = (
            told.bound(f"{server.name}, {name}, errors", errors, 0) if server.name == "percontact" else ""
        )
        print(
            f"| {name} | {len(ms):,} | {len(ms) / found['seconds']:.0f} | {share(ms, 0.5):.0f} "
            f"| {share(ms, 0.99):.0f} | {max(ms, default=0):.0f} | {found['bytes'] / max(1, len(ms)) / 1000:.1f} "
            f"| {errors or 0}{str(found['errors']) if errors else ''} | {verdict} |",
            flush=True,
        )


def asset() -> str:
    """The address of a built file."""
    from percontact.web.assets import url

    return url("app.css")


def importing(workspace: Path, have: Known, told: Told) -> None:
    """An import while readers ask: their answers are those before it or those after it, and none is late."""
    folder = Path(tempfile.mkdtemp(prefix="serving-", dir=workspace.parent))
    try:
        copy = folder / "company"
        shutil.copytree(workspace, copy, copy_function=_linked)
        late = folder / "late.csv"
        write_late(late, have)
        question = f"/explore?metric=contacts_offered&by=channel&period={have.months[-1]}"
        kept = [p for page in ("Overview", "Explain", "Cost map") for p in addresses(page, have, 5)]
        fresh = addresses("Explore by one dimension", have, 400, seed=5)
        with ours(copy) as server:
            warmed(server)
            quiet = server.load(readers=8, seconds=10, paths=[*kept, *fresh[:100]], think=0.2)
            before = server.text(question.replace("/explore?", "/explore.json?"))
            text = json.dumps({"port": server.port, "readers": 8, "seconds": BESIDE_S, "think": 0.2,
                               "paths": [*kept, *fresh[100:]]})  # fmt: skip
            beside = subprocess.Popen(
                [sys.executable, str(HERE / "serving_load.py"), text], stdout=subprocess.PIPE, text=True
            )
            began = time.perf_counter()
            command = [sys.executable, "-m", "percontact", "-C", str(copy), "import", "contacts", str(late)]
            landing = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            seen, ended, landed_s = {before}, None, 0.0
            while ended is None or time.perf_counter() - began < BESIDE_S:
                seen.add(server.text(question.replace("/explore?", "/explore.json?")))
                if landing.poll() is not None and not landed_s:
                    landed_s = time.perf_counter() - began
                if ended is None and len(seen) > 1:
                    ended = time.perf_counter() - began
                if time.perf_counter() - began > 1200:
                    break
                time.sleep(0.3)
            found = json.loads(beside.communicate()[0])
            after = server.text(question.replace("/explore?", "/explore.json?"))
        right = seen == {before, after} and rise(before, after) == LATE
        print(f"\n| an import of {LATE:,} contacts beside 8 readers | p50, ms | p99, ms | errors | |")
        print("|---|--:|--:|--:|---|")
        for name, one in (("before it", quiet), ("while it lands and is added up", found)):
            errors = sum(one["errors"].values())
            verdict = told.bound(f"import, {name}, errors", errors, 0)
            print(
                f"| {name} | {share(one['ms'], 0.5):.0f} | {share(one['ms'], 0.99):.0f} | {errors} | {verdict} |"
            )
        shown = "never" if ended is None else f"{ended:.0f} s"
        print(f"\nLanded after {landed_s:.0f} s; readers had it after {shown}. "
              f"Answers seen: {len(seen)}, {'right' if right else 'WRONG'}.")  # fmt: skip
        told.bound("import, wrong answers", 0 if right else 1, 0)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


LATE, BESIDE_S = 50_000, 90


def write_late(path: Path, have: Known) -> None:
    """Contacts that come late, all in the newest month."""
    draw = random.Random(3)
    with path.open("w", encoding="utf-8") as out:
        out.write("contact_id,channel,team,reason,started_at,handle_s\n")
        for n in range(LATE):
            day, hour = draw.randint(1, 28), draw.randint(8, 17)
            at = f"{have.months[-1]}-{day:02d} {hour:02d}:{n % 60:02d}:00"
            one = (draw.choice(have.channels), draw.choice(have.teams), draw.choice(have.reasons))
            out.write(f"late-{n},{','.join(one)},{at},{draw.randint(60, 900)}\n")


def rise(before: str, after: str) -> int:
    """How many contacts more an answer tells than another."""

    def offered(text: str) -> int:
        return sum(int(float(line["value"])) for line in json.loads(text)["lines"] if line["value"])

    return offered(after) - offered(before)


def _linked(source: str, target: str) -> None:
    """A file by another name; what is written in place is copied."""
    if "sqlite" in Path(source).name or "/app/" in source:
        shutil.copy2(source, target)
    else:
        os.link(source, target)


def browser(server: Server, first: str, later: str) -> dict:
    """What a browser saw of two visits, the middle of three."""
    runs = []
    for _ in range(3):
        address = f"http://127.0.0.1:{server.port}"
        done = subprocess.run(
            [sys.executable, str(HERE / "serving_browser.py"), address + first, address + later],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        runs.append(json.loads(done.stdout))
    return sorted(runs, key=lambda r: r["first"]["chart_s"] or 1e9)[1]


def print_browser(rows: list[tuple[str, dict]], told: Told) -> None:
    """First visits and later pages, a line a program."""
    print("\n| Chromium, 4 x slower, 10 Mbit/s, 40 ms | first visit, kB | requests | from elsewhere "
          "| chart visible, s | later page, kB | chart visible, s | |")  # fmt: skip
    print("|---|--:|--:|--:|--:|--:|--:|---|")
    for name, run in rows:
        first, later = run["first"], run["later"]
        verdict = set()
        if name.startswith("percontact"):
            verdict = {
                told.bound(f"{name}, first visit kB", first["bytes"] / 1000, FIRST_KB),
                told.bound(f"{name}, requests", first["requests"], FIRST_REQUESTS),
                told.bound(f"{name}, from elsewhere", first["remote"], 0),
                told.bound(f"{name}, chart s", first["chart_s"] or 1e9, CHART_S),
                told.bound(f"{name}, later kB", later["bytes"] / 1000, LATER_KB),
            }
        at = [f"{one['chart_s']:.2f}" if one["chart_s"] else "not seen" for one in (first, later)]
        print(
            f"| {name} | {first['bytes'] / 1000:.0f} | {first['requests']} | {first['remote']} | {at[0]} "
            f"| {later['bytes'] / 1000:.0f} | {at[1]} "
            f"| {'NOT MET' if 'NOT MET' in verdict else 'met' if verdict else ''} |"
        )
    print(f"\nBounds: {FIRST_KB} kB, {FIRST_REQUESTS} requests, {CHART_S} s, {LATER_KB} kB.", flush=True)


def side_by_side(workspace: Path, have: Known, told: Told, *, with_peers: bool) -> None:
    """The same chart and table in percontact, Streamlit and Dash: in the browser, and for two hundred readers."""
    rows, last, earlier = [], have.months[-1], have.months[-2]
    with ours(workspace) as server:
        warmed(server)
        rows.append(("percontact, Overview", browser(server, "/", f"/?period={earlier}")))
        rows.append(
            (
                "percontact, the chart and table",
                browser(server, SAME.format(month=last), SAME.format(month=earlier)),
            )
        )
        mine = json.loads(server.text(SAME.format(month=last).replace("/explore?", "/explore.json?")))
        asked = [
            f"{SAME.format(month=m)}{f'&channel={c}' if c else ''}"
            for m in have.months
            for c in ("", *have.channels)
        ]
        loads = [(server.name, _first_and_again(server, [{"paths": [p]} for p in asked[:40]]))]
        if with_peers:
            print_load(server, [("the chart and table, a new one each", {"paths": asked[40:], "once": True}),
                                ("the chart and table, kept", {"paths": asked, "seconds": SECONDS})], told)  # fmt: skip
    if with_peers:
        with streamlit(workspace) as server:
            rows.append(("Streamlit", browser(server, f"/?month={last}", f"/?month={earlier}")))
            queries = [f"month={m}&channel={c}" for m in have.months for c in ("", *have.channels)]
            loads.append((server.name, _first_and_again(server, [{"session": [q]} for q in queries[:40]])))
            print_load(server, [("the chart and table, a new one each", {"session": queries[40:], "once": True}),
                                ("the chart and table, kept", {"session": queries, "seconds": SECONDS})], told)  # fmt: skip
        with dash(workspace) as server:
            rows.append(("Dash", browser(server, f"/?month={last}", f"/?month={earlier}")))
            posts = [post_of(m, c) for m in have.months for c in ("", *have.channels)]
            check_same(mine, server, posts_month=last)
            loads.append((server.name, _first_and_again(server, [{"post": p} for p in posts[:40]])))
            print_load(server, [("the chart and table, kept", {"post": posts[0], "seconds": SECONDS})], told)
    print_browser(rows, told)
    print("\n| the chart and table, one reader | a new one p50, ms | p95 | the same again p50 | p95 |")
    print("|---|--:|--:|--:|--:|")
    for name, (first, again) in loads:
        cells = " | ".join(f"{share(ms, part):.1f}" for ms in (first, again) for part in (0.5, 0.95))
        print(f"| {name} | {cells} |")


def _first_and_again(server: Server, asked: list[dict]) -> tuple[list[float], list[float]]:
    """Milliseconds of the first answer to each question, and of the second, on one connection each."""
    first, again = [], []
    for how in asked:
        twice = {"paths": how["paths"] * 2} if "paths" in how else how
        key = next(iter(twice))
        if key == "post":
            ms = [server.load(readers=1, seconds=0.02, **twice)["ms"] for _ in range(2)]
            first.append(ms[0][0])
            again.append(ms[1][0])
            continue
        twice = {key: twice[key] * 2 if key == "session" else twice[key]}
        ms = server.load(readers=1, once=True, **twice)["ms"]
        first.append(ms[0])
        again += ms[1:2]
    return first, again


def post_of(month: str, channel: str) -> list:
    """What a browser sends to Dash when it opens the page."""
    search = f"?month={month}&channel={channel}"
    output = "..title.children...chart.figure...table.data.."
    inputs = [
        {"id": "at", "property": "search", "value": search},
        {"id": "month", "property": "value", "value": month},
        {"id": "channel", "property": "value", "value": None},
    ]
    outputs = [
        {"id": i, "property": p} for i, p in (("title", "children"), ("chart", "figure"), ("table", "data"))
    ]
    body = {"output": output, "outputs": outputs, "inputs": inputs, "changedPropIds": ["at.search"]}
    return ["/_dash-update-component", body]


def check_same(mine: dict, server: Server, posts_month: str) -> None:
    """Stop where the peers' figures are not ours."""
    path, body = post_of(posts_month, "")
    asked = urllib.request.Request(
        f"http://127.0.0.1:{server.port}{path}",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(asked, timeout=60) as found:
        theirs = json.load(found)["response"]["table"]["data"]
    have = {row["Team"]: row["Average handle time, s"] for row in theirs}
    own = {row["team"]: round(float(row["value"]), 1) for row in mine["lines"] if row["value"]}
    wrong = {t: (own[t], have.get(t)) for t in own if abs(own[t] - (have.get(t) or 0)) > 0.11}
    if wrong:
        raise SystemExit(f"the peers' figures are not ours: {wrong}")


def streamlit(workspace: Path) -> contextlib.AbstractContextManager[Server]:
    """Streamlit as its documentation says to serve it."""
    port = free_port()
    command = [
        str(peers_python().with_name("streamlit")), "run", str(PEERS / "streamlit_app.py"), "--server.port", str(port),
        "--server.headless", "true", "--browser.gatherUsageStats", "false", "--server.address", "127.0.0.1",
        "--server.enableXsrfProtection", "false", "--server.enableCORS", "false",
    ]  # fmt: skip
    return served("Streamlit", command, port, "/_stcore/health", env=peers_env(workspace))


def dash(workspace: Path) -> contextlib.AbstractContextManager[Server]:
    """Dash behind gunicorn: two processes of eight threads, one a core."""
    port = free_port()
    command = [
        str(peers_python().with_name("gunicorn")), "dash_app:server", "--bind", f"127.0.0.1:{port}", "--workers", "2",
        "--threads", "8", "--chdir", str(PEERS), "--backlog", "512",
    ]  # fmt: skip
    return served("Dash", command, port, "/", env=peers_env(workspace))


def peers_python() -> Path:
    """The peers' Python."""
    return HERE.parent / ".venv-peers/bin/python"


def peers_env(workspace: Path) -> dict[str, str]:
    """Where the peers find the files."""
    return {
        **os.environ,
        "SERVING_FACTS": str((workspace / "facts/contacts").absolute()),
        "PYTHONPATH": str(PEERS),
    }


def company(millions: float) -> Path:
    """The demo company, made once."""
    folder = HERE / "data" / f"serving-{millions:g}m"
    if not folder.exists():
        folder.parent.mkdir(exist_ok=True)
        contacts = str(int(millions * 1_000_000))
        subprocess.run(
            [sys.executable, "-m", "percontact", "demo", str(folder), "--contacts", contacts], check=True
        )
    return folder


def main() -> int:
    """Measure what was asked for, and say which bounds were not met."""
    asking = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    asking.add_argument("--contacts", type=float, default=10, help="millions")
    asking.add_argument("--workspace", type=Path)
    asking.add_argument("--only", default="pages,browser,readers,import,peers")
    asking.add_argument("--page", default="", help="pages whose name has this in it")
    asked = asking.parse_args()
    workspace = (asked.workspace or company(asked.contacts)).absolute()
    have, told, only = known(workspace), Told(), asked.only.split(",")
    if "pages" in only:
        pages(workspace, have, told, asked.page)
    if "readers" in only:
        readers(workspace, have, told)
    if "import" in only:
        importing(workspace, have, told)
    if "browser" in only or "peers" in only:
        peers = "peers" in only and peers_python().exists()
        if "peers" in only and not peers:
            print("\nThe peers were left out: `make .venv-peers/.made` brings them.")
        side_by_side(workspace, have, told, with_peers=peers)
    print(
        "\nEvery bound was met."
        if not told.missed
        else "\nNot met:\n" + "\n".join(f"- {m}" for m in told.missed)
    )
    spread = statistics.mean(os.getloadavg())
    print(f"Load while it ended: {spread:.1f} on {os.cpu_count()} cores.")
    return bool(told.missed)


if __name__ == "__main__":
    raise SystemExit(main())
