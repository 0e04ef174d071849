"""The parameters of the Prefect flow, as its form shows them, and the request that they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields as dataclass_fields
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from flows.objects.mirror import place_of, root_of
from flows.pipeline import Request
from transforms.repair_steps import chosen
from transforms.split.fields import Asked

Names = Annotated[list[str], Field(default_factory=list)]
# Types of the parameters; what each means stands in the docstring of the flow, from which Prefect takes it.
Sources = Annotated[tuple[str, ...], Field(min_length=1)]
Folder = Annotated[str, Field(min_length=1)]
Globs = tuple[str, ...]
Seconds = Annotated[float, Field(ge=0)]
Steps = tuple[str, ...]
# A scheduled run has nobody waiting, and the run before it may well take a while.
WAIT: Final = 3_600.0


class NamedFields(BaseModel):
    """Names of the fields of rows (JSONL, CSV, Parquet), best first; they go before the names that are known."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Names = Field(description="Fields that may hold the text of a post.")
    title: Names = Field(description="Fields that may hold its title.")
    author: Names = Field(description="Fields that may hold its author.")
    published: Names = Field(description="Fields that may hold the date of its publication.")
    url: Names = Field(description="Fields that may hold its address.")
    tags: Names = Field(description="Fields that may hold its tags.")
    id: Names = Field(description="Fields that may hold what names it among the rows.")


NONE_NAMED: Final = NamedFields.model_validate({})


def request_of(  # noqa: PLR0913, PLR0917 - each is a parameter of the flow
    sources: Sequence[str],
    warehouse: str,
    include: Sequence[str],
    exclude: Sequence[str],
    fields: NamedFields,
    repair_steps: Sequence[str],
) -> Request:
    """The request that the parameters make. Raises `UsageError` for an empty name of a field, an unknown repair."""
    asked = Asked(**{field.name: tuple(getattr(fields, field.name)) for field in dataclass_fields(Asked)})
    return Request(tuple(sources), root_of(warehouse), tuple(include), tuple(exclude), asked, chosen(repair_steps))


def parameters_of(request: Request, wait: float = WAIT) -> dict[str, Any]:
    """The parameters that make a request, as JSON can hold them."""
    return {
        "sources": list(request.sources),
        "warehouse": place_of(request.warehouse),
        "include": list(request.include),
        "exclude": list(request.exclude),
        "fields": request.fields.given(),
        "wait": wait,
        "repair_steps": list(request.repair_steps),
    }


def without_wait(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What `request_of` takes of the parameters of a run, whose fields may be as JSON holds them."""
    taken = {name: value for name, value in parameters.items() if name != "wait"}
    return taken | {"fields": NamedFields.model_validate(taken["fields"])}
