"""Who acts. Every flow takes an `Actor`; nothing is done by nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from unjai.model.errors import UnjaiError, forbidden
from unjai.model.ids import AccountId, StationId, UnitId

ActorKind = Literal["account", "device", "citizen", "system"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """An account, a device, a citizen without an account, or the system itself.

    `stations` are those whose rows the actor may touch; `rights` are the names of `people.rights.RIGHTS`.
    `marks` stand in the facts of every audit row of theirs (an emergency, an approval); `until` is when the rights
    end by themselves; `approved` names the action that a second person let through.
    """

    kind: ActorKind
    key: str
    name: str
    stations: frozenset[StationId] = frozenset()
    rights: frozenset[str] = frozenset()
    account_id: AccountId | None = None
    unit_id: UnitId | None = None
    works_at: StationId | None = None
    marks: tuple[tuple[str, str], ...] = ()
    until: datetime | None = None
    approved: str | None = None

    def may(self, right: str) -> bool:
        """Tell whether the actor holds `right`; the system holds all."""
        return self.kind == "system" or right in self.rights

    def must(self, right: str) -> None:
        """Raise `right_missing` (403) unless the actor holds `right`."""
        if not self.may(right):
            raise forbidden(right)

    def must_be_approved(self, action: str, /, **facts: object) -> None:
        """Raise `approval_needed` (409) unless a second person approved `action`; the system needs nobody.

        `facts` are what to propose with (`people.flows.four_eyes`).
        """
        if self.kind != "system" and self.approved != action:
            raise UnjaiError("approval_needed", 409, action=action, **facts)

    @property
    def station(self) -> StationId:
        """The one station the actor works at: `works_at`, or the least of theirs where none is said."""
        return self.works_at if self.works_at in self.stations else min(self.stations)


def system(*stations: StationId, name: str = "system") -> Actor:
    """Return the system as an actor for `stations` (a rule, a timer, an importer)."""
    return Actor(kind="system", key=name, name=name, stations=frozenset(stations))
