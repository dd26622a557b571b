"""Asking for help, or for a model that is there, waits for nothing: what costs time is imported by the command that needs it."""

import subprocess
import sys

#: None of these is needed to read the words of a command.
HEAVY = (
    "fastapi",
    "sqlalchemy",
    "sqlmodel",
    "alembic",
    "dbos",
    "numpy",
    "onnxruntime",
    "rapidfuzz",
    "torch",
    "wordfreq",
)


def test_the_command_line_itself_imports_nothing_that_costs_time():
    code = f"import sys, api.cli.app; print(*[name for name in {HEAVY} if name in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert printed.stdout.split() == []
