# SPDX-License-Identifier: Apache-2.0
"""Floor 10: the command line.

One file a verb; no arithmetic; nothing heavy is imported before it is needed.
"""

from percontact.cli.group import main

__all__ = ["main"]
