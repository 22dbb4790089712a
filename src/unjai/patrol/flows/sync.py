"""What a phone tells: up to 500 signed items at once, in whatever order, as often as it likes.

Each is answered by itself. What is believed is written down with the chain in order; what is not is kept beside with
the reason. Nothing is dropped, nothing counts twice, nothing late looks live.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.geometry import Point
from unjai.model.ids import StationId, named_id, new_id
from unjai.patrol.events import VisitsTold
from unjai.patrol.flows.coverage import note_patrolled
from unjai.patrol.flows.findings import take_finding
from unjai.patrol.flows.judging import judged
from unjai.patrol.flows.phones import own_account
from unjai.patrol.rules import codes
from unjai.patrol.rules.chain import Head, Link, digest_of, follow, placed
from unjai.patrol.rules.checkpoints import tag_digest
from unjai.patrol.rules.duty import unit_at
from unjai.patrol.rules.items import Item, jump_s, read_item
from unjai.patrol.signatures import all_signed, signature_of
from unjai.patrol.store import checkpoints, phones
from unjai.patrol.store import visits as store
from unjai.people.vault import Vault
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.outbox import emit

Outcome = Literal["accepted", "waiting", "repeat", "fork", "refused"]
_STATES: dict[str, Outcome] = {"next": "accepted", "joined": "accepted", "gap": "waiting", "fork": "fork"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """An item as it came: the body as the phone wrote it, and its signature in base64url."""

    body: str
    signature: str


@dataclass(kw_only=True, slots=True)
class Answer:
    """What became of an item: `code` names the words, where there is anything to say."""

    digest: str
    state: Outcome
    code: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    seq: int | None = None
    late_s: int | None = None
    score: int | None = None
    visit_state: str | None = None


@dataclass(kw_only=True, slots=True)
class _Fresh:
    """An item that is believed and was not known."""

    item: Item
    link: Link
    body: bytes
    signature: bytes
    answer: Answer
    chain: str = "gap"
    doubled: bool = False


async def take_items(
    tx: Tx, actor: Actor, clock: Clock, vault: Vault, *, phone_id: UUID, sent_at: datetime, items: Sequence[Told]
) -> tuple[list[Answer], Head]:
    """Take what a phone tells and answer each item, in the order they came; and how far its chain is known.

    Raises `not_found` (404) for a phone that is not registered at the actor's station.
    """
    account_id = own_account(actor)
    phone = await phones.phone_of(tx, phone_id, lock=True)
    if phone is None or phone["station_id"] not in actor.stations:
        raise not_found("phone", phone_id)
    now = clock.now()
    why = "phone_other_holder" if phone["account_id"] != account_id else ""
    why = why or ("phone_revoked" if phone["revoked_at"] is not None else "")
    if why:
        answers = [
            await _refuse(tx, actor, clock, phone=phone, body=_bytes(told), error=UnjaiError(why, 409))
            for told in items
        ]
        return answers, Head(seq=phone["head_seq"], digest=phone["head_digest"])
    answers, fresh = await _read(tx, actor, clock, phone, items)
    head, moved = await _chain(tx, phone, fresh, now)
    offset_s = (now - sent_at).total_seconds()
    rows = [
        {
            "phone_id": phone_id,
            "station_id": phone["station_id"],
            "digest": one.link.digest,
            "seq": one.link.seq,
            "prev": one.link.prev,
            "item_id": one.item.id,
            "kind": one.item.kind,
            "chain": one.chain,
            "body": one.body,
            "signature": one.signature,
            "received_at": now,
            "offset_s": offset_s,
            "linked_at": now if one.chain in ("next", "joined") else None,
        }
        for one in fresh
    ]
    await phones.add_items(tx, rows)
    told = {"head_seq": head.seq, "head_digest": head.digest, "heard_at": now, "offset_s": offset_s}
    await phones.set_phone(tx, phone_id, **told)
    await _Taking(tx=tx, actor=actor, clock=clock, vault=vault, phone=phone, offset_s=offset_s).take(fresh, moved)
    if fresh:
        counts = {
            state: sum(one.state == state for one in answers) for state in ("accepted", "waiting", "fork", "refused")
        }
        station_id, subject = StationId(phone["station_id"]), f"phone:{phone_id}"
        await audit(tx, actor, clock, action="patrol.sync", subject=subject, facts=counts, station_id=station_id)
    return answers, head


async def _refuse(
    tx: Tx, actor: Actor, clock: Clock, *, phone: dict[str, Any], body: bytes, error: UnjaiError
) -> Answer:
    digest = digest_of(body)
    row = {"id": new_id(clock.now()), "station_id": phone["station_id"], "account_id": actor.account_id}
    row |= {"phone_id": phone["id"], "digest": digest, "code": error.code, "facts": dict(error.facts)}
    await phones.refuse(tx, {**row, "body": body, "at": clock.now()})
    return Answer(digest=digest, state="refused", code=error.code, facts=dict(error.facts))


def _bytes(told: Told) -> bytes:
    return told.body.encode("utf-8", "replace")


def _believed(body: bytes, phone_id: UUID, *, signed: bool) -> Item:
    if not signed:
        raise UnjaiError("item_unsigned", 422)
    item = read_item(body)
    if item.phone != phone_id:
        raise UnjaiError("item_other_phone", 422)
    return item


async def _read(
    tx: Tx, actor: Actor, clock: Clock, phone: dict[str, Any], items: Sequence[Told]
) -> tuple[list[Answer], list[_Fresh]]:
    """Tell the known from the new, and the believed from what is not."""
    bodies = [_bytes(told) for told in items]
    signatures = [signature_of(told.signature) for told in items]
    signed = await asyncio.to_thread(all_signed, phone["public_key"], list(zip(bodies, signatures, strict=True)))
    digests = [digest_of(body) for body in bodies]
    known = await phones.items_by_digest(tx, phone["id"], digests)
    answers: list[Answer] = []
    fresh: list[_Fresh] = []
    seen: dict[str, Answer] = {}
    for body, signature, good, digest in zip(bodies, signatures, signed, digests, strict=True):
        if digest in known or digest in seen:
            stands = known[digest]["chain"] if digest in known else ""
            code = {"gap": "chain_gap", "fork": "chain_fork"}.get(stands, "")
            answers.append(Answer(digest=digest, state="repeat", code=code))
            continue
        try:
            item = _believed(body, phone["id"], signed=good)
        except UnjaiError as error:
            answers.append(await _refuse(tx, actor, clock, phone=phone, body=body, error=error))
            continue
        seen[digest] = answer = Answer(digest=digest, state="accepted", seq=item.seq)
        link = Link(seq=item.seq, digest=digest, prev=item.prev)
        fresh.append(_Fresh(item=item, link=link, body=body, signature=signature or b"", answer=answer))
        answers.append(answer)
    ids = await phones.item_ids_known(tx, phone["id"], [one.item.id for one in fresh])
    for one in fresh:
        one.doubled = one.item.id in ids
        ids.add(one.item.id)
    return answers, fresh


async def _chain(tx: Tx, phone: dict[str, Any], fresh: Sequence[_Fresh], now: datetime) -> tuple[Head, list[str]]:
    """Give each new item its place, and those that waited theirs; return the head now, and which had waited."""
    head = Head(seq=phone["head_seq"], digest=phone["head_digest"])
    own = {one.link.digest: one for one in fresh}
    waiting = {
        row["digest"]: Link(seq=row["seq"], digest=row["digest"], prev=row["prev"])
        for row in await phones.items_waiting(tx, phone["id"])
    }
    changed: dict[str, list[str]] = {"joined": [], "fork": []}

    def put(link: Link, chain: str) -> None:
        waiting.pop(link.digest, None)
        if link.digest in own:
            own[link.digest].chain = chain
        else:
            changed[chain].append(link.digest)

    for one in fresh:
        place = placed(head, one.link)
        if place == "gap":
            waiting[one.link.digest] = one.link
            continue
        one.chain = place
        if place == "fork":
            continue
        head = Head(seq=one.link.seq, digest=one.link.digest)
        head, joined, forks = follow(head, [link for link in waiting.values() if link.seq > head.seq])
        for link in joined:
            put(link, "joined")
        for link in [*forks, *(link for link in list(waiting.values()) if link.seq <= head.seq)]:
            put(link, "fork")
    for chain, digests in changed.items():
        await phones.set_chain(tx, phone["id"], digests, chain, now)
        await store.set_chain(tx, phone["id"], digests, chain)
    for one in fresh:
        one.answer.state = _STATES[one.chain]
        one.answer.code = {"gap": "chain_gap", "fork": "chain_fork", "joined": "chain_joined"}.get(one.chain, "")
    return head, [*changed["joined"], *changed["fork"]]


@dataclass(kw_only=True)
class _Taking:
    """What follows from a phone's items: visits judged, findings taken, streets noted."""

    tx: Tx
    actor: Actor
    clock: Clock
    vault: Vault
    phone: dict[str, Any]
    offset_s: float
    places: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    secrets: dict[UUID, bytes] = field(default_factory=dict)

    async def take(self, fresh: Sequence[_Fresh], moved: Sequence[str]) -> None:
        """Write visits and findings of what is new, then judge: each visit is seen beside all others."""
        named = {one.item.checkpoint for one in fresh if one.item.checkpoint is not None}
        self.places = {row["id"]: row for row in await checkpoints.some_checkpoints(self.tx, list(named))}
        visits = []
        before = {one.link.digest: one.item for one in fresh}
        findings = 0
        for one in sorted(fresh, key=lambda one: one.link.seq):
            if one.doubled:
                one.answer.code = one.answer.code or "item_doubled"
            elif one.item.kind == "finding":
                await self._finding(one)
                findings += 1
            elif one.item.checkpoint not in self.places:
                error = UnjaiError("visit_place_gone", 404, checkpoint=str(one.item.checkpoint))
                gone = await _refuse(self.tx, self.actor, self.clock, phone=self.phone, body=one.body, error=error)
                one.answer.code, one.answer.facts = gone.code, gone.facts
            else:
                visits.append((one, await self._visit(one, before)))
        again = await store.visits_of_items(self.tx, self.phone["id"], moved)
        for row in await checkpoints.some_checkpoints(self.tx, [row["checkpoint_id"] for row in again]):
            self.places[row["id"]] = row
        proven = []
        for answer, row in [*((one.answer, row) for one, row in visits), *((None, row) for row in again)]:
            found = await judged(self.tx, self.clock, row, self.places[row["checkpoint_id"]])
            if answer is not None:
                answer.score, answer.visit_state = found.score, found.state
            if found.state == "proven":
                place = self.places[row["checkpoint_id"]]
                proven.append((Point(lon=place["lon"], lat=place["lat"]), row["happened_at"]))
        await self._tell(proven, {row["checkpoint_id"] for _, row in visits}, findings)

    async def _tell(self, proven: list[tuple[Point, datetime]], visited: set[UUID], findings: int) -> None:
        station_id = StationId(self.phone["station_id"])
        await note_patrolled(self.tx, self.clock, station_id=station_id, seen=proven, source="patrol.visits")
        if visited or findings:
            told = VisitsTold(station_id=station_id, checkpoint_ids=tuple(sorted(visited)), findings=findings)
            await emit(self.tx, self.clock, told)

    def _times(self, item: Item) -> dict[str, Any]:
        """Return when it was by the phone, when it was by us as well as can be said, and how late that came."""
        now = self.clock.now()
        happened = min(item.said_at + timedelta(seconds=self.offset_s), now)
        late_s = min(int((now - happened).total_seconds()), 2**31 - 1)
        return {"observed_at": item.said_at, "happened_at": happened, "received_at": now, "late_s": late_s}

    async def _common(self, one: _Fresh) -> dict[str, Any]:
        times = self._times(one.item)
        one.answer.late_s = times["late_s"]
        duties = await store.duties(self.tx, self.phone["account_id"], times["happened_at"], times["received_at"])
        return {
            "id": named_id("patrol", f"{self.phone['id']}:{one.link.digest}", times["happened_at"]),
            "station_id": self.phone["station_id"],
            "phone_id": self.phone["id"],
            "item_digest": one.link.digest,
            "account_id": self.phone["account_id"],
            "unit_id": unit_at(times["happened_at"], duties, self.actor.unit_id),
            **times,
            "lon": one.item.lon if one.item.lat is not None else None,
            "lat": one.item.lat if one.item.lon is not None else None,
            "accuracy_m": one.item.acc,
            "chain": one.chain,
        }

    async def _visit(self, one: _Fresh, batch: dict[str, Item]) -> dict[str, Any]:
        item, place = one.item, self.places[one.item.checkpoint]  # type: ignore[index]  # asked for above
        row = await self._common(one)
        scan = self._scan(item, place, row["happened_at"])
        sent_at = self.clock.now() - timedelta(seconds=self.offset_s)
        before = batch.get(one.link.prev) or await self._before(one)
        row["checkpoint_id"] = place["id"]
        row["said"] = {
            "scan": None if scan is None else asdict(scan),
            "nfc": _tag_fits(item.nfc, place["nfc_digest"]),
            "mock": item.mock,
            "duty_at": self._duty_at(item),
            "dwell_s": item.dwell_s,
            "offset_s": round(self.offset_s, 3),
            "ahead_s": round((item.said_at - sent_at).total_seconds(), 3),
            "jump_s": None if before is None else round(jump_s(before, item), 3),
            "photos": [str(key) for key in item.photos],
        }
        row |= {"score": 0, "state": "doubted", "parts": [], "judged_at": self.clock.now()}
        await store.add_visit(self.tx, row)
        return row

    def _duty_at(self, item: Item) -> str | None:
        if item.duty is None:
            return None
        return (datetime.fromtimestamp(item.duty / 1000, UTC) + timedelta(seconds=self.offset_s)).isoformat()

    async def _before(self, one: _Fresh) -> Item | None:
        if one.chain not in ("next", "joined") or one.link.seq == 1:
            return None
        stored = await phones.item_linked(self.tx, self.phone["id"], one.link.seq - 1)
        return None if stored is None else read_item(stored["body"])

    def _scan(self, item: Item, place: dict[str, Any], at: datetime) -> codes.Scan | None:
        if not item.code:
            return None
        if place["sealed"] is None:  # no label was ever printed for it
            return codes.Scan(form="none", verdict="forged")
        if place["id"] not in self.secrets:
            self.secrets[place["id"]] = self.vault.open(place["id"], place["sealed"])
        return codes.scanned(item.code, self.secrets[place["id"]], place["id"], place["serial"], at.astimezone(UTC))

    async def _finding(self, one: _Fresh) -> None:
        place = self.places.get(one.item.checkpoint) if one.item.checkpoint is not None else None
        row = {**await self._common(one), "checkpoint_id": None if place is None else place["id"]}
        row |= {"what": one.item.what, "text": one.item.text, "photos": list(one.item.photos)}
        await take_finding(self.tx, self.actor, self.clock, row=row, place=place)


def _tag_fits(told: str, digest: str) -> bool:
    try:
        return bool(digest) and tag_digest(told) == digest
    except UnjaiError:
        return False
