# SPDX-License-Identifier: Apache-2.0
"""Floor 9: source files of a made-up company, for trying percontact and for testing it."""

from percontact.demo.write import DEMO_SETTINGS, write_company

__all__ = ["write_company", "DEMO_SETTINGS"]
