"""What every wire form of respond stands on: moments, texts with a length, bodies and answers."""

from __future__ import annotations

import unicodedata
from datetime import UTC
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Moment = Annotated[AwareDatetime, AfterValidator(lambda at: at.astimezone(UTC))]


def storable(said: str) -> str:
    """Return a text without what no database keeps (NUL, other control characters, halves of surrogate pairs).

    Someone in need typed it: it is cleaned, never refused.
    """
    return "".join(sign for sign in said if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs")).strip()


Said = Annotated[str, StringConstraints(max_length=4000), AfterValidator(storable)]
SaidSomething = Annotated[str, StringConstraints(max_length=4000), AfterValidator(storable), Field(min_length=1)]
Short = Annotated[str, StringConstraints(max_length=500), AfterValidator(storable)]
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Priority = Annotated[int, Field(ge=1, le=3)]


class In(BaseModel):
    """A body that comes in: a key we do not know is a mistake."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """An answer."""

    model_config = ConfigDict(from_attributes=True)
