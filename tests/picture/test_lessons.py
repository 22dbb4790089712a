"""Right and wrong over the real tables: a hit's measure comes later, answers are kept, a person changes the rule."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.picture.conftest import CHIEF, Street, acting
from unjai.model.errors import UnjaiError
from unjai.picture.alerts import flows, lessons, store
from unjai.picture.alerts.schemas import RuleBody
from unjai.platform.audit import audit_log

OPERATOR = acting("operator")
NOTICE = {"follow": {"do": "notice", "code": "SUS", "priority": 3}, "holdoff_s": 0}


async def loitered(street: Street, rule_id: Any, track: int, seconds: float | None) -> dict[str, Any]:
    """Let a camera find somebody at 30 seconds; tell how long he stayed, if it is known."""
    street.clock.move(timedelta(seconds=40))
    hit_at = street.clock.now()
    scene = {
        "rule_id": str(rule_id),
        "version": 1,
        "scene": "loitering",
        "tracks": [track],
        "th": "มีคนอยู่",
        "en": "stays",
    }
    await street.hear("camera_hit", street.poles[0], **scene, facts={"seconds": 30.0, "score": 0.8})
    if seconds is not None:
        street.clock.move(timedelta(seconds=30))
        measured = {"rule_id": str(rule_id), "hit_at": hit_at.isoformat(), "tracks": [track]}
        await street.hear("camera_measured", street.poles[0], **measured, facts={"seconds": seconds})
    return (await street.alerts())[-1]


async def lesson(street: Street, rule_id: Any) -> lessons.Taught:
    async with street.db.tx(CHIEF) as tx:
        rule = await store.rule_of(tx, rule_id)
        assert rule is not None
        return await lessons.taught(tx, CHIEF, street.clock, rule=rule)


async def log_of(street: Street, rule_id: Any) -> list[str]:
    async with street.db.tx(CHIEF) as tx:
        asked = select(audit_log.c.action).where(audit_log.c.subject == f"rule:{rule_id}").order_by(audit_log.c.id)
        return [row["action"] for row in await tx.all(asked)]


async def test_an_alert_carries_what_it_measured_in_the_end(street: Street):
    rule_id = await street.make("scene_loitering", params={"seconds": 30}, **NOTICE)
    alert = await loitered(street, rule_id, 7, 41.5)
    assert (alert["facts"]["facts"]["seconds"], alert["facts"]["measured"]) == (30.0, {"seconds": 41.5})
    going_on = await loitered(street, rule_id, 8, None)
    assert "measured" not in going_on["facts"]
    other = {"rule_id": str(rule_id), "hit_at": going_on["at"].isoformat(), "tracks": [9], "facts": {"seconds": 99.0}}
    await street.hear("camera_measured", street.poles[0], **other)
    await street.hear("camera_measured", street.poles[0], **{**other, "hit_at": "rubbish", "tracks": [8]})
    assert "measured" not in (await street.alerts())[-1]["facts"]


async def test_answers_teach_a_proposal_that_only_a_person_takes(street: Street):
    rule_id = await street.make("scene_loitering", params={"seconds": 30}, **NOTICE)
    for number, (stayed, verdict) in enumerate([(33, "wrong")] * 7 + [(300, "right")] * 4):
        alert = await loitered(street, rule_id, number, float(stayed))
        await street.do(lessons.judge_alert, OPERATOR, alert_id=alert["id"], verdict=verdict)
        if number == 8:
            assert (await lesson(street, rule_id)).lesson.why == "few"
    found = await lesson(street, rule_id)
    proposal = found.lesson.proposal
    assert proposal is not None
    assert (proposal.param, proposal.now, proposal.to, proposal.spared, proposal.lost) == ("seconds", 30, 35, 7, 0)
    assert (found.alerts, found.answers) == (11, 11)
    with pytest.raises(UnjaiError) as refused:
        await street.do(lessons.accept_proposal, OPERATOR, rule_id=rule_id, param="seconds", to=35, version=1)
    assert refused.value.code == "right_missing"
    with pytest.raises(UnjaiError) as stale:
        await street.do(lessons.accept_proposal, rule_id=rule_id, param="seconds", to=40, version=1)
    assert stale.value.code == "proposal_gone"
    with pytest.raises(UnjaiError) as older:
        await street.do(lessons.accept_proposal, rule_id=rule_id, param="seconds", to=35, version=9)
    assert older.value.code == "rule_changed"
    row = await street.do(lessons.accept_proposal, rule_id=rule_id, param="seconds", to=35, version=1)
    assert (row["version"], row["body"]["params"]["seconds"]) == (2, 35)
    after = await lesson(street, rule_id)
    assert (after.answers, after.lesson.why) == (4, "few")  # the wrong ones would not come any more
    assert [one["decided"] for one in after.decided] == ["accepted"]
    log = await log_of(street, rule_id)
    assert log.count("alert.judge") == 11
    assert {"rule.change", "rule.proposal.accept"} <= set(log)


async def test_a_declined_proposal_is_remembered_and_can_be_taken_up_again(street: Street):
    rule_id = await street.make("scene_loitering", params={"seconds": 30}, **NOTICE)
    for number in range(12):
        alert = await loitered(street, rule_id, number, 33.0 if number < 8 else 300.0)
        verdict = "wrong" if number < 8 else "right"
        await street.do(lessons.judge_alert, OPERATOR, alert_id=alert["id"], verdict=verdict)
    memory = await street.do(lessons.decline_proposal, rule_id=rule_id, param="seconds", to=35, note="ลานนี้คนรอรถ")
    assert (await lesson(street, rule_id)).lesson.why == "declined"
    async with street.db.tx(CHIEF) as tx:
        rule = await store.rule_of(tx, rule_id)
    assert rule is not None
    assert rule["version"] == 1  # declining changes nothing
    await street.do(lessons.reopen_proposal, rule_id=rule_id, proposal_id=memory)
    assert (await lesson(street, rule_id)).lesson.proposal is not None
    assert {"rule.proposal.decline", "rule.proposal.reopen"} <= set(await log_of(street, rule_id))


async def test_an_answer_is_changed_and_taken_back(street: Street):
    rule_id = await street.make("scene_loitering", params={"seconds": 30}, **NOTICE)
    alert = await loitered(street, rule_id, 1, 40.0)
    await street.do(lessons.judge_alert, OPERATOR, alert_id=alert["id"], verdict="wrong", reason="คนรอรถ")
    await street.do(lessons.judge_alert, OPERATOR, alert_id=alert["id"], verdict="right")
    found = (await lesson(street, rule_id)).lesson.precision
    assert (found.right, found.wrong) == (1, 0)
    for _again in range(2):
        await street.do(lessons.unjudge_alert, OPERATOR, alert_id=alert["id"])
    assert (await lesson(street, rule_id)).lesson.precision.share is None
    log = await log_of(street, rule_id)
    assert (log.count("alert.judge"), log.count("alert.unjudge")) == (2, 1)
    with pytest.raises(UnjaiError) as refused:
        await street.do(lessons.judge_alert, acting("officer"), alert_id=alert["id"], verdict="wrong")
    assert refused.value.code == "right_missing"


async def test_rules_of_other_kinds_learn_nothing(street: Street):
    await street.make("reported", params={"report": "sos_press"}, follow={"do": "notice"})
    await street.hear("sos_press", street.poles[0], seq=1)
    (alert,) = await street.alerts()
    with pytest.raises(UnjaiError) as refused:
        await street.do(lessons.judge_alert, OPERATOR, alert_id=alert["id"], verdict="wrong")
    assert refused.value.code == "alert_not_judged"


async def test_a_new_drawing_makes_another_rule_of_which_old_answers_say_nothing(street: Street):
    rule_id = await street.make("scene_loitering", params={"seconds": 30}, **NOTICE)
    alert = await loitered(street, rule_id, 1, 40.0)
    await street.do(lessons.judge_alert, OPERATOR, alert_id=alert["id"], verdict="wrong")
    body = {"kind": "scene_loitering", "params": {"seconds": 45}, **NOTICE}
    await street.do(flows.change_rule, rule_id=rule_id, body=RuleBody(**body, name="ใหม่"), version=1)
    assert (await lesson(street, rule_id)).alerts == 1  # a name and a threshold are the same rule
    hours = {"when": {"hours": [{"since": "22:00", "until": "05:00"}]}}
    await street.do(flows.change_rule, rule_id=rule_id, body=RuleBody(**body, **hours), version=2)
    found = await lesson(street, rule_id)
    assert (found.alerts, found.answers) == (0, 0)


async def test_a_camera_s_troubles_are_measured_by_how_long_they_lasted(street: Street):
    rule_id = await street.make("camera_health", follow={"do": "notice"}, holdoff_s=0, clear_s=0)
    camera = street.poles[1]
    for number in range(12):
        wrong = number < 8
        await street.hear("camera_health", camera, troubles=["covered"])
        street.clock.move(timedelta(seconds=20 if wrong else 900))
        await street.hear("camera_health", camera, troubles=[])
        await street.second()
        alert = (await street.alerts())[-1]
        assert alert["cleared_at"] is not None
        await street.do(lessons.judge_alert, OPERATOR, alert_id=alert["id"], verdict="wrong" if wrong else "right")
        street.clock.move(timedelta(seconds=60))
    proposal = (await lesson(street, rule_id)).lesson.proposal
    assert proposal is not None
    assert (proposal.param, proposal.now, proposal.to, proposal.spared, proposal.lost) == ("lasts_s", 0, 25, 8, 0)
    row = await street.do(lessons.accept_proposal, rule_id=rule_id, param="lasts_s", to=25, version=1)
    assert row["body"]["lasts_s"] == 25
