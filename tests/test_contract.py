"""What the documents say against what the program does, and what no code may hold."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from zoneinfo import available_timezones

import click
import pytest
import yaml
from pydantic import AliasChoices

from bot.__main__ import COMMANDS, program
from bot.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def settings_of_the_program() -> list[str]:
    """The names of every setting, sorted."""
    aliases = [field.validation_alias for field in Settings.model_fields.values()]
    return sorted(str(alias.choices[0]) for alias in aliases if isinstance(alias, AliasChoices))


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading of the README."""
    part = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_table_of_settings_names_each_once() -> None:
    named = [name for row in rows("Settings") for name in re.findall(r"`([A-Z_]+)`", row[0])]
    assert sorted(named) == settings_of_the_program()


def test_the_example_of_settings_names_each_once() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    named = [match[1] for line in lines if (match := re.match(r"#?([A-Z_]+)=", line))]
    assert sorted(named) == settings_of_the_program()
    assert not [line for line in lines if re.match(r"[A-Z_]+=.", line)], "an example sets nothing by itself"


def test_the_table_of_commands_is_the_program_s() -> None:
    shown = [row[0].strip("`").split() for row in rows("Commands")]
    assert {words[0] for words in shown} == set(COMMANDS)
    for words in shown:
        command = _command(words[0])
        if len(words) > 1 and isinstance(command, click.Group) and words[1] in command.commands:
            command = command.commands[words[1]]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word.strip("[]") for word in words if word.strip("[]").startswith("-")} <= known | {"--help"}, words


def test_every_command_has_one_clear_line_of_help() -> None:
    for name in COMMANDS:
        assert _command(name).get_short_help_str(200).endswith((".", "with their reason", "exits 1")), name


def _command(name: str) -> click.Command:
    command = program.get_command(click.Context(program), name)  # type: ignore[attr-defined]
    assert isinstance(command, click.Command)
    return command


def test_the_question_that_is_shown_is_answered_from_the_story() -> None:
    shown = README.split("<!-- answer: ")[1].split("<!-- end of answer -->")[0]
    quotes = re.findall(r"^ +“(.+)”$", shown, re.MULTILINE)
    briefs = [" ".join(path.read_text(encoding="utf-8").split()) for path in (ROOT / "data" / "briefs").glob("*.md")]
    assert quotes and all(any(quote in brief for brief in briefs) for quote in quotes)


def test_the_make_targets_that_are_shown_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "Dockerfile", ROOT / ".ci" / "run"]:
        for target in re.findall(r"(?:`|\n {4}|\$ |RUN |^)make ([a-z-]+)", document.read_text(encoding="utf-8"), re.M):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), (document.name, target)


def test_links_between_documents_lead_somewhere() -> None:
    for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), (document.name, target)


def test_the_image_runs_as_nobody_and_asks_no_port_for_its_health() -> None:
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert image.count("\nFROM ") + image.startswith("FROM ") >= 2
    assert "make setup" in image
    assert re.search(r"^USER (?!root|0)", image, re.MULTILINE)
    health = re.search(r"^HEALTHCHECK(?:.|\\\n)*$", image, re.MULTILINE)
    assert health and "heartbeat" in image and "EXPOSE" not in image


# What no code may hold


def python_files(*tops: str) -> Iterator[Path]:
    for top in tops:
        yield from sorted((ROOT / top).rglob("*.py"))


NAMES_OF_A_STORY = ("place", "person", "unit", "company", "organisation")
ALSO_WORDS = {"PDF"}  # a file format, and an army in this story


def spellings(path: Path) -> set[str]:
    """What a story calls its people, places and organisations, without what time zones are named after."""
    zones = {part.replace("_", " ") for zone in available_timezones() for part in zone.split("/")}
    found: set[str] = set()
    for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
        if entry["kind"] in NAMES_OF_A_STORY:
            for field in ("variants", "exact", "burmese", "chinese"):
                found.update(map(str, entry.get(field) or ()))
            found.add(str(entry["preferred"]))
    return found - zones - ALSO_WORDS


@pytest.mark.parametrize("story", ["data", "tests/story"])
def test_no_name_of_a_story_stands_in_python(story: str) -> None:
    names = spellings(ROOT / story / "names.yaml")
    assert len(names) > 5
    whole = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})(?!\w)")
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in python_files("bot", "retrieval")
        for match in whole.finditer(path.read_text(encoding="utf-8"))
    ]
    assert not found


BY_HAND = {"torch"}  # `retrieval.training` makes weights where someone installs it; nothing else may need it


def test_only_training_imports_torch() -> None:
    users = [path for path in python_files("bot", "retrieval") if "import torch" in path.read_text(encoding="utf-8")]
    assert {path.parent for path in users} <= {ROOT / "retrieval" / "training"}


def imported(*tops: str) -> set[str]:
    found: set[str] = set()
    for path in python_files(*tops):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    ours = {"bot", "retrieval", "tests"}
    return {name for name in found if name not in sys.stdlib_module_names} - ours - BY_HAND


def distributions(lines: list[str]) -> set[str]:
    return {_folded(re.split(r"[\[<>=~! ]", line)[0]) for line in lines}


def _folded(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_what_is_imported_is_required_by_name() -> None:
    providers = packages_distributions()
    direct = distributions(PROJECT["project"]["dependencies"])
    for tops, named in (
        (("bot", "retrieval"), direct),
        (("tests",), direct | distributions(PROJECT["dependency-groups"]["dev"])),
    ):
        missing = {
            name for name in imported(*tops) if not named & {_folded(one) for one in providers.get(name, [name])}
        }
        assert not missing, tops


def test_the_lock_files_pin_with_hashes_and_name_no_host() -> None:
    for name, wanted in (
        ("requirements.txt", PROJECT["project"]["dependencies"]),
        ("requirements-dev.txt", PROJECT["dependency-groups"]["dev"]),
    ):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text and "--index" not in text and "--find-links" not in text
        pinned = {
            _folded(match[1]) for match in re.finditer(r"^([A-Za-z0-9._-]+)(?:\[.+\])?==\S+.*\\$", text, re.MULTILINE)
        }
        assert pinned and distributions(wanted) <= pinned
        assert text.count("--hash=sha256:") >= len(pinned)


def test_torch_is_not_there_at_run_time() -> None:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert not re.search(r"^(torch|sentence-transformers|transformers)==", text, re.MULTILINE)
