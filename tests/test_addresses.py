"""Users and passwords in addresses: what goes, what stays, and that no table and no message has them."""

from __future__ import annotations

import io
import json
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from conftest import PUBLIC, ingest, rows_of
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from flows.cli import app
from flows.pipeline import Request
from flows.verify import verify
from flows.warehouse import Warehouse
from transforms.addresses import without_login
from transforms.errors import UsageError
from transforms.tables import SCHEMAS

SECRET = "s3cret"  # noqa: S105 - the one that is looked for
GOES = {
    "https://ann:s3cret@weir.example/a": "https://weir.example/a",
    "https://s3cret@weir.example": "https://weir.example",
    "HTTPS://ann:s3cret@weir.example/a": "HTTPS://weir.example/a",
    "http://ann:p@s3cret@weir.example/@b": "http://weir.example/@b",
    "http://ann:s3cret@[::1]:80/": "http://[::1]:80/",
    "http:/ann:s3cret@weir.example/": "http:/weir.example/",
    "http:\\\\ann:s3cret@weir.example\\a": "http:\\\\weir.example\\a",
    "//ann:s3cret@weir.example/a": "//weir.example/a",
    "s3://KEY:a/s3cret@dumps/raw": "s3://dumps/raw",
    "http://ann:a#s3cret@weir.example/": "http://weir.example/",
    "http://ann:a?s3cret@weir.example:80/b": "http://weir.example:80/b",
    "https://old.example/web/2019/https://ann:s3cret@weir.example/": "https://old.example/web/2019/https://weir.example/",
    "no answer from 'tcp://s3cret@weir:1', nor http://s3cret@b": "no answer from 'tcp://weir:1', nor http://b",
}
STAYS = (
    "",
    "https://weir.example/@ann",
    "https://weir.example:8080/@ann",
    "https://weir.example/a?b=c@d#e@f",
    "https://weir.example?to=ann@weir.example",
    "http://[::1]:80/@ann",
    "mailto:ann@weir.example",
    "ann@weir.example",
    "<1//2@weir.example>",
    "tag:weir.example,2019:a@b",
    "C:/ann@home/a.txt",
    "raw/blog@2019/a.txt",
    "file:///home/ann@home/a.txt",
    "https://weir.example: write to ann@weir.example",
)


@pytest.mark.parametrize(("before", "after"), GOES.items())
def test_users_and_passwords_go(before: str, after: str) -> None:
    assert without_login(before) == after
    assert without_login(f"see {before}") == f"see {after}" or before.startswith("//")


@pytest.mark.parametrize("text", STAYS)
def test_all_else_stays(text: str) -> None:
    assert without_login(text) == text


@given(st.text(alphabet="abs3:/@?#[\\ 8", max_size=60))
def test_nothing_is_left_to_go(text: str) -> None:
    once = without_login(f"https://{text}", "…@")
    assert without_login(once, "…@") == once
    assert without_login(text.replace("@", "")) == text.replace("@", "")


LETTERS = st.text(alphabet="abc8", min_size=1)
# With both an @ and a stroke in it nothing tells where it ends.
SECRETS = st.text(alphabet="XYZ:/#?", max_size=40) | st.text(alphabet="XYZ:@", max_size=40)


@given(LETTERS, SECRETS, LETTERS)
def test_no_secret_survives(user: str, secret: str, host: str) -> None:
    assert without_login(f"https://{user}:X{secret}@{host}/a") == f"https://{host}/a"


@pytest.mark.parametrize("part", ["aa://", "aa://b:c", "aa://@", "a:", "/", "aa://b:c@", "aa://b:8", "@aa://b"])
def test_time_grows_with_the_length(part: str) -> None:
    def seconds(text: str) -> float:
        begin = time.process_time()
        without_login(text)
        return time.process_time() - begin

    short = min(seconds("@" + part * 20_000) for _ in range(3))
    assert min(seconds("@" + part * 80_000) for _ in range(3)) < 10 * short + 0.01


def story(word: str) -> str:
    return " ".join(f"The {word} keeper counted lantern {n} and wrote its {word} number down." for n in range(12))


def warc(url: str, body: str) -> bytes:
    page = f"<html><body><h1>Fog</h1><p>{body}</p></body></html>".encode()
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
    kind = f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    return (head + kind).encode() + http + b"\r\n\r\n"


def dumps(folder: Path) -> Path:
    """One dump of each kind that states addresses, and members of archives that are named after one."""
    login = f"https://ann:{SECRET}@weir.example"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(f"{login}/zip.txt", story("heron"))
        archive.writestr(f"{login}/broken.parquet", b"PAR1 nothing")
    files: dict[str, bytes | str] = {
        "feed.xml": f"<rss version='2.0'><channel><title>Weir</title><item><title>Rain</title><link>{login}/r</link>"
        f"<guid>{login}/guid</guid><description>&lt;p&gt;{story('rain')} &lt;a href='{login}/in'&gt;here&lt;/a&gt;"
        "&lt;/p&gt;</description></item></channel></rss>",
        "page.html": f"<html><head><link rel=canonical href='{login}/c'></head><body><article><h2><a href='{login}/p'>"
        f"Ice</a></h2><p>{story('ice')} <a href='{login}/q'>more</a></p></article></body></html>",
        "rows.jsonl": json.dumps({"id": f"{login}/id", "url": f"{login}/j", "text": story("moss")}),
        "item.json": json.dumps(
            {"version": "https://jsonfeed.org/version/1", "title": "W", "items": [
                {"id": f"{login}/f", "url": f"{login}/f", "content_text": story("sand")}]}
        ),
        "page.warc": warc(f"{login}/w", story("fog")),
        "old.zip": made.getvalue(),
        "text.txt": f"The mill\n\n{story('mill')} It stands at {login}/t today.\n",
    }  # fmt: skip
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return folder


# Where the words of posts stand, as their authors wrote them, and what lies around them.
WORDS = {("posts", "text"), ("wordings", "text"), ("residue", "text"), ("bodies", "text")}


def test_no_column_but_the_texts_has_them(tmp_path: Path) -> None:
    summary = ingest(dumps(tmp_path / "raw"), tmp_path / "w")
    assert SECRET not in str(summary)
    opened = Warehouse.open(tmp_path / "w")
    held: dict[tuple[str, str], Any] = {
        (name, column): [str(value) for value in opened.read(name, [column])[column].to_pylist()]
        for name in {*PUBLIC, *SCHEMAS}
        for column in SCHEMAS[name].names
    }
    assert [place for place, values in held.items() if place not in WORDS and any(SECRET in v for v in values)] == []
    # The author's own words stay as they are.
    assert any(SECRET in text for text in held["posts", "text"])
    posts = rows_of(tmp_path / "w", "posts")
    urls = {post["url"] for post in posts}
    assert {f"https://weir.example/{name}" for name in "rcjfw"} <= urls
    assert {link for post in posts for link in post["links"]} >= {f"https://weir.example/{n}" for n in ("in", "q", "t")}
    assert held["copies", "member"].count("https://weir.example/id") == 1
    assert any("https:/weir.example/zip.txt" in member for member in held["dumps", "member"])
    assert verify(opened).problems == []


@pytest.mark.parametrize(
    ("arguments", "env"),
    [
        (["ingest", "s3://KEY:s3cret@dumps/raw"], {}),
        (["ingest", "s3://KEY:a/s3cret@dumps/raw"], {}),
        (["ingest", "https://ann:s3cret@weir.example/"], {}),
        (["ingest", "raw", "--warehouse", "s3://KEY:s3cret@dumps/raw"], {}),
        (["ingest", "raw", "--warehouse", "s3://KEY:a/s3cret@dumps/raw"], {}),
        (["ingest", "raw", "--dask", "tcp://ann:s3cret@127.0.0.1:9"], {}),
        (["ingest", "raw", "--dask", "tcp://s3cret@127.0.0.1:9"], {}),
        (["ingest", "raw"], {"PREFECT_API_URL": "http://ann:s3cret@[weir/api"}),
        (["ingest", "s3://KEY:s3cret@dumps/raw"], {"PREFECT_API_URL": "http://127.0.0.1:9/api"}),
        (["deploy", "--yaml", "--pool", "p", "s3://KEY:s3cret@dumps/raw"], {}),
        (["show", "https://ann:s3cret@weir.example/"], {}),
    ],
)
def test_commands_do_not_say_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], env: dict[str, str]
) -> None:
    (tmp_path / "raw").mkdir()
    monkeypatch.chdir(tmp_path)
    ran = CliRunner().invoke(app, arguments, env=env)
    assert ran.exit_code == 2, ran.output
    assert ran.output
    assert SECRET not in ran.output
    assert not any(SECRET in path.name for path in tmp_path.rglob("*"))


def test_settings_are_shown_without_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "winnow.toml").write_text('source = ["s3://KEY:s3cret@dumps"]\ndask = "tcp://ann:s3cret@weir:1"\n')
    monkeypatch.chdir(tmp_path)
    ran = CliRunner().invoke(app, ["config"])
    assert "tcp://…@weir:1" in ran.output
    assert SECRET not in ran.output


def test_a_request_refuses_them(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"source s3://…@dumps/raw holds a user or password") as refused:
        Request(("s3://KEY:s3cret@dumps/raw",), tmp_path)
    assert SECRET not in repr(refused.value)
