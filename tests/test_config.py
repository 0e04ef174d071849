"""Settings: the file, the environment and flags, each weighing more than the one before."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import rows_of, winnow
from samples import RAW

from flows.commands.app import DEFAULT_SOURCE
from flows.config import DEFAULTS, KEYS, OF_A_SOURCE, settings_of
from flows.landing import EXCLUDED
from transforms.errors import UsageError

WHOLE = """
source = ["raw/notes", "raw/skylog"]
warehouse = "from-file"
exclude = "*.html"

[sources."raw/skylog"]
exclude = []

[licences]
notes = "CC0"
"""


def values(environment: Mapping[str, str], folder: Path) -> dict[str, object]:
    return {key: found.value for key, found in settings_of(environment, folder).values.items()}


def test_without_anything_nothing_is_set(tmp_path: Path) -> None:
    assert settings_of({"PATH": "x"}, tmp_path).values == {}


def test_the_defaults_shown_are_those_that_count() -> None:
    assert {"source": [DEFAULT_SOURCE], "exclude": list(EXCLUDED)} == DEFAULTS


def test_the_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "winnow.toml").write_text(WHOLE)
    settings = settings_of({}, tmp_path)
    assert values({}, tmp_path) == {
        "source": ["raw/notes", "raw/skylog"],
        "warehouse": "from-file",
        "exclude": ["*.html"],
    }
    assert {found.origin for found in settings.values.values()} == {"winnow.toml"}
    assert settings.of_source("raw/skylog/")["exclude"].value == []
    assert settings.of_source("raw/notes") == {}
    assert settings.licences["notes"].value == "CC0"


def test_the_environment_weighs_more_than_the_file(tmp_path: Path) -> None:
    (tmp_path / "winnow.toml").write_text(WHOLE)
    found = settings_of({"WINNOW_WAREHOUSE": "from-env", "WINNOW_TEXT_FIELD": '["a,b", "c"]'}, tmp_path).values
    assert (found["warehouse"].value, found["warehouse"].origin) == ("from-env", "WINNOW_WAREHOUSE")
    assert found["text-field"].value == ["a,b", "c"]
    assert found["source"].origin == "winnow.toml"


def test_every_setting_has_a_variable(tmp_path: Path) -> None:
    variables = {f"WINNOW_{key.upper().replace('-', '_')}": key for key in KEYS}
    assert values(dict.fromkeys(variables, "x"), tmp_path).keys() == set(KEYS)


def test_another_file_and_its_paths(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "own.toml").write_text(f'source = "/abs"\n{WHOLE.split("]", 1)[1]}')
    settings = settings_of({"WINNOW_CONFIG": "deep/own.toml"}, tmp_path)
    assert settings.values["warehouse"].value == str(Path("deep/from-file"))
    assert settings.values["source"].value == ["/abs"]
    assert settings.of_source("deep/raw/skylog")["exclude"].value == []


def test_sources_with_options_are_the_sources_where_none_are_named(tmp_path: Path) -> None:
    (tmp_path / "winnow.toml").write_text('[sources.a]\n[sources.b]\ntext-field = "story"\n')
    assert values({}, tmp_path) == {"source": ["a", "b"]}


@pytest.mark.parametrize(
    ("text", "environment", "said"),
    [
        ('wharehouse = "x"', {}, "'wharehouse'; the nearest known one is 'warehouse'"),
        ('text_field = "x"', {}, "'text_field'; the nearest known one is 'text-field'"),
        ('[sources.a]\nexlude = "x"', {}, r"\[sources.a\]: there is no setting 'exlude'; .* is 'exclude'"),
        ('[sources.a]\nwarehouse = "x"', {}, "there is no setting 'warehouse'"),
        ("[licenses]", {}, "'licenses'; the nearest known one is 'licences'"),
        ("warehouse = 3", {}, "warehouse is 3; give a text$"),
        ('warehouse = ["a"]', {}, "give a text$"),
        ("source = [1]", {}, "give a text, or a list of texts"),
        ("include = true", {}, "give a text, or a list of texts"),
        ('sources = "raw"', {}, r"write it as a table, \[sources\]"),
        ("sources.a = 1", {}, "write it as a table"),
        ("licences.a = 1", {}, "the licence of a is 1"),
        ("warehouse = ", {}, "winnow.toml can't be read: Invalid value"),
        ("", {"WINNOW_WAREHUSE": "x"}, "WINNOW_WAREHUSE, which is not known; WINNOW_WAREHOUSE is perhaps meant"),
        ("", {"WINNOW_SOURCE": '["a"'}, "WINNOW_SOURCE is no list"),
        ("", {"WINNOW_SOURCE": "[1]"}, "WINNOW_SOURCE: source is"),
        ("", {"WINNOW_CONFIG": "none.toml"}, "no file none.toml, which WINNOW_CONFIG names"),
    ],
)
def test_what_can_not_be_is_named(tmp_path: Path, text: str, environment: dict[str, str], said: str) -> None:
    (tmp_path / "winnow.toml").write_text(text)
    with pytest.raises(UsageError, match=said):
        settings_of(environment, tmp_path)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "winnow.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="can't be read"):
        settings_of({}, tmp_path)


def test_variables_of_others_are_let_be(tmp_path: Path) -> None:
    assert settings_of({"WINNOW_CORPORA": "x"}, tmp_path).values == {}


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    for name in ("notes", "skylog"):
        shutil.copytree(RAW / name, tmp_path / "raw" / name)
    (tmp_path / "winnow.toml").write_text(WHOLE)
    return tmp_path


def shown(out: str) -> dict[str, tuple[str, str]]:
    """The value of each setting, and where it comes from, as `winnow config` prints them."""
    rows = re.findall(r"│ (\S+) +│ (.*?) +│ (.*?) +│", out)
    return {key: (value.strip(), origin) for key, value, origin in rows}


def test_config_shows_where_each_value_comes_from(desk: Path) -> None:
    ran = winnow("config", cwd=desk, env={"WINNOW_INCLUDE": "*.txt"})
    assert (ran.code, ran.err) == (0, "")
    found = shown(ran.out)
    assert found.keys() == {*KEYS, "sources.raw/skylog.exclude", "licences.notes"}
    assert found["source"] == ("raw/notes, raw/skylog", "winnow.toml")
    assert found["include"] == ("*.txt", "WINNOW_INCLUDE")
    assert found["text-field"] == ("", "default")
    assert found["licences.notes"] == ("CC0", "winnow.toml, [licences]")
    flags = shown(winnow("config", "ingest", "raw", "-w", "mine", "--exclude", "x", cwd=desk).out)
    assert flags["source"] == ("raw", "command line")
    assert flags["warehouse"] == ("mine", "command line")
    assert shown(winnow("config", "verify", cwd=desk).out).keys().isdisjoint({"source", *OF_A_SOURCE})
    assert shown(winnow("config", cwd=desk / "raw").out)["exclude"] == ("README.md", "default")
    wrong = winnow("config", "igest", cwd=desk)
    assert (wrong.code, "'igest'" in wrong.err) == (2, True)


def test_commands_go_by_the_settings(desk: Path) -> None:
    assert winnow("ingest", cwd=desk).code == 0
    assert {row["path"] for row in rows_of(desk / "from-file", "dumps")} >= {"thread.txt", "index.html", "feed.xml"}
    assert winnow("query", "select 1", cwd=desk).code == 0
    assert winnow("export", cwd=desk).code == 0
    assert '"CC0": ' in (desk / "export" / "card.json").read_text()
    nowhere = winnow("query", "select 1", cwd=desk, env={"WINNOW_WAREHOUSE": "nowhere"})
    assert (nowhere.code, "nowhere" in nowhere.err) == (2, True)
    flag = winnow("query", "select 1", "-w", "from-file", cwd=desk, env={"WINNOW_WAREHOUSE": "nowhere"})
    assert flag.code == 0


@pytest.mark.parametrize(
    ("options", "environment"), [(["--exclude", "*.xml"], {}), ([], {"WINNOW_EXCLUDE": "*.xml"})], ids=["flag", "env"]
)
def test_what_weighs_more_also_overrides_the_options_of_one_source(
    desk: Path, options: list[str], environment: dict[str, str]
) -> None:
    assert winnow("ingest", *options, cwd=desk, env=environment).code == 0
    assert {row["path"] for row in rows_of(desk / "from-file", "dumps")} & {"index.html", "feed.xml"} == {"index.html"}


def test_a_wrong_file_stops_every_command_but_help(desk: Path) -> None:
    (desk / "winnow.toml").write_text('wharehouse = "x"')
    for command in (["query", "select 1"], ["ingest"], ["config"]):
        ran = winnow(*command, cwd=desk)
        assert (ran.code, ran.out) == (2, "")
        assert "'warehouse'" in ran.err
    assert winnow("query", "--help", cwd=desk).code == 0
