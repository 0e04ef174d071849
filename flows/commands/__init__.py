"""The commands of `winnow`, one module each: what it is asked, and which entry function it calls.

To add one, write a module here with a function under `@app.command()` (from `flows.commands.app`), and name the module
in the list of `flows.cli`. What a command does stands elsewhere, in a module without `typer`.
"""
