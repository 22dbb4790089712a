"""Requests that wait for something outside (a camera): the right is declared as ever, no transaction stays open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Depends, Request

from unjai.cameras.secrets import vault_of
from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.people.vault import Vault
from unjai.platform.database import Tx
from unjai.platform.http import Ground, actor_of

_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Outside:
    """Who asks. `tx` opens a transaction for as long as something is read or written."""

    ground: Ground
    actor: Actor
    request: Request

    @property
    def clock(self) -> Clock:
        """Return the clock."""
        return self.ground.clock

    @property
    def vault(self) -> Vault:
        """Return where logins of cameras are sealed."""
        return vault_of(self.ground.data)

    @asynccontextmanager
    async def tx(self) -> AsyncIterator[Tx]:
        """Open a transaction in the actor's scope; committed at its end."""
        async with self.ground.db.tx(self.actor) as tx:
            yield tx

    async def while_there(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Return what `work` returns; it is cancelled when who asks goes away (`evidence_check_failed`, 499).

        For a request without a body: what else would come is taken for nothing.
        """
        task, gone = asyncio.create_task(work), asyncio.create_task(self._gone())
        try:
            await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise UnjaiError("evidence_check_failed", 499, reason="left")
            return task.result()
        finally:
            for one in (task, gone):
                one.cancel()
            await asyncio.gather(task, gone, return_exceptions=True)

    async def _gone(self) -> None:
        while (await self.request.receive())["type"] != "http.disconnect":
            pass


def outside(right: str) -> Any:
    """Return the dependency of a route that asks a camera; it refuses whoever lacks `right`."""

    async def ask(request: Request) -> Outside:
        return Outside(ground=request.app.state.ground, actor=await actor_of(request, right), request=request)

    ask.right = right  # type: ignore[attr-defined]
    return Depends(ask, scope="function")
