"""What a schedule may say, and what each command does with one that means nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import winnow
from hypothesis import given
from hypothesis import strategies as st

from flows.commands.scheduling import Chosen
from flows.timing import LONGEST, Timing, seconds_of, span
from transforms.errors import UsageError

# isort: split
from flows.deployed import next_run


def chosen(**options: object) -> Chosen:
    names = ("sources", "name", "cron", "interval", "timezone", "include", "exclude", "field")
    given_all = dict.fromkeys(names) | {"warehouse": Path("warehouse"), "wait": "1h"} | options
    return Chosen(**given_all)  # type: ignore[arg-type]


WRONG = {
    "words for a cron expression": ({"cron": "every day"}, "'every day' means no moment"),
    "no cron expression": ({"cron": ""}, "'' means no moment"),
    "a minute that is none": ({"cron": "61 * * * *"}, "means no moment"),
    "a day that never comes": ({"cron": "0 0 30 2 *"}, "means no moment"),
    "chance": ({"cron": "H * * * *"}, "means no moment"),
    "words for a time": ({"interval": "hourly"}, "'hourly' is no span of time; give seconds"),
    "a time without end": ({"interval": "9" * 12}, "longer than a century"),
    "a time below zero": ({"interval": "-5"}, "'-5' is no span of time"),
    "no time": ({"interval": "0"}, "an interval of 0 seconds is no schedule"),
    "two schedules": ({"cron": "0 * * * *", "interval": "1h"}, "--cron or --interval, not both"),
    "a slip in a time zone": ({"timezone": "Europe/Berln"}, "no time zone 'Europe/Berln'; did you mean Europe/Berlin?"),
    "a time zone that is none": ({"timezone": "\x1b[31m"}, "give a name like Europe/Berlin"),
    "a name with a stroke": ({"name": "a/b"}, "'a/b' can't name a deployment; give --name without any of / % & < >"),
    "an empty name": ({"name": " "}, "can't name a deployment"),
    "a field without a name": ({"field": ["story"]}, "'story' names no field; give KIND=NAME"),
    "a field that no post has": ({"field": ["tale=story"]}, "a post has no field tale; it has author"),
    "an empty field": ({"field": ["text="]}, "an empty name was given for the field of the text"),
    "words for a wait": ({"wait": "soon"}, "'soon' is no span of time"),
    "a name that JSON can't hold": ({"sources": ["\udce9"]}, "Prefect takes no name that is not UTF-8"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_means_nothing_is_refused_with_its_value(name: str) -> None:
    options, said = WRONG[name]
    with pytest.raises(UsageError) as error:
        chosen(**options).plan()
    assert said in str(error.value)


def test_a_plan_holds_wherever_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    plan = chosen(sources=["raw", "/far/away"], field=["text=story", "text=body", "title=head"], interval="90").plan()
    assert plan.request.sources == (str(tmp_path / "raw"), "/far/away")
    assert plan.request.warehouse == tmp_path / "warehouse"
    assert plan.full_name == "winnow ingest/warehouse"
    assert plan.request.fields.given() == {"text": ["story", "body"], "title": ["head"]}
    assert (plan.timing, plan.wait) == (Timing(interval=90), 3600)


def test_a_cron_expression_speaks_in_its_time_zone() -> None:
    moments = [next_run(Timing(cron="30 4 * * *", timezone=zone)) for zone in ("Asia/Tokyo", None)]
    assert [moment.strftime("%H:%M %Z") for moment in moments if moment] == ["04:30 JST", "04:30 UTC"]
    assert next_run(Timing(interval=5)) is None


@given(st.integers(0, LONGEST))
def test_spans_are_read_as_they_are_written(seconds: int) -> None:
    assert seconds_of(span(seconds)) == seconds


@pytest.mark.parametrize("text", ["", " ", "1x", "h", "1h 30m", "1..5m", "١", "1e9", "inf", "nan", "m" * 50_000])
def test_no_span(text: str) -> None:
    with pytest.raises(UsageError, match="is no span of time"):
        seconds_of(text)


@pytest.mark.parametrize("command", [["serve"], ["deploy", "--pool", "some"]], ids=" ".join)
def test_without_an_api_a_command_says_how_to_get_one(command: list[str], tmp_path: Path) -> None:
    ran = winnow(*command, "raw", cwd=tmp_path, env={"PREFECT_HOME": str(tmp_path / "home")})
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(
        "winnow: no Prefect API is set; start one with `prefect server start` and set PREFECT_API"
    )
    assert not (tmp_path / "warehouse").exists()


def test_a_wrong_schedule_is_one_line(tmp_path: Path) -> None:
    ran = winnow("serve", "raw", "--cron", "0 0 30 2 *", cwd=tmp_path, env={"PREFECT_HOME": str(tmp_path / "home")})
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(
        "winnow: the cron expression '0 0 30 2 *' means no moment; give minute hour day-of-month "
    )
    assert ran.err.count("\n") == 1


def test_a_file_needs_no_api(tmp_path: Path) -> None:
    command = ["deploy", "raw", "--pool", "some", "--interval", "1d", "--yaml"]
    ran = winnow(*command, cwd=tmp_path, env={"PREFECT_HOME": str(tmp_path / "home")})
    assert (ran.code, ran.err) == (0, "")
    assert '    schedules: [{"interval": 86400.0, "timezone": "UTC"}]\n' in ran.out
    assert str(tmp_path / "raw") in ran.out


def test_an_empty_source_stays_empty() -> None:
    """It must not become this folder; the run itself refuses it."""
    assert chosen(sources=[""]).plan().request.sources == ("",)
