"""A progress bar around the runner, for people who wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from flows.batches import Batch
from flows.pipeline import Each, Work
from flows.runners import Heard, local
from flows.staging import Staged


@contextmanager
def shown(console: Console, runner: Callable[[Heard], Each] = local) -> Iterator[Each]:
    """A runner with a bar: bytes read, bytes a second, dumps, copies, time left."""
    bar = Progress(
        TextColumn("reading"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TextColumn("{task.fields[dumps]} dumps, {task.fields[copies]} copies"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:

        def each(work: Work, batches: Sequence[Batch]) -> Iterable[Staged]:
            task = bar.add_task("", total=sum(batch.bytes for batch in batches), dumps=0, copies=0)
            dumps = copies = 0

            def heard(batch: Batch, staged: Staged) -> None:
                nonlocal dumps, copies
                dumps, copies = dumps + staged.dumps, copies + staged.copies
                bar.update(task, advance=batch.bytes, dumps=dumps, copies=copies)

            return runner(heard)(work, batches)

        yield each
