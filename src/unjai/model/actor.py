"""Who acts. Every flow takes an `Actor`; nothing is done by nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from unjai.model.errors import forbidden
from unjai.model.ids import AccountId, StationId, UnitId

ActorKind = Literal["account", "device", "citizen", "system"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """An account, a device, a citizen without an account, or the system itself.

    `stations` are those whose rows the actor may touch; `rights` are the names of `people.rights.RIGHTS`.
    """

    kind: ActorKind
    key: str
    name: str
    stations: frozenset[StationId] = frozenset()
    rights: frozenset[str] = frozenset()
    account_id: AccountId | None = None
    unit_id: UnitId | None = None
    works_at: StationId | None = None

    def may(self, right: str) -> bool:
        """Tell whether the actor holds `right`; the system holds all."""
        return self.kind == "system" or right in self.rights

    def must(self, right: str) -> None:
        """Raise `right_missing` (403) unless the actor holds `right`."""
        if not self.may(right):
            raise forbidden(right)

    @property
    def station(self) -> StationId:
        """The one station the actor works at: `works_at`, or the least of theirs where none is said."""
        return self.works_at if self.works_at in self.stations else min(self.stations)


def system(*stations: StationId, name: str = "system") -> Actor:
    """Return the system as an actor for `stations` (a rule, a timer, an importer)."""
    return Actor(kind="system", key=name, name=name, stations=frozenset(stations))
