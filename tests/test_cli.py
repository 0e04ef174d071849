"""The command as a user meets it: what it prints, how it ends, what it refuses."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from conftest import Ran, environment, ingest, rows_of, snapshot, winnow
from samples import RAW, SAMPLES

from flows.cli import app
from flows.landing import find
from flows.query import query
from flows.verify import verify
from flows.warehouse import Warehouse
from transforms.errors import UsageError, WarehouseError

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
NAMES = sorted(COMMANDS)
ESCAPE = "\x1b"
NASTY = f"[red]Bold claims[/red] and {ESCAPE}[31mcolours[/]"


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the samples were ingested into `warehouse/`; tests only read it."""
    folder = tmp_path_factory.mktemp("done")
    ingest(RAW, folder / "warehouse")
    return folder


def paths(warehouse: Path) -> set[str]:
    return {path for row in rows_of(warehouse, "dumps") for path in (row["path"], *row["also_at"])}


def figure(ran: Ran, meaning: str) -> int:
    """The number that the summary prints beside what it counts."""
    found = re.search(rf"([\d,]+) │ {re.escape(meaning)}", ran.out)
    assert found, f"{meaning!r} is not in\n{ran.out}"
    return int(found.group(1).replace(",", ""))


def test_the_commands_are_those_of_the_design() -> None:
    assert {"ingest", "verify", "query"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_and_option_has_help(name: str, tmp_path: Path) -> None:
    for parameter in COMMANDS[name].params:
        assert parameter.help or parameter.name == "help", f"{name} {parameter.name} says nothing of itself"
    ran = winnow(name, "--help", cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert COMMANDS[name].help.splitlines()[0][:40] in ran.out
    for parameter in COMMANDS[name].params:
        assert all(option in ran.out for option in parameter.opts if option.startswith("--"))
    assert not list(tmp_path.iterdir())


def test_help_lists_every_command(tmp_path: Path) -> None:
    for flag in ("--help", "-h"):
        ran = winnow(flag, cwd=tmp_path)
        assert ran.code == 0
        assert all(re.search(rf"│ {name} ", ran.out) for name in NAMES)


def test_alone_it_shows_its_help(tmp_path: Path) -> None:
    ran = winnow(cwd=tmp_path)
    assert ran.code == 2
    assert all(name in ran.said for name in NAMES)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["igest"], "igest"),
        (["ingest", "--wharehouse", "x"], "--wharehouse"),
        (["ingest", "--include"], "--include"),
        (["query"], "sql"),
        (["query", "select 1", "select 2"], "select 2"),
        (["verify", "surplus"], "surplus"),
    ],
)
def test_wrong_use_names_what_is_wrong(arguments: list[str], named: str, tmp_path: Path) -> None:
    ran = winnow(*arguments, cwd=tmp_path)
    assert ran.code == 2
    assert named in ran.err.lower()
    assert not list(tmp_path.iterdir())


def test_ingest_prints_what_it_found(tmp_path: Path) -> None:
    shutil.copytree(RAW, tmp_path / "raw")
    ran = winnow("ingest", cwd=tmp_path)
    assert ran.code == 0
    warehouse = tmp_path / "warehouse"
    tables = {name: rows_of(warehouse, name) for name in ("posts", "copies", "dumps", "residue", "runs")}
    assert figure(ran, "dumps new") == len(tables["dumps"])
    assert figure(ran, "copies found") == len(tables["copies"])
    assert figure(ran, "posts new") == len(tables["posts"])
    assert figure(ran, "copies of posts met elsewhere") == len(tables["copies"]) - len(tables["posts"])
    assert figure(ran, "pieces of residue") == len(tables["residue"])
    assert "0 rejected" in ran.out
    assert re.search(r"[\d.]+ │ seconds, [\d.]+ MB/s", ran.out)
    assert tables["runs"][0]["run_id"] in ran.out
    assert "warehouse/current" in ran.out
    counts = json.loads(tables["runs"][0]["counts"])
    assert (counts["posts"], counts["rejected"]) == (len(tables["posts"]), 0)


def test_what_is_not_new_is_not_read_again(tmp_path: Path) -> None:
    shutil.copytree(RAW, tmp_path / "raw")
    winnow("ingest", cwd=tmp_path)
    before = snapshot(tmp_path / "warehouse")
    ran = winnow("ingest", cwd=tmp_path)
    assert (ran.code, snapshot(tmp_path / "warehouse")) == (0, before)
    assert "nothing new" in ran.out
    assert str(len(SAMPLES)) in ran.out


def test_a_reader_that_closes_early_is_no_fault(done: Path) -> None:
    command = f"'{Path(sys.executable).with_name('winnow')}' query 'from range(100000)' --csv | head -n 1"
    ran = subprocess.run(
        ["sh", "-c", command], cwd=done, env=environment(), capture_output=True, encoding="utf-8", check=False
    )
    assert ran.stdout == "range\n"
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({}, set(SAMPLES)),
        ({"include": ["*.xml"]}, {"skylog/feed.xml"}),
        ({"include": ["tidepool/*", "*"], "exclude": ["*.txt", "*.md"]}, {"skylog/feed.xml", "skylog/index.html"}),
        ({"include": ["tidepool/*"], "exclude": ["*winter*"]}, {"tidepool/2019-autumn.txt"}),
        ({"include": ["2019-*.txt", "notes/one-*"], "exclude": ["tidepool/*"]}, {"notes/one-post.txt"}),
        ({"include": ["nothing-like-this"]}, set()),
    ],
)
def test_include_and_exclude(options: dict[str, list[str]], kept: set[str]) -> None:
    assert {file.path for file in find([str(RAW)], **options)} == kept


def test_include_and_exclude_on_the_command_line(tmp_path: Path) -> None:
    options = ["--include", "tidepool/*", "--include", "feed.xml", "--exclude", "*winter*"]
    assert winnow("ingest", RAW, *options, cwd=tmp_path).code == 0
    assert paths(tmp_path / "warehouse") == {"tidepool/2019-autumn.txt", "skylog/feed.xml"}


def test_a_readme_is_no_dump_unless_asked_for(tmp_path: Path) -> None:
    ingest(RAW, tmp_path / "usual")
    assert "README.md" not in paths(tmp_path / "usual")
    ran = winnow("ingest", RAW, "--exclude", "*.txt", "--warehouse", "all", cwd=tmp_path)
    assert ran.code == 0
    assert "README.md" in paths(tmp_path / "all")


def test_several_sources_and_single_files(tmp_path: Path) -> None:
    ran = winnow("ingest", RAW / "tidepool", RAW / "notes" / "one-post.txt", "-w", "corpus", cwd=tmp_path)
    assert ran.code == 0
    assert paths(tmp_path / "corpus") == {"2019-autumn.txt", "2019-winter.txt", "one-post.txt"}
    assert {row["source"] for row in rows_of(tmp_path / "corpus", "posts")} == {"tidepool", "notes"}


def test_two_sources_that_hold_the_same_file(tmp_path: Path) -> None:
    for name in ("one", "two"):
        shutil.copytree(RAW / "notes", tmp_path / name)
    ran = winnow("ingest", "one", "two", cwd=tmp_path)
    assert ran.code == 0
    ingest(tmp_path / "one", tmp_path / "expected")
    posts = rows_of(tmp_path / "warehouse", "posts")
    assert len(posts) == len(rows_of(tmp_path / "expected", "posts"))
    copies = rows_of(tmp_path / "warehouse", "copies")
    assert len({row["copy_id"] for row in copies}) == len(copies)
    assert winnow("verify", cwd=tmp_path).code == 0
    assert "nothing new" in winnow("ingest", "two", "one", cwd=tmp_path).out


def test_a_source_named_twice_is_read_once(tmp_path: Path) -> None:
    shutil.copytree(RAW / "notes", tmp_path / "notes")
    ran = winnow("ingest", "notes", "notes/", "./notes", "notes/../notes", cwd=tmp_path)
    assert ran.code == 0
    assert figure(ran, "dumps new") == 3
    assert winnow("verify", cwd=tmp_path).code == 0


def test_a_warehouse_inside_its_source_is_not_read(tmp_path: Path) -> None:
    shutil.copytree(RAW / "notes", tmp_path / "notes")
    assert winnow("ingest", ".", cwd=tmp_path).code == 0
    ran = winnow("ingest", ".", cwd=tmp_path)
    assert (ran.code, "nothing new: 3 files" in ran.out) == (0, True)


@pytest.mark.parametrize("name", ["my corpus", "été", "50%", "a#b?c", "deep/er"])
def test_a_warehouse_of_any_usual_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for warehouse in (Path(name), tmp_path / "full" / name):
        ingest(RAW / "notes", warehouse)
        assert query(Warehouse.open(warehouse), "select count(*) from posts")[1] == [
            (len(rows_of(warehouse, "posts")),)
        ]
        assert not verify(Warehouse.open(warehouse)).problems


@pytest.mark.parametrize("name", ["w[red]x", "w[/]", "w|x", "w^x", "w%20x", "w\udcffx", f"w{ESCAPE}[31m"])
def test_a_warehouse_name_that_the_tables_cannot_bear(name: str, tmp_path: Path) -> None:
    """It works, or it is refused before anything is written; it never ends in the middle."""
    try:
        ingest(RAW / "notes", tmp_path / name)
    except WarehouseError as error:
        assert "--warehouse" in str(error)  # noqa: PT017 - either way is right
        assert not list(tmp_path.iterdir())
    else:
        assert rows_of(tmp_path / name, "posts")


def test_a_warehouse_name_is_not_taken_for_markup(tmp_path: Path) -> None:
    ran = winnow("ingest", RAW / "notes", "-w", "w[/]x", cwd=tmp_path)
    assert "w[/]x" in ran.said
    assert ran.code in {0, 2}


def test_verify_says_what_it_checked(done: Path) -> None:
    ran = winnow("verify", cwd=done)
    assert ran.code == 0
    assert "every character of the text dumps is accounted for" in ran.out
    assert f"{len(SAMPLES)} dumps" in ran.out


def test_verify_tells_of_raw_files_that_changed_or_went(tmp_path: Path) -> None:
    shutil.copytree(RAW / "notes", tmp_path / "raw")
    winnow("ingest", cwd=tmp_path)
    (tmp_path / "raw/thread.txt").unlink()
    (tmp_path / "raw/one-post.txt").write_text("Something else stands here now, and it is a different post.\n")
    ran = winnow("verify", cwd=tmp_path)
    assert ran.code == 0
    assert "thread.txt" in ran.out
    assert "one-post.txt" in ran.out
    assert "copy-of-autumn.txt" not in ran.out


@pytest.mark.parametrize("command", [["verify"], ["query", "from posts"]])
def test_without_a_warehouse_the_way_out_is_named(command: list[str], tmp_path: Path) -> None:
    ran = winnow(*command, cwd=tmp_path)
    assert ran.code == 2
    assert "winnow ingest" in ran.err
    assert not list(tmp_path.iterdir())


def test_query_prints_a_table(done: Path) -> None:
    ran = winnow("query", "select title, n_copies from posts where n_copies > 2 order by title", cwd=done)
    assert ran.code == 0
    assert "A crab moves house (12 Oct. 2019)" in ran.out
    assert "n_copies" in ran.out
    assert re.search(r"\d+ rows", ran.out)


def test_query_as_csv_comes_back_as_it_was(done: Path) -> None:
    ran = winnow("query", "select post_id, title, text from posts order by post_id", "--csv", cwd=done)
    assert ran.code == 0
    expected = sorted(rows_of(done / "warehouse", "posts"), key=lambda row: row["post_id"])
    found = list(csv.reader(io.StringIO(ran.out, newline="")))
    assert found[0] == ["post_id", "title", "text"]
    assert found[1:] == [[row["post_id"], row["title"] or "", row["text"]] for row in expected]


@pytest.mark.parametrize("name", ["posts", "copies", "dumps", "residue", "runs"])
def test_query_knows_every_table(name: str, done: Path) -> None:
    found = query(Warehouse.open(done / "warehouse"), f"select count(*) as n from {name}")
    assert found == (["n"], [(len(rows_of(done / "warehouse", name)),)])


@pytest.mark.parametrize(
    "sql", ["select * from post", "selct 1", "select nonsense from posts", "", " ", "-- nothing", "select '", ";"]
)
def test_a_wrong_query_names_the_tables(sql: str, done: Path) -> None:
    with pytest.raises(UsageError, match="posts, copies, dumps, residue, runs"):
        query(Warehouse.open(done / "warehouse"), sql)


def test_a_wrong_query_ends_with_a_message(done: Path) -> None:
    ran = winnow("query", "select nonsense from posts", cwd=done)
    assert (ran.code, ran.out) == (2, "")
    assert "nonsense" in ran.err
    assert "The tables are posts" in ran.err


@pytest.mark.parametrize(
    "sql",
    [
        "copy posts to 'stolen.parquet'",
        "copy posts to '{view}/posts/more.parquet'",
        "copy (select 1) to '{file}' (format parquet)",
        "select 1; copy posts to '{view}/posts/more.parquet'",
        "explain analyze copy posts to '{view}/posts/more.parquet'",
        "export database '{view}/posts/all'",
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('{outside}')",
        "from '{outside}'",
        "attach 'other.db'",
        "attach '{view}/posts/other.db'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "set allowed_directories = ['/']",
        "reset lock_configuration",
    ],
)
def test_a_query_reads_the_tables_and_nothing_else(
    sql: str, done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(done / "warehouse", tmp_path / "warehouse", symlinks=True)
    (tmp_path / "outside.txt").write_text("a secret")
    before = files(tmp_path)
    view = (tmp_path / "warehouse" / "current").resolve()
    names = {"view": view, "file": next((view / "posts").iterdir()), "outside": tmp_path / "outside.txt"}
    with pytest.raises(UsageError) as refused:
        query(Warehouse.open(tmp_path / "warehouse"), sql.format(**names))
    assert files(tmp_path) == before
    assert "secret" not in str(refused.value)


def test_a_query_that_would_write_is_refused_on_the_command_line(done: Path) -> None:
    before = files(done)
    ran = winnow("query", "copy posts to 'stolen.parquet'", cwd=done)
    assert (ran.code, files(done)) == (2, before)


def test_usual_kinds_of_query(done: Path) -> None:
    warehouse = Warehouse.open(done / "warehouse")
    for sql in ("from posts limit 1", "with p as (from posts) select count(*) from p", "describe posts", "show tables"):
        assert query(warehouse, sql)[1]
    assert query(warehouse, "summarize posts;")[1]


def files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_strangers_text_does_not_steer_the_terminal(tmp_path: Path) -> None:
    source = tmp_path / "raw"
    source.mkdir()
    body = "\n\n".join(["A paragraph that goes on about nothing much at all, as paragraphs do when asked." * 3] * 3)
    (source / f"good[red]{ESCAPE}[31m.txt").write_text(f"{NASTY}\n\n{body}\n")
    (source / f"empty[b]{ESCAPE}[31m.txt").touch()
    told = winnow("ingest", cwd=tmp_path)
    assert told.code == 1
    assert "empty[b]" in told.out
    shown = winnow("query", "select path from dumps order by path", cwd=tmp_path)
    assert "good[red]" in shown.out
    texts = winnow("query", "select title, text from posts", cwd=tmp_path)
    assert texts.code == 0
    column = winnow("query", f'select 1 as "[/x]{ESCAPE}[31m"', cwd=tmp_path)
    assert "[/x]" in column.out
    error = winnow("query", f'select "[red]{ESCAPE}[31m" from posts', cwd=tmp_path)
    assert (error.code, "[red]" in error.err) == (2, True)
    missing = winnow("ingest", f"no[/]where{ESCAPE}[31m", cwd=tmp_path)
    assert (missing.code, "no[/]where" in missing.err) == (2, True)
    for ran in (told, shown, texts, column, error, missing):
        assert ESCAPE not in ran.said


def test_a_terminal_that_cannot_show_a_letter(done: Path) -> None:
    for flags in ([], ["--csv"]):
        ran = winnow("query", "select title from posts", *flags, cwd=done, env={"PYTHONIOENCODING": "ascii"})
        assert (ran.code, "A crab moves house" in ran.out) == (0, True)


def loaded(arguments: list[str], cwd: Path) -> set[str]:
    """The packages that a command has imported when it ends."""
    code = (
        "import atexit, sys\n"
        f"sys.argv = ['winnow', *{arguments!r}]\n"
        "atexit.register(lambda: print('LOADED', *sorted({name.split('.')[0] for name in sys.modules})))\n"
        "from flows.cli import main\n"
        "main()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, env=environment(), capture_output=True, encoding="utf-8", check=True
    )
    return set(ran.stdout.split("LOADED ")[1].split())


def test_a_command_without_a_prefect_api_does_not_import_prefect(tmp_path: Path) -> None:
    packages = loaded(["ingest", str(RAW / "notes")], tmp_path)
    assert "pyarrow" in packages
    assert "prefect" not in packages


@pytest.mark.parametrize("arguments", [["--help"], ["ingest", "--help"], ["query", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    assert loaded(arguments, tmp_path).isdisjoint({"prefect", "pyarrow", "duckdb", "deltalake", "numpy", "bs4"})


LEAVING = """
import atexit, sys, threading, time
from flows.stopping import leave

atexit.register(print, "registered")
def late():
    time.sleep(0.3)
    print("late")
if sys.argv[1] == "thread":
    threading.Thread(target=late).start()
print("said", end=" ")
leave(3)
print("as usual", end=" ")
"""


@pytest.mark.parametrize(("how", "said", "status"), [("alone", "said registered\n", 3), ("thread", "as usual", 0)])
def test_a_command_leaves_nothing_undone_when_it_ends(how: str, said: str, status: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LEAVING, how], check=False, capture_output=True, text=True, cwd=RAW.parent
    )
    assert (done.returncode, said in done.stdout, done.stderr) == (status, True, "")
    assert how == "alone" or ("late" in done.stdout and "registered" in done.stdout)


def test_a_command_that_cannot_say_what_it_has_to_ends_as_python_does() -> None:
    code = "from flows.stopping import leave; print('said'); leave(0)"
    if not Path("/dev/full").exists():
        pytest.skip("there is no full device here")
    buffered = {name: value for name, value in environment().items() if name != "PYTHONUNBUFFERED"}
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-c", code], check=False, stdout=full, stderr=subprocess.PIPE, cwd=RAW.parent, env=buffered
        )
    assert (done.returncode, b"No space left" in done.stderr) == (120, True)
