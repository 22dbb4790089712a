"""Thai forms read and written: digits, Buddhist Era dates, clock times, phone numbers, national IDs, postcodes.

What cannot be read raises `DecodeError`; nothing else is raised for any text. Which year a date means is decided by
the rules at the head of `dates`.
"""

from unjai.model.thai.dates import (
    BE_OFFSET,
    MONTHS,
    MONTHS_SHORT,
    WEEKDAYS,
    DateStyle,
    be_year,
    fiscal_year,
    format_date,
    parse_date,
)
from unjai.model.thai.numbers import (
    Phone,
    PhoneKind,
    format_national_id,
    national_id_check,
    parse_national_id,
    parse_phone,
    parse_postcode,
)
from unjai.model.thai.text import MAX_TEXT, arabic_digits, plain, thai_digits
from unjai.model.thai.times import format_moment, format_time, parse_moment, parse_time

__all__ = [
    "BE_OFFSET",
    "MAX_TEXT",
    "MONTHS",
    "MONTHS_SHORT",
    "WEEKDAYS",
    "DateStyle",
    "Phone",
    "PhoneKind",
    "arabic_digits",
    "be_year",
    "fiscal_year",
    "format_date",
    "format_moment",
    "format_national_id",
    "format_time",
    "national_id_check",
    "parse_date",
    "parse_moment",
    "parse_national_id",
    "parse_phone",
    "parse_postcode",
    "parse_time",
    "plain",
    "thai_digits",
]
