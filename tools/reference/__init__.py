# SPDX-License-Identifier: Apache-2.0
"""The reference pages that follow from the code, a file a page; `tools/make_reference.py` writes them."""
