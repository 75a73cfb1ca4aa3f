# SPDX-License-Identifier: Apache-2.0
"""Floor 11: the app. One file a screen, no arithmetic: a page is one more form of an answer."""

from percontact.web.app import make_app

__all__ = ["make_app"]
