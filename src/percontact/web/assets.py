# SPDX-License-Identifier: Apache-2.0
"""The built files of the app (scripts, style, font): their addresses, and how they are sent.

`tools/make_assets.py` builds them from `web/front`; a release has them in its wheel. Each name bears the hash
of its content, so a browser may keep a file for ever.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from starlette.responses import Response

from percontact.values.problem import problem

MEDIA = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
FOREVER = "public, max-age=31536000, immutable"
PACKED = (("br", ".br"), ("gzip", ".gz"))
"""Encodings made at build, the better first."""


def url(name: str) -> str:
    """Where a built file is served: `url("charts.js")` is "/assets/charts-1A2B3C4D.js".

    Raises E-LIB-02 when the files have not been built.
    """
    built = _built(_folder())
    if name not in built:
        raise ValueError(f"{name} is no built file; there are {', '.join(sorted(built))}")
    return f"/assets/{built[name]}"


def response(name: str, accepts: str = "") -> Response:
    """A built file by the last part of its address, packed as the browser takes it; else 404."""
    if name not in _built(_folder()).values():
        return Response("There is no such file.", 404, media_type="text/plain")
    headers = {"Cache-Control": FOREVER}
    file = _folder() / name
    for encoding, ending in PACKED:
        packed = _folder() / f"{name}{ending}"
        if encoding in _accepted(accepts) and packed.is_file():
            file, headers["Content-Encoding"] = packed, encoding
            break
    ending = name[name.rindex(".") :]
    if ending != ".woff2":
        headers["Vary"] = "Accept-Encoding"
    return Response(file.read_bytes(), media_type=MEDIA[ending], headers=headers)


def _folder() -> Path:
    return Path(__file__).parent / "assets"


def _accepted(header: str) -> set[str]:
    """The encodings a browser accepts; `q=0` is how one says no."""
    asked = [part.replace(" ", "").lower().split(";") for part in header.split(",")]
    return {one[0] for one in asked if not any(p in ("q=0", "q=0.0", "q=0.00", "q=0.000") for p in one[1:])}


@lru_cache(maxsize=1)
def _built(folder: Path) -> dict[str, str]:
    """Name -> name with hash, as the build wrote them down."""
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        raise problem(
            "E-LIB-02", "serve", "the pages' scripts, style and font have not been built",
            "They are part of a release, and are built in a checkout of the sources.",
            "Build them: make .venv/.assets, or python tools/make_assets.py.",
        )  # fmt: skip
    files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    return {name: str(about["file"]) for name, about in files.items()}
