"""What is small and unpacks to very much is refused, in a bounded time and memory, and costs no other dump."""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ingest
from test_containers import FILES, Opened, tarred

from flows import pipeline

# Megabytes: the interpreter, its libraries and what one dump may take. Usually half of it.
MOST_MEMORY = 1500
# A run in a process of its own, which ends where it would take the whole machine.
RUN = """
import sys, resource
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (16 << 30, 16 << 30))
from flows.pipeline import Request, run
from flows.runners import local
summary = run(Request((sys.argv[1],), Path(sys.argv[2])), local(lambda batch, staged: None))
for place, reason in summary.rejected.items():
    print(place, reason, sep=": ")
# What `getrusage` tells is at least what the process held that started this one.
(peak,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(summary.counts["copies"], int(peak.split()[1]) // 1024)
"""


def member(name: str, size: int = 0, **fields: str) -> bytes:
    """The header of a tar member with fields of its own, and no bytes behind it."""
    info = tarfile.TarInfo(name)
    info.pax_headers = fields
    info.size = size
    return info.tobuf(tarfile.PAX_FORMAT)


def with_holes(size: int) -> bytes:
    """A member of which only the map of its holes is there."""
    fields = {"major": "1", "minor": "0", "name": "holes.txt", "realsize": str(size)}
    header = member("holes.txt", 512, **{f"GNU.sparse.{name}": value for name, value in fields.items()})
    return header + b"1\n0\n0\n".ljust(512, b"\0")


def long_name(size: int) -> bytes:
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, size
    return info.tobuf(tarfile.GNU_FORMAT)


def zip_of_empty_members(number: int, *texts: str) -> bytes:
    """A zip whose members are empty, all but the last ones."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in range(number):
            archive.writestr(f"{name}.txt", b"")
        for name, text in enumerate(texts):
            archive.writestr(f"text {name}.txt", text)
    return made.getvalue()


def one_value_many_times(length: int, rows: int) -> bytes:
    sink = io.BytesIO()
    text = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, "int32")), pa.array(["a b " * (length // 4)]))
    pq.write_table(pa.table({"text": text}), sink, compression="zstd", store_schema=False)
    return sink.getvalue()


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "holes.tar": (lambda: with_holes(1 << 40) + bytes(1024), "times its size"),
    "rows.parquet": (lambda: one_value_many_times(2_000_000, 200_000), "times its size"),
    "large.parquet": (lambda: one_value_many_times(40_000_000, 100), "times its size"),
}


def test_bombs_are_refused_in_little_memory(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    for name, (make, _) in BOMBS.items():
        data = make()
        assert len(data) < 20_000
        (tmp_path / "raw" / name).write_bytes(data)
    (tmp_path / "raw/good.txt").write_text("A post about the rain.\n")
    run = [sys.executable, "-c", RUN, str(tmp_path / "raw"), str(tmp_path / "w")]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(run, capture_output=True, encoding="utf-8", check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    for name, (_, said) in BOMBS.items():
        assert any(line.startswith(name) and said in line for line in done.stdout.splitlines()), done.stdout
    copies, peak = map(int, done.stdout.split()[-2:])
    assert copies == 1
    assert peak < MOST_MEMORY
    # Usually 6, most of it for the start.
    assert after.ru_utime - before.ru_utime < 60


def test_holes_in_a_tar_are_zeros_up_to_a_bound(tmp_path: Path) -> None:
    opened = Opened(with_holes(5000) + tarred(FILES), tmp_path)
    assert opened.dumps == [("holes.txt", bytes(5000)), *FILES]
    opened = Opened(with_holes(1 << 40) + tarred(FILES), tmp_path)
    assert opened.dumps == FILES
    assert [name for name, _ in opened.reasons] == ["holes.txt"]


@pytest.mark.parametrize("claimed", [8 * 1024**3 - 1, 1_000_001])
def test_a_header_in_a_tar_is_not_read_whole_at_any_size(claimed: int, tmp_path: Path) -> None:
    opened = Opened(long_name(claimed) + tarred(FILES), tmp_path)
    assert opened.dumps == FILES
    ((name, reason),) = opened.reasons
    assert name is None
    assert "1 blocks of 512 bytes are no headers" in reason


def test_a_long_name_is_read(tmp_path: Path) -> None:
    name = "folder/" * 2_000 + "one.txt"
    assert Opened(tarred([(name, b"Rain.")]), tmp_path).dumps == [(name, b"Rain.")]


@pytest.mark.parametrize("refused", [29, 30, 31, 95])
def test_of_members_without_end_a_bounded_number_becomes_rows(
    refused: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "MOST_REFUSED", 30)
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/many.zip").write_bytes(zip_of_empty_members(refused))
    (tmp_path / "raw/some.txt").write_text("Rain\n\nIt rained all day, and the weir rose by a hand.\n")
    rejected = ingest(tmp_path / "raw", tmp_path / "w").rejected
    assert len(rejected) == min(refused, 31)
    said = f"its first 30 members are all refused, so that the other {refused - 30} were not tried"
    assert (said in rejected.get("many.zip", "")) == (refused > 30)
    assert ingest(tmp_path / "raw", tmp_path / "w").unchanged == 2


def test_an_archive_that_holds_text_is_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "MOST_REFUSED", 30)
    (tmp_path / "raw").mkdir()
    first = zip_of_empty_members(29, "The weir rose by a hand.", *[""] * 40, "The mill stood still.")
    (tmp_path / "raw/many.zip").write_bytes(first)
    summary = ingest(tmp_path / "raw", tmp_path / "w")
    assert len(summary.rejected) == 69
    assert summary.counts["copies"] == 2
