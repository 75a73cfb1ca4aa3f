# SPDX-License-Identifier: Apache-2.0
"""One migration a file, in the order of their numbers."""
