"""Listing and reading raw dumps from real folders: everything is named, nothing hangs, nothing is written."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from flows.landing import RawFile, at, find, opened
from transforms.errors import DumpError, PassingError, SourceError

NOBODY = 65534


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "dumps"
    folder.mkdir()
    return folder


@pytest.fixture
def deadline() -> Iterator[None]:
    """A test that waits for a pipe fails instead of hanging."""

    def late(*_: object) -> None:
        pytest.fail("it waits for something that never comes")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(20)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def read(file: RawFile) -> bytes:
    with opened(file) as stream:
        return stream.read()


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"this is {name}")


def paths(*sources: Path, include: tuple[str, ...] = (), exclude: tuple[str, ...] = ("README.md",)) -> list[str]:
    return [file.path for file in find([str(source) for source in sources], include, exclude)]


def only(source: Path) -> RawFile:
    [file] = find([str(source)])
    return file


def test_files_are_listed_by_path_with_what_is_known_of_them(source: Path) -> None:
    put(source, "b.txt", "a/z.txt", "a/b/c.txt", "a.txt", "README.md", "a/README.md")
    found = find([str(source)])
    assert [file.path for file in found] == sorted(["a.txt", "a/b/c.txt", "a/z.txt", "b.txt"])
    assert {file.path: file.source for file in found} == {
        "a.txt": "dumps",
        "a/b/c.txt": "a/b",
        "a/z.txt": "a",
        "b.txt": "dumps",
    }
    for file in found:
        status = (source / file.path).stat()
        assert (file.size, file.modified_ns) == (status.st_size, status.st_mtime_ns)
        assert read(file) == f"this is {file.path}".encode()
        assert read(at(file.location, file.path)) == read(file)
        assert file.problem is None


def test_the_bytes_come_as_they_are(source: Path) -> None:
    content = bytes(range(256)) * 3 + b"\r\n\x1a"
    (source / "raw.bin").write_bytes(content)
    assert read(only(source)) == content


@pytest.mark.parametrize(
    ("include", "exclude", "expected"),
    [
        ((), (), ["README.md", "a.html", "a.txt", "sub/b.TXT", "sub/b.txt"]),
        (("*.txt",), (), ["a.txt", "sub/b.txt"]),
        (("sub/*",), (), ["sub/b.TXT", "sub/b.txt"]),
        (("b.txt",), (), ["sub/b.txt"]),
        (("a.*", "sub/*"), ("*.html",), ["a.txt", "sub/b.TXT", "sub/b.txt"]),
        (("*.nothing",), (), []),
        (("*",), ("*",), []),
        (("[ab].txt",), (), ["a.txt", "sub/b.txt"]),
        ((), ("sub/*",), ["README.md", "a.html", "a.txt"]),
    ],
)
def test_globs(source: Path, include: tuple[str, ...], exclude: tuple[str, ...], expected: list[str]) -> None:
    put(source, *["README.md", "a.html", "a.txt", "sub/b.TXT", "sub/b.txt"])
    assert paths(source, include=include, exclude=exclude) == expected


def test_hidden_files_and_folders_are_passed_over(source: Path) -> None:
    put(source, ".hidden", ".git/config", "sub/.cache/x", "sub/seen")
    assert paths(source) == ["sub/seen"]


def test_an_empty_folder_holds_nothing(source: Path) -> None:
    (source / "empty").mkdir()
    assert paths(source) == []


@pytest.mark.parametrize(
    "name", ["with space.txt", "line\nbreak.txt", "tab\t'quote\".txt", "日本語 é.txt", "-x", "*?[a]"]
)
def test_odd_names(source: Path, name: str) -> None:
    put(source, name)
    assert paths(source) == [name]
    assert read(only(source)) == f"this is {name}".encode()


def test_a_name_that_is_no_utf8_becomes_text_that_every_table_holds(source: Path) -> None:
    place = os.fsencode(source) + b"/caf\xe9.txt"
    with open(place, "wb") as file:  # noqa: PTH123 - a path of bytes
        file.write(b"x")
    found = only(source)
    assert found.path == "caf\\xe9.txt"
    assert read(at(found.location, found.path)) == b"x"
    assert read(found) == b"x"


def test_a_single_file_is_a_source(source: Path) -> None:
    put(source, "sub/one.txt", "sub/two.txt")
    [file] = find([str(source / "sub/one.txt")])
    assert (file.path, file.source) == ("one.txt", "sub")
    assert read(file) == b"this is sub/one.txt"


def test_sources_that_overlap_are_listed_once(source: Path) -> None:
    put(source, "sub/one.txt", "two.txt")
    found = find([str(source), str(source / "sub"), str(source)])
    assert len(found) == len({file.place for file in found}) == 2


def test_a_relative_source_gives_absolute_places(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(source, "one.txt")
    monkeypatch.chdir(source)
    file = only(Path())
    assert (file.path, file.source, file.place) == ("one.txt", "dumps", str(source / "one.txt"))


@pytest.mark.parametrize("name", ["nowhere", "nowhere/deeper.txt", "file.txt/below"])
def test_a_missing_source_is_named(source: Path, name: str) -> None:
    put(source, "file.txt")
    with pytest.raises(SourceError, match=name):
        find([str(source), str(source / name)])


@pytest.mark.parametrize(
    ("target", "said"),
    [("nowhere", "does not exist"), ("../outside.txt", "leads out"), ("../missing.txt", "does not exist|leads out")],
)
def test_links_that_lead_nowhere_or_out_are_told(source: Path, target: str, said: str) -> None:
    put(source.parent, "outside.txt")
    (source / "link").symlink_to(target)
    file = only(source)
    with pytest.raises(DumpError, match=said):
        read(file)


def test_a_link_within_the_source_is_read(source: Path) -> None:
    put(source, "real.txt")
    (source / "link.txt").symlink_to("real.txt")
    assert [read(file) for file in find([str(source)])] == [b"this is real.txt"] * 2


def test_a_source_may_be_a_link_to_a_folder(source: Path) -> None:
    put(source, "one.txt")
    (source.parent / "door").symlink_to(source)
    assert paths(source.parent / "door") == ["one.txt"]


def test_a_loop_of_folders_is_not_walked(source: Path) -> None:
    put(source, "sub/one.txt")
    (source / "sub/up").symlink_to("..")
    (source / "sub/self").symlink_to(".")
    assert paths(source) == ["sub/one.txt", "sub/self", "sub/up"]
    problems = {file.path: file.problem for file in find([str(source)])}
    assert problems["sub/one.txt"] is None
    assert "a link to a folder" in str(problems["sub/up"])


def test_a_link_to_itself_is_told_and_the_others_go_on(source: Path) -> None:
    put(source, "good.txt")
    (source / "loop").symlink_to("loop")
    good, loop = find([str(source)])
    assert read(good) == b"this is good.txt"
    with pytest.raises(DumpError, match="link"):
        read(loop)


def test_links_in_a_circle_are_told_and_the_others_go_on(source: Path) -> None:
    put(source, "good.txt")
    (source / "one").symlink_to("two")
    (source / "two").symlink_to("one")
    assert [file.path for file in find([str(source)]) if file.problem] == ["one", "two"]


@pytest.mark.usefixtures("deadline")
def test_a_pipe_is_told_and_not_waited_for(source: Path) -> None:
    os.mkfifo(source / "pipe")
    with pytest.raises(DumpError, match="not a regular file"):
        read(only(source))
    [file] = find([str(source / "pipe")])
    with pytest.raises(DumpError, match="not a regular file"):
        read(file)


@pytest.mark.usefixtures("deadline")
@pytest.mark.parametrize("swap", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")], ids=["pipe", "device"])
def test_what_took_the_place_of_a_file_is_not_waited_for(source: Path, swap: Callable[[Path], None]) -> None:
    put(source, "one.txt")
    file = only(source)
    (source / "one.txt").unlink()
    swap(source / "one.txt")
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(DumpError, match="not a regular file") as caught:
        read(file)
    assert not isinstance(caught.value, PassingError)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_socket_is_told(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(source)  # the path of a socket may not be long
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind("socket")
        with pytest.raises(DumpError, match="not a regular file"):
            read(only(source))


def test_a_file_that_vanished_is_told(source: Path) -> None:
    put(source, "gone.txt")
    file = only(source)
    (source / "gone.txt").unlink()
    with pytest.raises(DumpError, match="vanished") as caught:
        read(file)
    assert not isinstance(caught.value, PassingError)


def test_a_file_that_became_a_folder_is_told(source: Path) -> None:
    put(source, "one.txt")
    file = only(source)
    (source / "one.txt").unlink()
    (source / "one.txt").mkdir()
    with pytest.raises(DumpError, match="can't be read"):
        read(file)


def test_a_failure_that_may_pass_is_told_apart() -> None:
    with pytest.raises(PassingError, match="can't be read"):
        read(at("/proc/self/mem", "mem"))  # its first page is never there: the system says EIO


@contextmanager
def without_power() -> Iterator[None]:
    """As a user without rights: nothing is unreadable to root."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that also others may list; the one that pytest makes is for its owner alone."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def heard(file: RawFile) -> str:
    try:
        return read(file).decode()
    except DumpError as error:
        return str(error)


def test_what_may_not_be_read_is_told_and_the_others_go_on(public: Path) -> None:
    put(public, "closed.txt", "closed/inside.txt", "open.txt")
    (public / "closed.txt").chmod(0)
    (public / "closed").chmod(0)
    with without_power():
        found = {file.path: heard(file) for file in find([str(public)])}
    assert found == {
        "closed": "the folder can't be listed: Permission denied",
        "closed.txt": "no permission to read the file; grant it and run again",
        "open.txt": "this is open.txt",
    }


def test_a_source_that_may_not_be_listed_is_named(public: Path) -> None:
    put(public, "closed/inside.txt")
    (public / "closed").chmod(0)
    said = ""
    with without_power():
        try:
            find([str(public / "closed")])
        except SourceError as error:
            said = str(error)
    assert "closed can't be listed: Permission denied" in said


def state(folder: Path) -> dict[str, tuple[int, ...]]:
    return {
        str(path): (path.lstat().st_mtime_ns, path.lstat().st_ctime_ns, path.lstat().st_size, path.lstat().st_mode)
        for path in [folder, *folder.rglob("*")]
    }


def test_nothing_is_written(source: Path) -> None:
    put(source, "a.txt", "sub/b.txt")
    (source / "broken").symlink_to("nowhere")
    before = state(source)
    for file in find([str(source)]):
        if not file.problem:
            read(file)
    assert state(source) == before


def test_many_files_below_many_folders(source: Path) -> None:
    deep = source.joinpath(*["d"] * 300)
    deep.mkdir(parents=True)
    for number in range(2000):
        (deep / f"{number:04}.txt").touch()
    assert len(find([str(source)])) == 2000


@pytest.mark.parametrize("name", ["", " "])
def test_a_source_without_a_name_is_not_the_folder_at_hand(name: str) -> None:
    with pytest.raises(SourceError, match="a source has an empty name; give a folder"):
        find([name])
