# SPDX-License-Identifier: Apache-2.0
"""Find the Chromium that the browser tests drive, or install one; say plainly where neither works.

    python tools/find_browser.py        find it, else install it
    python tools/find_browser.py --find  find it only

The distribution's `chromium` is taken first, then any named by PERCONTACT_CHROMIUM, then Playwright's own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """The path of a Chromium, or None."""
    named = os.environ.get("PERCONTACT_CHROMIUM")
    if named:
        return named
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if found is None:
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            own = playwright.chromium.executable_path
        found = own if Path(own).is_file() else None
    return found


def install() -> bool:
    """Install one: the distribution's where that may be done, else Playwright's."""
    ways = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        ways.insert(0, ["apt-get", "install", "-y", "-q", "chromium"])
    for way in ways:
        print(" ".join(way))
        if subprocess.run(way, check=False).returncode == 0 and find():
            return True
    return False


def main(arguments: Sequence[str]) -> int:
    """Say which browser the tests drive."""
    found = find()
    if found is None and "--find" not in arguments and install():
        found = find()
    if found:
        print(f"browser tests drive {found}")
        return 0
    print("No Chromium was found, so the browser tests are left out. This brings them back: make browser")
    return 0 if "--find" in arguments else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
