"""What a case keeps of people and of the scene, and the sealed file made of it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.respond.conftest import HERE, OPERATOR, acting, shown
from tests.respond.test_case_rules import jpeg
from unjai.model.actor import system
from unjai.model.errors import UnjaiError
from unjai.platform.audit import audit_log
from unjai.platform.media import Media
from unjai.respond import flows, sealed
from unjai.respond.flows import attachments, parties, sealing
from unjai.respond.store import case_tables

CHIEF = acting("supervisor", name="ร.ต.อ. ดูแล")
CORE = system(HERE)


async def test_a_person_is_covered_for_others_and_each_look_is_on_the_log(town):
    key = await town.press(1000)
    facts = {"name": "นางสาวปราณี ใจดี", "phone": "0812345678"}
    await town.do(parties.add_party, incident_id=key, kind="person", role="victim", facts=facts)
    officer = acting("officer", name="ส.ต.ต.")
    seen = await shown(town, key, officer)
    assert seen.parties[0].masked == "ป*** ใจ*** · ••••••••78"
    assert "ปราณี" not in seen.model_dump_json()
    with pytest.raises(UnjaiError, match="right_missing"):
        await town.do(parties.read_parties, officer, incident_id=key)
    async with town.db.tx(officer) as tx:
        assert await tx.all(select(case_tables.party_detail)) == []  # the database itself refuses
    known = await town.do(parties.read_parties, incident_id=key)
    assert known[0]["facts"] == facts
    async with town.db.tx(CORE) as tx:
        looks = await tx.all(
            select(audit_log).where(audit_log.c.action == "party.read", audit_log.c.subject == f"incident:{key}")
        )
    assert [(row["actor_name"], row["subject"]) for row in looks] == [(OPERATOR.name, f"incident:{key}")]
    await town.do(parties.remove_party, incident_id=key, party_id=known[0]["id"])
    assert (await shown(town, key)).parties == []
    await town.do(parties.restore_party, incident_id=key, party_id=known[0]["id"])
    assert len((await shown(town, key)).parties) == 1


async def test_what_is_known_of_people_is_forgotten_a_year_later_unless_handed_over(town):
    key, other = await town.press(1000), await town.press(100)
    for one in (key, other):
        await town.do(parties.add_party, incident_id=one, kind="person", role="witness", facts={"name": "ก ข"})
        await town.do(flows.false_alarm, incident_id=one)
    async with town.db.tx(CORE) as tx:
        values = {"id": uuid4(), "incident_id": other, "station_id": HERE, "at": town.clock.now()}
        about = {"digest": "d", "size_bytes": 1, "entries": 1, "key_print": "k", "by": "x"}
        await tx.execute(case_tables.case_file.insert().values(**values, **about).inline())
    town.clock.move(timedelta(days=364))
    assert await town.do(parties.forget_parties, CORE) == 0
    town.clock.move(timedelta(days=2))
    assert await town.do(parties.forget_parties, CORE) == 1
    assert (await town.do(parties.read_parties, incident_id=key))[0]["facts"] == {}
    assert (await shown(town, key)).parties[0].masked == "ก*** ข***"
    assert (await town.do(parties.read_parties, incident_id=other))[0]["facts"] == {"name": "ก ข"}
    town.clock.move(timedelta(days=-366))


async def test_a_photograph_is_kept_whole_and_shown_without_its_place(town, tmp_path):
    key, media, body = await town.press(1000), Media(tmp_path), jpeg()
    file = await attachments.prepare(media, body, "C:\\fake\\scene.png")
    assert file.name == "scene.jpg"
    for _ in range(2):
        found = await town.do(attachments.attach, incident_id=key, file=file, key="one", caption="หน้าร้าน")
    held = (await shown(town, key)).attachments
    assert [(one.id, one.caption) for one in held] == [(found, "หน้าร้าน")]
    row = await town.do(attachments.read_attachment, attachment_id=found)
    assert await media.read(row["digest"]) == body
    assert b"GPS" not in await media.read(row["shown_digest"])
    async with town.db.tx(acting("officer")) as tx:
        assert await tx.all(select(case_tables.attachment)) == []
    await town.do(attachments.remove_attachment, attachment_id=found, reason="ผิดเหตุ")
    with pytest.raises(UnjaiError, match="attachment_removed"):
        await town.do(attachments.read_attachment, attachment_id=found)
    assert await media.read(row["digest"]) == body
    media.path(row["digest"]).write_bytes(b"other")
    with pytest.raises(UnjaiError, match="media_damaged"):
        await media.read(row["digest"])


async def test_an_officer_photographs_the_own_scene_only(town, tmp_path):
    key, media = await town.press(1000), Media(tmp_path)
    await town.do(flows.offer, incident_id=key)
    offered = await town.open_offer(key)
    file = await attachments.prepare(media, jpeg(), "a.jpg")
    officer, other = town.officer("motorcycle"), town.officer("car")
    said = town.clock.now()
    town.clock.move(timedelta(minutes=4))
    await town.do(attachments.attach_from_scene, officer, assignment_id=offered["id"], file=file, key="p", told_at=said)
    with pytest.raises(UnjaiError, match="not_found"):
        await town.do(attachments.attach_from_scene, other, assignment_id=offered["id"], file=file, key="p")
    one = (await shown(town, key)).attachments[0]
    assert (one.told_at, one.at - one.told_at >= timedelta(minutes=4)) == (said, True)


async def test_the_sealed_file_holds_everything_and_one_byte_is_found(town, tmp_path):
    key, media = await town.press(1000), Media(tmp_path)
    await town.do(
        parties.add_party, incident_id=key, kind="vehicle", role="suspect", facts={"registration": "1กข 1234"}
    )
    file = await attachments.prepare(media, jpeg(), "a.jpg")
    await town.do(attachments.attach, incident_id=key, file=file, key="one")
    made = await town.do(sealing.seal_case, incident_id=key, data=tmp_path, note="รับต่อ")
    with pytest.raises(UnjaiError, match="right_missing"):
        await town.do(sealing.seal_case, acting("superintendent"), incident_id=key, data=tmp_path)
    inquiry = acting("inquiry", name="พ.ต.ต. สอบสวน")
    row = await town.do(sealing.read_case_file, inquiry, case_file_id=made, right="case.receive")
    body = await media.read(row["digest"])
    found = sealed.verified(body, key_print=row["key_print"])
    assert (found.digest, found.entries, found.number) == (
        row["digest"], row["entries"], (await town.incident(key))["number"],
    )  # fmt: skip
    assert "1กข 1234".encode() in body
    assert jpeg() in body
    for at in range(0, len(body), max(1, len(body) // 400)):
        with pytest.raises(UnjaiError, match="case_file_broken"):
            sealed.verified(body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :])
    with pytest.raises(UnjaiError, match="case_file_broken"):
        sealed.verified(body, key_print="0000 " * 8)
    with pytest.raises(UnjaiError, match="case_file_broken"):
        sealed.verified(body + b"\x00")
    with pytest.raises(UnjaiError, match="case_file_other"):
        await town.do(sealing.receive_case, inquiry, case_file_id=made, digest="0" * 64)
    await town.do(sealing.receive_case, inquiry, case_file_id=made, digest=row["digest"])
    await town.do(sealing.receive_case, inquiry, case_file_id=made, digest=row["digest"])
    steps = await town.steps(key)
    assert (steps.count("case_sealed"), steps.count("case_received")) == (1, 1)


async def test_the_print_sheet_covers_people_and_callers(town):
    key = await town.press(1000)
    await town.do(parties.add_party, incident_id=key, kind="person", role="victim", facts={"name": "สมใจ ใจดี"})
    body = await town.do(sealing.print_sheet, incident_id=key)
    assert body.startswith(b"%PDF-")
    assert len(body) > 5000
