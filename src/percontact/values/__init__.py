# SPDX-License-Identifier: Apache-2.0
"""Floor 1: money, periods and problems. Imports nothing of percontact."""

from percontact.values.fiscal import FiscalCalendar
from percontact.values.money import Money
from percontact.values.period import Grain, Period
from percontact.values.problem import FaultOfOurs, PercontactError, Problem

__all__ = ["FaultOfOurs", "FiscalCalendar", "Grain", "Money", "PercontactError", "Period", "Problem"]
