# SPDX-License-Identifier: Apache-2.0
"""The same chart and table in percontact, Streamlit and Dash: in the browser, and for two hundred readers.

The peers show it from the same Parquet files by the same engine; their figures are held against ours, or the run
stops. They live in an environment of their own (`make .venv-peers/.made`).
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

from serving_addresses import Known
from serving_readers import SECONDS
from serving_server import HERE, PEERS, Server, free_port, ours, peers_python, served, warmed
from serving_told import Told, print_load, share

FIRST_KB, FIRST_REQUESTS, LATER_KB, CHART_S = 450, 12, 60, 2.0
SAME = "/explore?metric=average_handle_time&by=team&period={month}"
"""The page of ours that shows what the peers show."""


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


def peers_env(workspace: Path) -> dict[str, str]:
    """Where the peers find the files."""
    return {
        **os.environ,
        "SERVING_FACTS": str((workspace / "facts/contacts").absolute()),
        "PYTHONPATH": str(PEERS),
    }
