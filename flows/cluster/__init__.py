"""When one machine is too small: dumps are read by the workers of a Dask cluster. Needs the extra `cluster`."""
