# SPDX-License-Identifier: Apache-2.0
"""One file a screen: what was asked becomes an answer, an answer becomes a page with its links."""
