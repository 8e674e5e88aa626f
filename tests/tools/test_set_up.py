"""Setting up on machines where something is missing: one clear sentence, no stack trace."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bare_folder(tmp_path: Path) -> Path:
    """What setting up needs of a checkout, and nothing else."""
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    (tmp_path / "tools").mkdir()
    for name in ("find_python.sh", "set_up.sh"):
        shutil.copy(ROOT / "tools" / name, tmp_path / "tools" / name)
    return tmp_path


def run(folder: Path, *command: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", *command],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def a_python(folder: Path, *, works: bool = True) -> Path:
    """A program that stands in for a Python: it fits, or it fails as a shim does."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "python3"
    answer = f"echo {program}" if works else "exit 127"
    program.write_text(f"#!/bin/sh\n{answer}\n")
    program.chmod(0o755)
    return program


def test_it_takes_the_python_that_is_named(bare_folder: Path):
    done = run(bare_folder, "tools/find_python.sh", PYTHON=sys.executable)
    assert done.stdout.strip() == sys.executable


def test_it_refuses_a_named_python_that_does_not_fit(bare_folder: Path):
    old = a_python(bare_folder / "old", works=False)
    done = run(bare_folder, "tools/find_python.sh", PYTHON=str(old))
    assert done.returncode == 1
    assert done.stderr.startswith(f"PYTHON is {old}, which is no Python 3.12 or newer")


def test_it_takes_the_newest_python_of_pyenv_that_works(bare_folder: Path):
    versions = bare_folder / ".pyenv" / "versions"
    a_python(versions / "3.11.9" / "bin")
    a_python(versions / "3.13.9" / "bin")
    newest = a_python(versions / "3.13.10" / "bin")
    a_python(versions / "3.14.0" / "bin", works=False)
    done = run(bare_folder, "tools/find_python.sh", PATH=tools_without_python(bare_folder))
    assert done.stdout.strip() == str(newest)


def test_it_says_what_to_install_where_there_is_no_python(bare_folder: Path):
    done = run(bare_folder, "tools/set_up.sh", "runtime", PATH=tools_without_python(bare_folder))
    assert done.returncode == 1
    assert done.stderr.startswith("No Python 3.12 or newer was found: install one")
    assert len(done.stderr.splitlines()) == 1


def test_it_says_so_when_the_registry_can_not_be_reached(bare_folder: Path):
    nowhere = "http://127.0.0.1:9/simple"
    done = run(
        bare_folder,
        *("tools/set_up.sh", "runtime"),
        PYTHON=sys.executable,
        PIP_CONFIG_FILE=os.devnull,
        PIP_INDEX_URL=nowhere,
        UV_DEFAULT_INDEX=nowhere,
        UV_CACHE_DIR=str(bare_folder / "cache"),
    )
    assert done.returncode == 1
    assert done.stderr.startswith("The package registry can't be reached: check the network")
    assert len(done.stderr.splitlines()) == 1


def test_it_does_nothing_the_second_time():
    again = ["sh", "tools/set_up.sh", "dev"]
    subprocess.run(again, cwd=ROOT, capture_output=True, check=True)
    done = subprocess.run(again, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def tools_without_python(folder: Path) -> str:
    """A PATH with what a shell script needs and no Python in it."""
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    for name in ("sh", "dirname", "cat", "cksum", "tr", "grep", "ls", "sort", "tail", "rm", "head"):
        found = shutil.which(name)
        if found and not (programs / name).exists():
            (programs / name).symlink_to(found)
    return str(programs)
