# SPDX-License-Identifier: Apache-2.0
"""Killed at any moment, a writer leaves a batch whole or not at all; what was acknowledged stays."""

import importlib.util
import os
import signal
import sys
from pathlib import Path
from types import ModuleType

import pytest

from percontact.records import Settings
from percontact.store import Workspace

KILLS_AT_LEAST, KILLS_AT_MOST = 50, 70
ENOUGH_S = 45

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="Windows has no kill -9"),
]


@pytest.fixture(scope="module")
def killing() -> ModuleType:
    spec = importlib.util.spec_from_file_location("killing", Path(__file__).with_name("killing.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["killing"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("how", "longest_life_s"), [("publish", 0.75), ("whole import", 1.5)])
def test_no_kill_tears_or_loses_a_batch(
    tmp_path: Path, killing: ModuleType, how: str, longest_life_s: float
) -> None:
    """Two writers, killed in turn at random moments, and two readers that look all the time.

    By the store's `publish` alone, and by the whole import: CSV, reading, checking, staging, publishing.
    A thousand kills: `benchmarks/kill_imports.py`.
    """
    outcome = killing.kill_and_look(
        tmp_path,
        loader=killing.WHOLE_IMPORT if how == "whole import" else (),
        longest_life_s=longest_life_s,
        enough=lambda kills, s: kills >= KILLS_AT_MOST or (kills >= KILLS_AT_LEAST and s > ENOUGH_S),
    )
    print(outcome.figures)
    assert outcome.faults == []
    assert all(reads > 50 for reads in outcome.reads)
    assert outcome.acknowledged > 25, "the writers hardly worked"


def test_no_step_of_an_import_is_a_bad_one_to_die_at(tmp_path: Path, killing: ModuleType) -> None:
    """An import is killed at its first step, its second and so on, until one lives through all its steps."""
    workers = killing.load_workers()
    workspace = Workspace.create(tmp_path / "books", Settings("EUR", "UTC"))
    log = tmp_path / "a.log"
    step = 0
    survived = ""
    while not survived:
        # Several at once: each has a name of its own, and they stand in each other's way.
        step += 4
        dying = [killing.start("dying", workspace.path, log, f"w{s}", s) for s in range(step - 3, step + 1)]
        outs = [worker.communicate(timeout=120)[0] for worker in dying]
        assert {worker.returncode for worker in dying} <= {0, -signal.SIGKILL}
        survived = next((out for out in outs if "done after" in out), "")
        assert killing.damage(workspace, workers) == []
    workspace.sweep(older_than_s=0)
    assert killing.damage(workspace, workers) == []
    assert killing.losses(workspace, [log]) == []
    print({"steps": step, "last": survived.split("\n")[-2], "imports": len(workspace.receipts())})
    assert step > 60
