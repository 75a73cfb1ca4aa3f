# SPDX-License-Identifier: Apache-2.0
"""Floor 5: why a figure changed, where, and what to look at."""

from percontact.explain.alerts import Alert, Watch
from percontact.explain.breaks import breaks
from percontact.explain.bridge import Bridge, Part, Piece
from percontact.explain.episodes import Break
from percontact.explain.expected import Daily
from percontact.explain.locate import Cause, Change, Located, locate
from percontact.explain.opportunities import opportunities
from percontact.explain.opportunity import Opportunity
from percontact.explain.scan import Found, scan

__all__ = [
    "breaks", "locate", "opportunities", "scan", "Alert", "Break", "Bridge", "Cause", "Change", "Daily",
    "Found", "Located", "Opportunity", "Part", "Piece", "Watch",
]  # fmt: skip
