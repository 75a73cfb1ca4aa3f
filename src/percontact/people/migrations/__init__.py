# SPDX-License-Identifier: Apache-2.0
"""The way from an empty database to the tables of today, a file a step. Steps are added, never changed."""
