"""What a build of our packages does first: see that what browsers need is there, or build it.

Called by hatchling for a wheel or an sdist. An editable install builds nothing: `make` does, when needed.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface[Any]):
    """Hatchling looks for this name."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before the files are gathered. An sdist brings the built files along, so it needs no Node again."""
        root = Path(self.root)
        front = root / "src" / "percontact" / "web" / "front"
        if version != "editable" and (front.is_dir() and (root / "tools" / "make_assets.py").is_file()):
            subprocess.run([sys.executable, str(root / "tools" / "make_assets.py")], check=True)
