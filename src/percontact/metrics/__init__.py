# SPDX-License-Identifier: Apache-2.0
"""Floor 4: every measure a service team is held to, defined once as a card and computed from rows."""

from percontact.metrics.card import Card
from percontact.metrics.catalogue import catalogue, find, search
from percontact.metrics.figure import Figure, Panel
from percontact.metrics.measure import measure

__all__ = ["measure", "catalogue", "find", "search", "Card", "Figure", "Panel"]
