"""Runs spin on exported models, as a user would by hand: generate, compile, run."""

import shutil
import subprocess
from pathlib import Path

import pytest

from uringreview.interleave.promela import SpinVerdict, read_spin

needs_spin = pytest.mark.skipif(
    shutil.which("spin") is None or shutil.which("gcc") is None, reason="spin and gcc are not installed"
)


def run_spin(folder: Path, promela: str, optimize: str = "-O0") -> SpinVerdict:
    """What spin says of a Promela text; its own files go into `folder`."""
    (folder / "cell.pml").write_text(promela, encoding="utf-8")
    generated = subprocess.run(["spin", "-a", "cell.pml"], cwd=folder, capture_output=True, text=True, check=False)
    assert generated.returncode == 0, generated.stdout + generated.stderr
    compile_line = ["gcc", optimize, "-w", "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c"]
    subprocess.run(compile_line, cwd=folder, check=True)
    ran = subprocess.run(["./pan", "-c0", "-m100000", "-w20"], cwd=folder, capture_output=True, text=True, check=False)
    return read_spin(ran.stdout)
