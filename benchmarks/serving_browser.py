# SPDX-License-Identifier: Apache-2.0
"""A first visit in Chromium, four times slower than this machine and over 10 Mbit/s: bytes, requests, chart.

python benchmarks/serving_browser.py http://127.0.0.1:8484/ http://127.0.0.1:8484/?period=2026-05
"""

import contextlib
import json
import sys
from pathlib import Path

SEES = """
(() => {
  const drawn = () => {
    for (const one of document.querySelectorAll("svg")) {
      const box = one.getBoundingClientRect();
      if (box.width >= 200 && box.height >= 80 && one.querySelectorAll("path, rect").length >= 6) return true;
    }
    for (const one of document.querySelectorAll("canvas")) {
      const box = one.getBoundingClientRect();
      if (box.width < 200 || box.height < 80) continue;
      const blank = document.createElement("canvas");
      blank.width = one.width; blank.height = one.height;
      if (one.toDataURL() !== blank.toDataURL()) return true;
    }
    return false;
  };
  const look = () => {
    if (!window.chartAt && document.body && drawn()) window.chartAt = performance.now();
    if (!window.chartAt) requestAnimationFrame(look);
  };
  look();
})();
"""
"""The moment at which a drawing as large as a chart stands on the page, by the page's own clock."""
PATIENCE_MS = 90_000


def visit(first: str, later: str) -> dict:
    """Two visits by one browser: with an empty cache, and one more page."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = next(
            (p for p in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(p).exists()), None
        )
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.add_init_script(SEES)
        line = context.new_cdp_session(page)
        counted = {"bytes": 0, "requests": 0, "remote": 0}
        line.on("Network.loadingFinished", lambda e: _add(counted, int(e["encodedDataLength"])))
        line.on("Network.webSocketFrameReceived", lambda e: _add(counted, len(e["response"]["payloadData"])))
        line.on("Network.requestWillBeSent", lambda e: _request(counted, e["request"]["url"]))
        line.send("Network.enable")
        slow = {"offline": False, "latency": 40, "downloadThroughput": 1.25e6, "uploadThroughput": 1.25e6}
        line.send("Network.emulateNetworkConditions", slow)
        line.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        told = {"first": _one(page, first, counted)}
        told["later"] = _one(page, later, counted)
        browser.close()
        return told


def _add(counted: dict, size: int) -> None:
    counted["bytes"] += size


def _request(counted: dict, url: str) -> None:
    if url.startswith(("http", "ws")):
        counted["requests"] += 1
        counted["remote"] += "//127.0.0.1" not in url and "//localhost" not in url


def _one(page, url: str, counted: dict) -> dict:
    counted.update(bytes=0, requests=0, remote=0)
    page.goto(url, wait_until="load", timeout=PATIENCE_MS)
    at = None
    with contextlib.suppress(Exception):
        until = 0
        while at is None and until < PATIENCE_MS:
            page.wait_for_timeout(100)
            until += 100
            at = page.evaluate("window.chartAt || null")
    page.wait_for_timeout(1500)
    return {**counted, "chart_s": None if at is None else at / 1000}


if __name__ == "__main__":
    print(json.dumps(visit(*sys.argv[1:3])))
