# SPDX-License-Identifier: Apache-2.0
"""What a cold start must not do, and what a shell sees."""

import subprocess
import sys


def test_help_loads_neither_the_engine_nor_any_heavy_library():
    """`percontact --help`: what it imports decides how quick it is on any machine."""
    code = (
        "import sys\n"
        "from percontact.cli import main\n"
        "sys.argv = ['percontact', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'duckdb', 'rich', 'yaml', 'xlsxwriter', 'python_calamine', 'polars', 'pandas'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=180)
    assert "What one customer contact costs" in done.stdout
    assert done.stderr.strip() == "[]"


def test_the_command_runs_as_a_program_and_ends_with_its_exit_code(tmp_path):
    """A real process: stdout empty, the error in four parts on stderr, exit code 1."""
    done = subprocess.run(
        [sys.executable, "-m", "percontact", "cost"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "E-WS-01" in done.stderr
