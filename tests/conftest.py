# SPDX-License-Identifier: Apache-2.0
"""How hard the laws are tried: `fast` at the desk, `ci` before a change goes in."""

import os

from hypothesis import settings

settings.register_profile("fast", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=200, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))
