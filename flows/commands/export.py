"""`winnow export`: posts written out as a corpus of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.app import DEFAULT_WAREHOUSE, AtOption, WarehouseOption, app, told
from flows.commands.settings import settings_in


@app.command()
def export(  # noqa: PLR0913, PLR0917 - each is an option, and typer passes them by name
    context: typer.Context,
    where: Annotated[
        str | None,
        typer.Option(metavar="SQL", help="Only posts for which this is true: \"language = 'fr' AND n_words > 100\"."),
    ] = None,
    form: Annotated[
        str, typer.Option("--format", "-f", metavar="FORM", help="parquet, jsonl, csv, or text: one file a post.")
    ] = "parquet",
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="The folder to make, whole or not at all.")
    ] = Path("export"),
    at: AtOption = None,
    mask_pii: Annotated[  # noqa: FBT002 - typer's way to a flag
        bool,
        typer.Option(
            "--mask-pii", help="Put [email], [phone] and [ip] in the place of addresses and numbers of people."
        ),
    ] = False,
    overwrite: Annotated[  # noqa: FBT002 - as above
        bool, typer.Option("--overwrite", help="Replace an older export in that folder.")
    ] = False,
    formulas: Annotated[  # noqa: FBT002 - as above
        bool,
        typer.Option(
            "--formulas", help="CSV: leave cells that begin like a formula as they are, without a ' in front."
        ),
    ] = False,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
) -> None:
    """Write posts out as a corpus of its own, with a card by which it can be cited and made again.

    The folder holds the data, SHA256SUMS, and the card as README.md and card.json: counts, languages, sources,
    licences, the snapshot, the filter and the command that makes the same again.
    """
    from flows.export import Wanted  # noqa: PLC0415 - the imports behind these take a second
    from flows.export import export as write  # noqa: PLC0415
    from flows.summary import print_exported  # noqa: PLC0415
    from flows.warehouse import Warehouse  # noqa: PLC0415

    with told():
        licences = {source: str(found.value) for source, found in settings_in(context).licences.items()}
        wanted = Wanted(output, where, form, at, mask_pii, overwrite, formulas, licences)
        card = write(Warehouse.open(warehouse), wanted)
    print_exported(card, output)
