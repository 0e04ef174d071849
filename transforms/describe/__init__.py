"""Reading out of a post what it says of itself."""

from transforms.describe.dates import date_order, parse_date
from transforms.describe.fields import Description, describe, describe_all
from transforms.describe.stated import stated_date

__all__ = ["Description", "date_order", "describe", "describe_all", "parse_date", "stated_date"]
