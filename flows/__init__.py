"""Everything that touches the world: files, tables, Prefect, the command line."""
