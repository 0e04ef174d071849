"""What can go wrong, as a tree.

WinnowError
├── DumpError            one dump can't be read; it becomes a rejected row, the others go on
│   ├── PassingError     the same, but a later try may well succeed (a busy disk, a network share)
│   ├── FieldError       none of its fields is known to hold the text; a name for it can be given
│   ├── RefusedError     it swells without end when it is unpacked, as a decompression bomb does
│   └── FaultError       winnow itself failed on it; another version may not
├── SourceError          what was named as a source is not there or can't be listed
├── WarehouseError       the warehouse can't be opened, read or written
│   ├── BusyError        another run holds the warehouse
│   ├── IndexWrittenError  the index was written by another version, and has to be rebuilt
│   └── StorageError     the same, but a later try may well succeed (a full or busy disk, a network share)
├── OutputError          what was asked for can't be written where it is wanted
├── TrackingError        the Prefect API that is to track a run can't be reached, or failed in the middle of it
└── UsageError           the command was given something that it can't mean
"""

from __future__ import annotations

import errno
import re
from typing import Final

from transforms.addresses import without_login

# Failures of a disk or a network share that a later try may not meet.
PASSING: Final = frozenset(
    {
        errno.EIO,
        errno.EAGAIN,
        errno.EINTR,
        errno.EBUSY,
        errno.ETIMEDOUT,
        errno.ENFILE,
        errno.EMFILE,
        errno.ESTALE,
    }
)
# Failures to write that may pass too: somebody frees space, a lock of a network share comes back.
PASSING_WRITES: Final = PASSING | {errno.ENOSPC, errno.EDQUOT, errno.ENOLCK, errno.EDEADLK, errno.EHOSTDOWN}
# The number of a system error in what a library says of it.
NUMBERED: Final = re.compile(r"\b(?:os error|errno) (\d{1,5})\b", re.IGNORECASE)
# What numpy says, without a number of the system, where a disk took only a part of what it was given.
CUT_SHORT: Final = re.compile(r"\d{1,20} requested and \d{1,20} written")


def way_out(error: Exception) -> str:
    """What to do about a failure to write.

    >>> way_out(OSError(errno.ENOSPC, "No space left on device"))
    'free some space and run again'
    >>> way_out(OSError("547 requested and 496 written"))
    'free some space and run again'
    """
    full = getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT} or "no space left" in str(error).lower()
    full = full or CUT_SHORT.search(str(error)) is not None
    return "free some space and run again" if full else "check the folder and run again"


def may_pass(error: Exception) -> bool:
    """Whether a failure to write may pass by itself, so that trying again after a while is worth it.

    >>> may_pass(OSError(errno.ESTALE, "Stale file handle"))
    True
    >>> may_pass(ValueError("Generic LocalFileSystem error: No space left on device (os error 28)"))
    True
    >>> may_pass(OSError(errno.EACCES, "Permission denied"))
    False
    """
    numbers = {getattr(error, "errno", None), *map(int, NUMBERED.findall(str(error)))}
    return not PASSING_WRITES.isdisjoint(numbers) or CUT_SHORT.search(str(error)) is not None


class WinnowError(Exception):
    """Anything that winnow says of its own accord: what was wrong, the value, the way out.

    Where the value is an address, its user and password are not said.

    >>> str(WinnowError("nothing answers at tcp://ann:secret@weir.example:8786"))
    'nothing answers at tcp://…@weir.example:8786'
    """

    def __init__(self, *said: object) -> None:
        super().__init__(*(without_login(part, "…@") if isinstance(part, str) else part for part in said))


class DumpError(WinnowError):
    """One dump can't be read; the reason becomes its `error` and the other dumps go on."""


class PassingError(DumpError):
    """One dump can't be read just now; another try may succeed."""


class FieldError(DumpError):
    """No field of the rows is known to hold the text; it is read anew at every run, since another name may be given."""


class RefusedError(DumpError):
    """A member of an archive swells without end when it is unpacked; it is left alone."""


class FaultError(DumpError):
    """Winnow itself failed on one dump; it is read anew at every run, since another version may not fail."""


class SourceError(WinnowError):
    """A source folder or file is not there, or can't be listed."""


class WarehouseError(WinnowError):
    """The warehouse can't be opened, read or written."""


class BusyError(WarehouseError):
    """Another run holds the warehouse."""


class IndexWrittenError(WarehouseError):
    """The index was written by another version of winnow, so that new texts would not meet the old ones."""


class OutputError(WinnowError):
    """What was asked for can't be written where it is wanted."""


class StorageError(WarehouseError):
    """The warehouse can't be read or written just now, since its disk is full, busy or away; another try may succeed.

    A run that met it has committed nothing.
    """


class TrackingError(WinnowError):
    """The Prefect API that is to track a run can't be reached, or failed in the middle of it."""


class UsageError(WinnowError):
    """A command was given something that it can't mean."""
