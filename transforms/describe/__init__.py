"""Reading out of a post what it says of itself."""

from transforms.describe.dates import date_order, parse_date
from transforms.describe.fields import Description, describe
from transforms.describe.stated import stated_date

__all__ = ["Description", "date_order", "describe", "parse_date", "stated_date"]
