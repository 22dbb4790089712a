"""Evidence beyond an owner's consent, deleted, or of an incident: what two people must want, and what stays."""

import json
import zipfile
from datetime import date
from uuid import UUID, uuid4

from tests.web.edge import HERE
from tests.web.street import CORE, POLICE, SHOP, kept
from unjai.cameras.evidence import folder
from unjai.cameras.flows import consents
from unjai.cameras.recording.shelf import folder_of, holds_of
from unjai.respond.store import timeline


async def test_beyond_an_owners_consent_two_people_are_needed_and_the_manifest_says_so(street):
    async with street.centre.db.tx(CORE) as tx:
        said = {"number": "ยินยอม 5/2569", "from_on": date(2026, 1, 1), "hours": "01.00–01.30 น.", "part": "หน้าร้าน"}
        await consents.add_consent(tx, CORE, street.centre.clock, camera_id=SHOP, said=said)
    piece = street.clip(SHOP, 0, 2)
    (looked,) = (await street.post("/api/evidence/look", {"pieces": [piece]})).json()
    assert looked["leave"] | {"hours": ""} == {
        "needed": True, "beyond": True, "why": "hours", "number": "ยินยอม 5/2569", "hours": "", "part": "หน้าร้าน",
    }  # fmt: skip
    refused = await street.ask(piece)
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (409, "approval_needed")
    facts = {name: value for name, value in error["facts"].items() if name != "action"}
    asked = await street.post(
        "/api/approvals", {"action": error["facts"]["action"], "facts": facts, "reason": "เหตุด่วน คนร้ายหลบหนี"}
    )
    assert asked.status_code in {200, 201}, asked.text
    row = asked.json()
    assert "นอกความยินยอม" in row["about_th"]
    own = await street.post(f"/api/approvals/{row['id']}/approve", {"digest": row["digest"]}, role="operator")
    assert own.status_code in {403, 409}
    approved = await street.post(
        f"/api/approvals/{row['id']}/approve", {"digest": row["digest"]}, role="superintendent"
    )
    assert approved.status_code == 200, approved.text
    await street.work()
    told = (await street.get("/api/evidence"))[0]
    whole = await street.get(f"/api/evidence/{told['id']}")
    assert (told["state"], told["beyond"], whole["second"]) == ("sealed", True, f"คน superintendent.{HERE}")
    file = folder.package_of(street.data, HERE, UUID(told["id"]))
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        page = archive.read("READ-ME.html").decode()
    assert manifest["second_person"]["name"] == f"คน superintendent.{HERE}"
    assert manifest["files"][0]["consent"]["why"] == "hours"
    assert "นอกความยินยอม" in page
    assert holds_of(folder_of(street.root, HERE, SHOP)), "core holds what it was cut from"


async def test_a_forged_wish_for_two_people_is_refused(street):
    for facts in (
        {},
        {"pieces": []},
        {"pieces": [{"camera_id": str(SHOP)}], "reason": "x", "case_number": ""},
        {"pieces": [street.clip(SHOP)], "reason": "x" * 600, "case_number": "", "no_case": True},
        {"pieces": [street.clip(SHOP)], "reason": "เหตุผล", "case_number": "1", "incident_id": str(uuid4())},
    ):
        answer = await street.propose(facts)
        assert answer.status_code in {404, 422}, (facts, answer.text)


async def test_a_wish_for_two_people_is_held_to_what_the_form_is_held_to(street):
    good = {"pieces": [street.clip(SHOP)], "reason": "เหตุผล", "case_number": "77/2569"}
    moment_of = street.at(1)
    taken = {"camera_id": str(SHOP), "sort": "still", "since": moment_of, "until": moment_of}
    for wrong, code in (
        ({"reason": "   "}, "request_invalid"),
        ({"reason": "เหตุ\x00ผล"}, "request_invalid"),
        ({"case_number": "7" * 81}, "request_invalid"),
        ({"case_number": ""}, "evidence_case_needed"),
        ({"no_case": True}, "evidence_case_needed"),
        ({"pieces": [street.clip(SHOP)] * 17}, "request_invalid"),
        ({"pieces": [{**street.clip(SHOP), "since": "2569-01-01T00:00:00+00:00"}]}, "request_invalid"),
        ({"pieces": [{**taken, "still_id": str(kept(street))}]}, "evidence_still_moment"),
    ):
        answer = await street.propose({**good, **wrong})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, code), (wrong, answer.text)


async def test_deleting_takes_two_and_leaves_the_entry(street):
    told, file = await street.sealed(street.clip(since=0, until=2))
    path = f"/api/evidence/{told['id']}"
    refused = (await street.post(f"{path}/remove", {"reason": "ศาลสั่งทำลาย"})).json()["error"]
    assert refused["code"] == "approval_needed"
    facts = {name: value for name, value in refused["facts"].items() if name != "action"}
    row = (
        await street.post("/api/approvals", {"action": "evidence.remove", "facts": facts, "reason": "ศาลสั่งทำลายแล้ว"})
    ).json()
    assert file.exists()
    approved = await street.post(f"/api/approvals/{row['id']}/approve", {"digest": row["digest"]}, role="supervisor")
    assert approved.status_code == 200, approved.text
    await street.work()
    whole = await street.get(path)
    assert (whole["state"], whole["held"], whole["steps"][-1]["what"], file.exists()) == (
        "removed",
        False,
        "remove",
        False,
    )
    keys = [one.key for one in holds_of(folder_of(street.root, HERE, POLICE))]
    assert not [key for key in keys if told["id"] in key]
    async with street.centre.client() as client:
        assert (await client.get(f"{path}/package?why=ดูอีก")).status_code == 401
    assert (await street.post(f"{path}/check")).json()["error"]["code"] == "evidence_not_sealed"


async def test_an_incident_says_what_was_sealed_for_it(street):
    incident = street.centre.ids["incident"]
    answer = await street.ask(street.clip(since=0, until=2), path=f"/api/incidents/{incident}/evidence")
    assert answer.status_code == 201, answer.text
    await street.work()
    (row,) = await street.get(f"/api/incidents/{incident}/evidence")
    assert (row["state"], row["incident_id"]) == ("sealed", incident)
    async with street.centre.db.tx(CORE) as tx:
        steps = [one["kind"] for one in await timeline.of_incident(tx, UUID(incident))]
    assert [one for one in steps if one.startswith("evidence_")] == ["evidence_asked", "evidence_sealed"]
    with zipfile.ZipFile(folder.package_of(street.data, HERE, UUID(row["id"]))) as archive:
        assert json.loads(archive.read("manifest.json"))["incident"]["number"] == row["incident_number"]
    assert (await street.ask(path=f"/api/incidents/{uuid4()}/evidence")).status_code == 404
