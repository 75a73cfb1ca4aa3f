# SPDX-License-Identifier: Apache-2.0
"""Floor 10: the app. One file a screen, one table of routes, no arithmetic: a page is a form of an answer."""
