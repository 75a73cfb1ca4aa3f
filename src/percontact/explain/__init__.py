# SPDX-License-Identifier: Apache-2.0
"""Floor 5: why a figure changed, where, and what to look at."""

<<<<<<< HEAD
from percontact.explain.bridge import Bridge, Part, Piece
from percontact.explain.scan import Found, scan

__all__ = ["scan", "Bridge", "Found", "Part", "Piece"]
=======
from percontact.explain.locate import Cause, Change, Located, locate
from percontact.explain.scan import Found, scan

__all__ = ["locate", "scan", "Cause", "Change", "Found", "Located"]
>>>>>>> 0d82b36 (Locate where a sum or a ratio changed: slices, level and mix, parts that add up)
