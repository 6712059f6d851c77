"""What the repository promises of itself: documents that match the code, settings that are listed, hygiene."""

import re
import subprocess
import tomllib
from pathlib import Path

from data_contracts import dictionary
from data_contracts.version import SOFTWARE

ROOT = Path(__file__).parents[2]


def _tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, check=True, capture_output=True, text=True)
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).exists()]


def test_the_data_dictionary_is_what_the_contracts_say() -> None:
    assert (ROOT / "docs" / "data_dictionary.md").read_text("utf-8") == dictionary.markdown(), "run: make docs"


def test_the_software_version_is_the_projects() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["version"] == SOFTWARE


def test_the_readme_lists_every_setting_and_no_other() -> None:
    code = [*_tracked("*.py"), ROOT / "Makefile", ROOT / ".ci" / "run"]
    used = {name for path in code for name in re.findall(r"\bICS_[A-Z_]+\b", path.read_text("utf-8"))}
    listed = set(re.findall(r"\bICS_[A-Z_]+\b", (ROOT / "README.md").read_text("utf-8")))
    assert listed == used


def test_the_readme_names_only_targets_that_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)\b", (ROOT / "README.md").read_text("utf-8")))
    assert named <= targets
    assert {"serve", "refresh", "test", "soak", "bench", "help"} <= targets


def test_every_target_says_what_it_does() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    phony = set(re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)[1].split())  # type: ignore[index]
    assert set(re.findall(r"^([a-z]+):.*## ", text, re.MULTILINE)) == phony


def test_package_files_are_empty_so_that_importing_one_module_loads_no_other() -> None:
    packages = [path for path in _tracked("*__init__.py") if path.parts[len(ROOT.parts)] != "tests"]
    assert packages
    assert [str(path) for path in packages if path.read_text("utf-8").strip()] == []


def test_the_lock_names_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert "://" not in lock
    assert "index-url" not in lock
    assert "--hash=sha256:" in lock
    assert "resolved" not in (ROOT / "package-lock.json").read_text("utf-8")
