# SPDX-License-Identifier: Apache-2.0
"""Answers: one file a question, from a Book to a document or to what a page shows."""
