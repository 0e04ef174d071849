"""The way to an object store: objects are listed, read, written under a condition, and removed.

Addresses are `s3://BUCKET/KEY`; where the store is and who may use it say the usual variables of the environment
(`AWS_ENDPOINT_URL`, `AWS_REGION`, `AWS_ACCESS_KEY_ID`, …) or the role of the machine. What goes wrong is an `OSError`
with the number that a disk would give, so that it is told and tried again as failures of a disk are.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from transforms.errors import UsageError

try:
    import obstore
    from obstore import exceptions
    from obstore.store import S3Store
except ModuleNotFoundError:  # the extra was not installed, and no address will be taken
    obstore = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from obstore import ObjectMeta

SCHEME: Final = "s3://"
WITHOUT_EXTRA: Final = "addresses s3://… need more than was installed; pip install 'winnow-corpus[cluster]'"
# What no name of a bucket holds, and a user and password before it do.
LOGIN: Final = ":@"
CREDENTIALS: Final = (
    "holds a user or a password, which would be kept and shown; write it as s3://BUCKET/FOLDER, and set "
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
)
# Seconds for a connection, for a request, and for all tries at it.
CONNECTS, ANSWERS, TRIES_FOR = 5, 60, 45
TRIES: Final = 4
# Objects of a listing at once, as many as the store itself gives.
LISTED: Final = 1000
# Bytes of an object that are held at once on their way to a file.
BLOCK: Final = 1 << 22
SECOND: Final = 1_000_000_000
# What the store says, in short; there may be pages of it.
SHOWN: Final = 200
# What it says of a listing that it refuses, for which there is no error of its own.
REFUSALS: Final = re.compile(r"status code: 40[13]\b")
REFUSED: Final = "the object store refuses the credentials; check AWS_ACCESS_KEY_ID and its like, and what they may do"


@dataclass(frozen=True, slots=True)
class Object:
    """An object: its key, size in bytes, tag (it changes with the bytes), and when it was written.

    Stores know the second only. The nanoseconds within it are taken from the tag, so that an object which is replaced
    in the same second by one of the same size is another.
    """

    key: str
    size: int
    tag: str
    modified_ns: int

    @classmethod
    def of(cls, meta: ObjectMeta) -> Object:
        """What the store says of an object."""
        tag = meta["e_tag"] or ""
        second = int(meta["last_modified"].timestamp()) * SECOND
        return cls(meta["path"], meta["size"], tag, second + int.from_bytes(tag.encode()) % SECOND)


def is_address(place: str) -> bool:
    """Whether a place is an address in an object store."""
    return place.startswith(SCHEME)


def parts(address: str) -> tuple[str, str]:
    """The bucket and the key of an address, without strokes at its end. Raises `UsageError`.

    >>> parts("s3://bucket/raw/blog/")
    ('bucket', 'raw/blog')
    """
    bucket, _, key = address.removeprefix(SCHEME).partition("/")
    if not bucket or not is_address(address):
        raise UsageError(f"{address!r} names no bucket; write it as s3://BUCKET/FOLDER")
    if set(bucket) & set(LOGIN):
        # Not shown: it may be the secret.
        raise UsageError(f"an address {SCHEME}… {CREDENTIALS}")
    return bucket, key.strip("/")


def listed(address: str) -> list[Object]:
    """All objects below an address."""
    bucket, key = parts(address)
    with told(address):
        found = obstore.list(_store(bucket), key or None, chunk_size=LISTED)
        return [Object.of(meta) for some in found for meta in some]


def looked_at(address: str) -> Object:
    """One object. Raises `FileNotFoundError` where there is none."""
    bucket, key = parts(address)
    with told(address):
        return Object.of(obstore.head(_store(bucket), key))


def read(address: str, start: int = 0, end: int | None = None, tag: str | None = None) -> bytes:
    """Bytes of an object; where a tag is given only those that had it. Raises `OSError` with ESTALE for others."""
    bucket, key = parts(address)
    options: Any = {} if tag is None else {"if_match": tag}
    if end is not None:
        options["range"] = (start, end)
    with told(address):
        return bytes(obstore.get(_store(bucket), key, options=options).bytes())


def fetch(address: str, path: Path) -> None:
    """Reads an object into a file, which is there when it is whole."""
    bucket, key = parts(address)
    part = path.with_name(f"{path.name}.part")
    with told(address), part.open("wb") as file:
        for block in obstore.get(_store(bucket), key).stream(min_chunk_size=BLOCK):
            file.write(block)
    part.replace(path)


def write(address: str, data: bytes | Path, *, new: bool = False, instead_of: str | None = None) -> str:
    """Writes an object whole; gives its tag. It may have to be `new`, or to take the place of one with a known tag.

    Raises `FileExistsError` where that is not so.
    """
    bucket, key = parts(address)
    mode: Any = "create" if new else "overwrite" if instead_of is None else {"e_tag": instead_of}
    with told(address, FileExistsError):
        # What is large goes up in parts, for which there are no conditions.
        found = obstore.put(_store(bucket), key, data, mode=mode, use_multipart=None if mode == "overwrite" else False)
    return found["e_tag"] or ""


def remove(address: str, keys: Sequence[str]) -> None:
    """Removes objects of the bucket of an address."""
    if keys:
        with told(address):
            obstore.delete(_store(parts(address)[0]), list(keys))


@contextmanager
def told(address: str, unmet: type[OSError] | None = None) -> Iterator[None]:
    """Says failures of the store as the system would say them of a disk; `unmet` is a condition that did not hold."""
    if obstore is None:
        raise UsageError(WITHOUT_EXTRA)
    try:
        yield
    except FileNotFoundError as error:
        raise FileNotFoundError(errno.ENOENT, "there is no such object", address) from error
    except (exceptions.AlreadyExistsError, exceptions.PreconditionError) as error:
        if unmet:
            raise unmet(errno.EEXIST, "another one was written there", address) from error
        raise OSError(errno.ESTALE, "the object was replaced meanwhile", address) from error
    except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError) as error:
        raise PermissionError(errno.EACCES, REFUSED, address) from error
    except exceptions.BaseError as error:
        if REFUSALS.search(str(error)):
            raise PermissionError(errno.EACCES, REFUSED, address) from error
        if "NoSuchBucket" in str(error):
            raise FileNotFoundError(errno.ENOENT, "there is no such bucket", address) from error
        raise OSError(errno.EIO, f"the object store does not answer as it should ({_line(error)})", address) from error


def _store(bucket: str) -> S3Store:
    settings = tuple(sorted((name, value) for name, value in os.environ.items() if name.startswith("AWS_")))
    return _opened(bucket, settings)


@cache
def _opened(bucket: str, settings: tuple[tuple[str, str], ...]) -> S3Store:
    """A store keeps its connections, so there is one for all that is asked of a bucket."""
    # A store whose address is given as http:// is meant to be asked so.
    plain = dict(settings).get("AWS_ENDPOINT_URL", "").startswith("http://")
    return S3Store(
        bucket,
        client_options={
            "connect_timeout": timedelta(seconds=CONNECTS),
            "timeout": timedelta(seconds=ANSWERS),
            **({"allow_http": True} if plain else {}),
        },
        retry_config={"max_retries": TRIES, "retry_timeout": timedelta(seconds=TRIES_FOR)},
    )


def _line(error: Exception) -> str:
    """What a store says, without its tree of causes."""
    said = str(error).partition("\n\nDebug source")[0]
    return " ".join(said.split())[:SHOWN]
