# SPDX-License-Identifier: Apache-2.0
"""Floor 5: why a figure changed, where, and what to look at."""

from percontact.explain.bridge import Bridge, Part, Piece
from percontact.explain.locate import Cause, Change, Located, locate
from percontact.explain.scan import Found, scan

__all__ = ["locate", "scan", "Bridge", "Cause", "Change", "Found", "Located", "Part", "Piece"]
