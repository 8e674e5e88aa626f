"""What runs the product and what is written about it agree."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
READS = re.compile(
    r"(?:env\.\w+|os\.environ\.get|os\.environ)[(\[]\s*\"([A-Z][A-Z_]+)\"", re.MULTILINE
)
NOT_FOR_PEOPLE = {"DJANGO_SETTINGS_MODULE"}


def variables(*folders: str) -> set[str]:
    files = [path for folder in folders for path in (ROOT / folder).glob("*.py")]
    return {name for path in files for name in READS.findall(path.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("name", sorted(variables("config", "sandbox") - NOT_FOR_PEOPLE))
def test_it_tells_of_every_variable(name: str):
    assert f"`{name}`" in OPERATIONS


def test_it_gives_each_service_a_job_that_the_image_knows():
    entrypoint = (ROOT / "deploy" / "entrypoint.sh").read_text(encoding="utf-8")
    jobs = set(re.findall(r"^([a-z-]+)\)$", entrypoint, re.MULTILINE))
    ours = [one for one in COMPOSE["services"].values() if one["image"] == "selfcare"]
    assert {job for one in ours for job in one["command"]} <= jobs
    assert jobs == {
        *("web", "worker", "migrate"),
        *("sandbox", "sandbox-worker", "prepare-sandbox"),
    }


def test_it_gives_each_service_only_variables_that_are_read():
    known = variables("config", "sandbox")
    for one in COMPOSE["services"].values():
        if one["image"] == "selfcare":
            assert {name.removesuffix("_FILE") for name in one["environment"]} <= known


def test_it_makes_each_secret_that_compose_mounts():
    script = (ROOT / "deploy" / "make_secrets.sh").read_text(encoding="utf-8")
    for name in COMPOSE["secrets"]:
        assert name.removeprefix("selfcare_").removeprefix("sandbox_") in script


def test_it_mounts_each_secret_that_a_service_reads():
    for name, one in COMPOSE["services"].items():
        wanted = {
            value.removeprefix("/run/secrets/")
            for value in one.get("environment", {}).values()
            if str(value).startswith("/run/secrets/")
        }
        assert wanted == set(one.get("secrets", [])), name


def test_it_runs_no_image_of_ours_as_root():
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    last_stage = dockerfile.rsplit("\nFROM ", 1)[1]
    assert re.search(r"^USER [1-9]\d*$", last_stage, re.MULTILINE)


def test_it_copies_into_the_image_only_what_the_context_lets_through():
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = {line[1:] for line in ignored if line.startswith("!")}
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    assert set(copied) == allowed
    assert all((ROOT / source).exists() for source in copied)
