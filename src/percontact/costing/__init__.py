# SPDX-License-Identifier: Apache-2.0
"""Floor 3: assign every cent of the ledger to the work that used it, or say it is unused or unassigned."""

from percontact.costing.cells import Cell
from percontact.costing.costed import CostedBook, cost
from percontact.costing.policy import Policy, Pool, Rule, textbook
from percontact.costing.policy_file import parse_policy
from percontact.costing.rate import Basis, Rate
from percontact.costing.reconcile import Reconciliation
from percontact.costing.slice import Condition, Slice

__all__ = [
    "Basis", "Cell", "Condition", "CostedBook", "Policy", "Pool", "Rate", "Reconciliation", "Rule", "Slice",
    "cost", "parse_policy", "textbook",
]  # fmt: skip
