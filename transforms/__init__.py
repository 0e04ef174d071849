"""Pure functions from bytes to posts: no files, no clock, no Prefect."""

from typing import Final

# Rows carry it, so that what an older version made can be found and made anew.
PIPELINE_VERSION: Final = "0.1.0"
