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
import os
import statistics
import subprocess
import sys
from pathlib import Path

from serving_addresses import known
from serving_import import importing
from serving_pages import pages
from serving_peers import side_by_side
from serving_readers import readers
from serving_server import HERE, peers_python
from serving_told import Told


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
