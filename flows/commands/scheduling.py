"""What `winnow serve` and `winnow deploy` are both asked, and the plan that it makes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.commands.app import DEFAULT_SOURCE
from transforms.errors import UsageError

if TYPE_CHECKING:
    from flows.deployed import Plan

Sources = Annotated[
    list[str] | None,
    typer.Argument(metavar="SOURCE", help="Folders of dumps, or single files.  [default: raw]", show_default=False),
]
Cron = Annotated[
    str | None,
    typer.Option(metavar="EXPRESSION", help="When to run: minute, hour, day of the month, month, day of the week."),
]
Interval = Annotated[str | None, typer.Option(metavar="TIME", help="Run so often instead (90, 10m, 1h30m, 1d).")]
Timezone = Annotated[
    str | None, typer.Option(metavar="NAME", help="The time zone of the schedule (Europe/Berlin).  [default: UTC]")
]
Name = Annotated[
    str | None, typer.Option(metavar="NAME", help="The name of the deployment.  [default: that of the warehouse]")
]
Include = Annotated[
    list[str] | None,
    typer.Option(metavar="GLOB", help="Read only files whose path or name matches; may be given again."),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(metavar="GLOB", help="Pass over files whose path or name matches.  [default: README.md]"),
]
Field = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KIND=NAME",
        help="The field of rows that holds a text, title, author, published, url, tags or id; may be given again.",
    ),
]
Wait = Annotated[str, typer.Option(metavar="TIME", help="How long a run waits where another one holds the warehouse.")]
WAIT = "1h"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The options of one call, as they were given."""

    sources: list[str] | None
    warehouse: Path
    name: str | None
    cron: str | None
    interval: str | None
    timezone: str | None
    include: list[str] | None
    exclude: list[str] | None
    field: list[str] | None
    wait: str

    def plan(self) -> Plan:
        """The plan that they make. Raises `UsageError` where one of them can't be meant."""
        from flows.deployed import planned  # noqa: PLC0415 - importing Prefect takes a second
        from flows.landing import EXCLUDED  # noqa: PLC0415
        from flows.pipeline import Request  # noqa: PLC0415
        from flows.timing import Timing, seconds_of  # noqa: PLC0415
        from transforms.split.fields import Asked  # noqa: PLC0415

        timing = Timing(self.cron, None if self.interval is None else seconds_of(self.interval), self.timezone)
        request = Request(
            sources=tuple(self.sources or [DEFAULT_SOURCE]),
            warehouse=self.warehouse,
            include=tuple(self.include or ()),
            exclude=EXCLUDED if self.exclude is None else tuple(self.exclude),
            fields=Asked.of(_by_kind(self.field or [])),
        )
        return planned(request, timing, seconds_of(self.wait), self.name)


def _by_kind(fields: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for given in fields:
        kind, sign, name = given.partition("=")
        if not sign:
            raise UsageError(f"{given!r} names no field; give KIND=NAME, as in --field text=story")
        found[kind].append(name)
    return found
