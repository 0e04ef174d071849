"""What is found in raw files that are packed: every container, one in another, whole, cut, damaged and hostile."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import warnings
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.containers.found import Member, PassedOver, Rejected
from flows.containers.streams import Limits
from flows.landing import find, members
from transforms.errors import RefusedError

# Text that does not compress well, so that a cut in the packed bytes is a cut in the text.
LONG = "\n".join(f"{number} {zlib.crc32(b'%d' % number):x}" for number in range(90_000)).encode()
ONE, TWO, THREE = b"One post about rain.", b"Another one, about snow.", b"A third about wind."
FILES = [("one.txt", ONE), ("sub/two.txt", TWO), ("three.txt", THREE)]


def zipped(files: Sequence[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(made, "w", method) as archive:
        warnings.simplefilter("ignore")  # two members of one name
        for name, data in files:
            archive.writestr(name, data)
    return made.getvalue()


def tarred(files: Sequence[tuple[str, bytes]], *others: tarfile.TarInfo) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for other in others:
            archive.addfile(other)
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return made.getvalue()


def streamed(files: Sequence[tuple[str, bytes]]) -> bytes:
    """A zip written to a pipe: sizes stand after the bytes of each member."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise io.UnsupportedOperation

    made = Pipe()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return made.getvalue()


def zstd(data: bytes) -> bytes:
    packed: bytes = pa.compress(data, codec="zstd", asbytes=True)
    return packed


Found = list[tuple[str | None, bytes]]


class Opened:
    """All that was found in a file: dumps, reasons by name, counts by kind."""

    def __init__(self, data: bytes, folder: Path, limits: Limits | None = None) -> None:
        (folder / "file").write_bytes(data)
        (file,) = find([str(folder / "file")])
        self.dumps: Found = []
        self.reasons: list[tuple[str | None, str]] = []
        self.passed_over: list[str] = []
        self.members: list[Member] = []
        for found in members(file, limits):
            if isinstance(found, Member):
                self.members.append(found)
                self._read(found)
            elif isinstance(found, Rejected):
                self.reasons.append((found.name, found.reason))
            elif isinstance(found, PassedOver):
                self.passed_over.append(found.kind)

    def _read(self, member: Member) -> None:
        try:
            self.dumps.append((member.name, member.read()))
        except RefusedError as error:
            self.reasons.append((member.name, str(error)))


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstd,
}


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_a_compressed_file_is_one_dump_without_a_member(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    opened = Opened(pack(LONG), tmp_path)
    assert (opened.dumps, opened.reasons) == ([(None, LONG)], [])


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_frames_that_follow_one_another_are_one_text(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    opened = Opened(pack(LONG[:1000]) + pack(LONG[1000:]), tmp_path)
    assert (opened.dumps, opened.reasons) == ([(None, LONG)], [])


@pytest.mark.parametrize("name", ["gz", "bz2", "xz"])
def test_zeros_after_the_data_are_padding(name: str, tmp_path: Path) -> None:
    opened = Opened(PACKERS[name](ONE) + bytes(70_000), tmp_path)
    assert (opened.dumps, opened.reasons) == ([(None, ONE)], [])


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_of_a_cut_file_what_can_be_read_is_kept(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    packed = pack(LONG)
    opened = Opened(packed[: len(packed) * 3 // 4], tmp_path)
    ((name, data),) = opened.dumps
    assert name is None
    assert LONG.startswith(data)
    assert len(data) > len(LONG) // 8
    ((named, reason),) = opened.reasons
    assert named is None
    assert "cut off" in reason


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_bytes_after_the_data_are_told(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    opened = Opened(pack(ONE) + b"and then some", tmp_path)
    assert [name for name, _ in opened.reasons] == [None]


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_a_file_cut_in_its_first_bytes_holds_nothing(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    opened = Opened(pack(LONG)[:10], tmp_path)
    assert (opened.dumps, len(opened.reasons)) == ([], 1)


ARCHIVES: dict[str, bytes] = {
    "zip": zipped(FILES),
    "zip stored": zipped(FILES, zipfile.ZIP_STORED),
    "zip bzip2": zipped(FILES, zipfile.ZIP_BZIP2),
    "zip lzma": zipped(FILES, zipfile.ZIP_LZMA),
    "zip from a pipe": streamed(FILES),
    "tar": tarred(FILES),
    **{f"tar.{name}": pack(tarred(FILES)) for name, pack in PACKERS.items()},
    **{f"zip.{name}": pack(zipped(FILES)) for name, pack in PACKERS.items()},
}


@pytest.mark.parametrize("data", ARCHIVES.values(), ids=ARCHIVES)
def test_each_member_of_an_archive_is_a_dump(data: bytes, tmp_path: Path) -> None:
    opened = Opened(data, tmp_path)
    assert (opened.dumps, opened.reasons, opened.passed_over) == (FILES, [], [])
    assert [member.source for member in opened.members] == ["file", "file//sub", "file"]


def test_containers_may_lie_in_one_another(tmp_path: Path) -> None:
    inner = [
        ("in.zip", zipped(FILES)),
        ("d/log.txt.gz", gzip.compress(ONE)),
        ("t.tar.xz", lzma.compress(tarred(FILES))),
    ]
    opened = Opened(gzip.compress(tarred(inner)), tmp_path)
    assert opened.dumps == [
        *((f"in.zip//{name}", data) for name, data in FILES),
        ("d/log.txt.gz", ONE),
        *((f"t.tar.xz//{name}", data) for name, data in FILES),
    ]
    assert not opened.reasons


def test_containers_lie_in_one_another_up_to_a_depth(tmp_path: Path) -> None:
    data = ONE
    for _ in range(Limits().layers):
        data = gzip.compress(data)
    assert Opened(data, tmp_path).dumps == [(None, ONE)]
    ((name, reason),) = Opened(gzip.compress(data), tmp_path).reasons
    assert name is None
    assert "more than 8 containers" in reason


@pytest.mark.parametrize("end", [1, 2, 3, 5, 20, 60, 100, 200, 300])
@pytest.mark.parametrize("name", ["zip", "zip stored", "zip from a pipe", "zip bzip2"])
def test_a_zip_without_its_list_is_read_from_the_front(name: str, end: int, tmp_path: Path) -> None:
    opened = Opened(ARCHIVES[name][:-end], tmp_path)
    assert len(opened.reasons) == 1, opened.reasons
    for (found, data), (wanted, whole) in zip(opened.dumps, FILES, strict=False):
        assert found == wanted
        assert whole.startswith(data)


def test_a_large_zip_in_another_container_is_read_from_the_front(tmp_path: Path) -> None:
    for made in (zipped(FILES), streamed(FILES), zipped(FILES, zipfile.ZIP_STORED)):
        opened = Opened(tarred([("in.zip", made), ("after.txt", ONE)]), tmp_path, Limits(whole=100))
        assert opened.dumps == [*((f"in.zip//{name}", data) for name, data in FILES), ("after.txt", ONE)]
        assert not opened.reasons


def test_of_a_cut_tar_what_can_be_read_is_kept(tmp_path: Path) -> None:
    whole = tarred([("one.txt", ONE), ("long.txt", LONG), ("two.txt", TWO)])
    opened = Opened(whole[:100_000], tmp_path)
    assert opened.dumps == [("one.txt", ONE), ("long.txt", LONG[: 100_000 - 3 * 512])]
    assert [name for name, _ in opened.reasons] == ["long.txt"]
    assert "cut off" in opened.reasons[0][1]


@pytest.mark.parametrize(
    ("kept", "said"),
    [(1024, "mark of its end"), (1024 + 512, "one.txt"), (1024 + 100, "mark of its end"), (512 + 5, "one.txt")],
)
def test_a_tar_that_ends_too_early_says_so(kept: int, said: str, tmp_path: Path) -> None:
    opened = Opened(tarred([("one.txt", ONE), ("two.txt", TWO)])[:kept], tmp_path)
    assert opened.dumps[0][1].startswith(ONE[:5])
    ((name, reason),) = opened.reasons
    assert said in f"{name} {reason}" or name == "two.txt"


def test_a_damaged_header_costs_its_member_and_is_told(tmp_path: Path) -> None:
    data = bytearray(tarred([("one.txt", ONE), ("two.txt", TWO), ("three.txt", THREE)]))
    data[1024 + 20] ^= 255
    opened = Opened(bytes(data), tmp_path)
    assert opened.dumps == [("one.txt", ONE), ("three.txt", THREE)]
    ((name, reason),) = opened.reasons
    assert (name, "2 blocks" in reason) == (None, True)


def test_a_second_tar_behind_the_first_is_read(tmp_path: Path) -> None:
    assert Opened(tarred(FILES[:1]) + tarred(FILES[1:]), tmp_path).dumps == FILES


def test_a_wrong_checksum_in_a_zip_is_told(tmp_path: Path) -> None:
    data = ARCHIVES["zip stored"].replace(ONE, ONE.replace(b"rain", b"hail"))
    opened = Opened(data, tmp_path)
    assert opened.dumps == FILES[1:]
    ((name, reason),) = opened.reasons
    assert (name, "CRC" in reason) == ("one.txt", True)


def forged(data: bytes, at_local: int, at_listed: int, value: int) -> bytes:
    """A zip of one member with a field of two bytes changed in both of its headers."""
    made = bytearray(data)
    listed = data.index(b"PK\x01\x02")
    made[at_local : at_local + 2] = made[listed + at_listed : listed + at_listed + 2] = value.to_bytes(2, "little")
    return bytes(made)


@pytest.mark.parametrize("end", [None, -1])
def test_what_a_zip_holds_locked_is_rejected_by_name(end: int | None, tmp_path: Path) -> None:
    opened = Opened(forged(zipped(FILES[:1]), 6, 8, 1)[:end], tmp_path)
    assert opened.dumps == []
    assert opened.reasons[0][0] == "one.txt"
    assert "encrypted" in opened.reasons[0][1]


@pytest.mark.parametrize("end", [None, -1])
def test_an_unknown_method_is_named(end: int | None, tmp_path: Path) -> None:
    opened = Opened(forged(zipped(FILES[:1]), 8, 10, 9)[:end], tmp_path)
    assert opened.dumps == []
    assert opened.reasons[0][0] == "one.txt"
    assert "method 9" in opened.reasons[0][1]


HOSTILE = [
    ("/etc/passwd", "etc/passwd"),
    ("../../up.txt", "up.txt"),
    ("a/../b.txt", "a/b.txt"),
    ("./c.txt", "c.txt"),
    ("d//e.txt", "d/e.txt"),
    ("line\nbreak.txt", "line\\x0abreak.txt"),
    ("日本 é.txt", "日本 é.txt"),
    ("..", "unnamed"),
]


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize(("name", "wanted"), HOSTILE)
def test_names_are_harmless(pack: Callable[..., bytes], name: str, wanted: str, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    assert Opened(pack([(name, ONE)]), tmp_path).dumps == [(wanted, ONE)]
    assert sorted(tmp_path.rglob("*")) == sorted([*before, tmp_path / "file"])


def test_names_of_odd_bytes_become_text(tmp_path: Path) -> None:
    data = tarred([("caf_.txt", ONE)])
    header = bytearray(data[:512].replace(b"caf_", b"caf\xe9"))
    header[148:156] = b"%06o\0 " % (sum(header[:148]) + 8 * 32 + sum(header[156:]))
    assert Opened(bytes(header) + data[512:], tmp_path).dumps == [("caf\\xe9.txt", ONE)]


@pytest.mark.parametrize("end", [None, -1])
def test_a_member_without_a_name_is_named(end: int | None, tmp_path: Path) -> None:
    data = zipped([("a.txt", ONE), ("b.txt", TWO)]).replace(b"a.txt", b"\0.txt")
    assert Opened(data[:end], tmp_path).dumps[1:] == [("b.txt", TWO)]
    assert Opened(data, tmp_path).dumps[0] == ("unnamed", ONE)


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_members_of_one_name_stay_apart(pack: Callable[..., bytes], tmp_path: Path) -> None:
    opened = Opened(pack([("a.txt", ONE), ("a.txt", TWO), ("/a.txt", THREE), ("a.txt", ONE)]), tmp_path)
    assert opened.dumps == [("a.txt", ONE), ("a.txt (2)", TWO), ("a.txt (3)", THREE), ("a.txt (4)", ONE)]


def test_what_is_no_file_in_a_tar_is_counted(tmp_path: Path) -> None:
    kinds = [tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE]
    others = []
    for number, kind in enumerate(kinds):
        other = tarfile.TarInfo(f"other{number}")
        other.type, other.linkname = kind, "/etc/passwd"
        others.append(other)
    opened = Opened(tarred([("._one.txt", b"\0\5\x16\7"), *FILES], *others), tmp_path)
    assert opened.dumps == FILES
    assert sorted(opened.passed_over) == ["devices"] * 3 + ["hidden files"] + ["links"] * 2


def test_what_is_no_file_in_a_zip_is_counted(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("folder/", b"")
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("__MACOSX/._one.txt", b"\0\5\x16\7")
        archive.writestr("one.txt", ONE)
    opened = Opened(made.getvalue(), tmp_path)
    assert opened.dumps == [("one.txt", ONE)]
    assert opened.passed_over == ["links", "hidden files"]


def test_an_empty_member_is_a_dump_without_bytes(tmp_path: Path) -> None:
    for pack in (zipped, tarred):
        assert Opened(pack([("empty.txt", b""), *FILES]), tmp_path).dumps == [("empty.txt", b""), *FILES]


def test_an_empty_zip_holds_nothing(tmp_path: Path) -> None:
    opened = Opened(zipped([]), tmp_path)
    assert (opened.dumps, opened.reasons) == ([], [])


SMALL = Limits(ratio=100, floor=100_000, most=3_000_000)


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_a_bomb_is_refused(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    opened = Opened(pack(bytes(2_000_000)), tmp_path, SMALL)
    assert opened.dumps == []
    ((name, reason),) = opened.reasons
    assert (name, "100 times its size" in reason) == (None, True)


def test_a_bomb_in_an_archive_costs_itself(tmp_path: Path) -> None:
    files = [("one.txt", ONE), ("bomb", b"a" * 2_000_000), ("two.txt", TWO)]
    opened = Opened(zipped(files), tmp_path, SMALL)
    assert opened.dumps == [("one.txt", ONE), ("two.txt", TWO)]
    assert [name for name, _ in opened.reasons] == ["bomb"]


def test_a_member_beyond_the_greatest_size_is_refused(tmp_path: Path) -> None:
    opened = Opened(gzip.compress(LONG * 3), tmp_path, SMALL)
    assert "more than 3,000,000 bytes" in opened.reasons[0][1]


def test_many_small_bombs_are_one_large_one(tmp_path: Path) -> None:
    files = [(f"{number}", b"a" * 90_000) for number in range(400)]
    opened = Opened(zipped(files), tmp_path, SMALL)
    assert opened.dumps
    assert len(opened.dumps) + len(opened.reasons) == len(files)
    assert "the file unpacks to more than" in opened.reasons[-1][1]


def test_bombs_in_bombs_are_refused(tmp_path: Path) -> None:
    inner = gzip.compress(gzip.compress(b"a" * 200_000_000))
    opened = Opened(zipped([("two.txt", TWO), ("in.gz.gz", inner)]), tmp_path, SMALL)
    assert opened.dumps == [("two.txt", TWO)]
    assert [name for name, _ in opened.reasons] == ["in.gz.gz"]


def test_an_xz_that_asks_for_too_much_memory_is_refused(tmp_path: Path) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 30, "mode": lzma.MODE_FAST, "nice_len": 64}]
    try:
        data = lzma.compress(ONE, filters=filters)
    except MemoryError:
        pytest.skip("too little memory to make one")
    ((_, reason),) = Opened(data, tmp_path).reasons
    assert "emory" in reason


@pytest.mark.parametrize("first", ["[Content_Types].xml", "mimetype"])
def test_a_document_is_no_archive(first: str, tmp_path: Path) -> None:
    ((name, reason),) = Opened(zipped([(first, b"x"), ("word/document.xml", b"<a/>")]), tmp_path).reasons
    assert (name, "office document" in reason) == (None, True)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"P",
        b"PK is a pack of cards",
        b"BZhello",
        b"WARC/1.0 is a format",
        b"\x1f\x8b",
        b"ustar " * 100,
        bytes(600),
    ],
)
def test_what_only_looks_like_a_container_is_left_alone(text: bytes, tmp_path: Path) -> None:
    opened = Opened(text, tmp_path)
    assert (opened.dumps, opened.reasons) == ([(None, text)], [])


DAMAGED = {
    "zip": ARCHIVES["zip"],
    "tar.gz": ARCHIVES["tar.gz"],
    "tar": ARCHIVES["tar"],
    "pipe": ARCHIVES["zip from a pipe"],
}


@given(st.data())
def test_damage_anywhere_raises_nothing_and_is_told(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(DAMAGED)))
    whole = DAMAGED[name]
    at = data.draw(st.integers(0, len(whole) - 1))
    change = data.draw(st.binary(min_size=1, max_size=8))
    changed = whole[:at] + change + whole[at + len(change) :]
    opened = Opened(changed[: data.draw(st.integers(1, len(changed)))], tmp_path_factory.mktemp("damaged"))
    assert opened.dumps or opened.reasons or opened.passed_over or not changed.strip(b"\0")
