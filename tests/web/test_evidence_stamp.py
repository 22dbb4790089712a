"""A stranger's time stamp on evidence: in the package, or later, and never in its way."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.cameras.test_stamping import Authority
from tests.web.edge import HERE
from unjai.cameras.evidence import folder
from unjai.roles.evidence import Packing


async def test_a_time_stamp_is_in_the_package_or_comes_later_and_never_blocks_it(street, tmp_path):
    authority = Authority(tmp_path / "tsa")
    made, centre = street.made, street.centre

    def core(url: str) -> Packing:
        settings = replace(made.settings, tsa_url=url, tsa_ca=str(authority.ca))
        return Packing(replace(made, settings=settings))

    async def packed_by(packing: Packing) -> dict[str, Any]:
        answer = await street.ask(street.clip(since=1, until=2))
        await street.seal_log()
        while await packing.make_next():
            centre.clock.move(timedelta(seconds=1))
        told: dict[str, Any] = await street.get(f"/api/evidence/{answer.json()['id']}")
        return told

    centre.app.state.tsa_ca = str(authority.ca)
    try:
        whole = await packed_by(core(authority.plan.url))
        assert (whole["state"], whole["stamp"], whole["stamp_by"], whole["stamp_inside"]) == (
            "sealed",
            "stamped",
            "CN=Test TSA",
            True,
        )
        checked = (await street.post(f"/api/evidence/{whole['id']}/check")).json()
        assert (checked["problems"], checked["stamp_checked"]) == ([], True)
        path = f"/api/evidence/{whole['id']}/stamp"
        async with centre.client("operator") as client:
            assert (await client.get(path)).status_code == 404, "it stands in the package"
        assert (await street.post(path)).json()["error"]["code"] == "stamp_not_missing"

        late = await packed_by(core("http://127.0.0.1:9/tsr"))
        assert (late["state"], late["stamp"], late["stamp_error"]["code"]) == ("sealed", "missing", "stamp_unreachable")
        path, online = f"/api/evidence/{late['id']}/stamp", core(authority.plan.url)
        assert not await online.stamp_next(), "it is asked again after an hour, or when a person wants it"
        asked = await street.post(path)
        assert asked.json()["stamp"] == "wanted"
        assert await Packing(made).stamp_next()
        assert (await street.get(f"/api/evidence/{late['id']}"))["stamp_error"]["code"] == "stamp_off"
        centre.clock.move(timedelta(hours=2))
        assert await online.stamp_next()
        late = await street.get(f"/api/evidence/{late['id']}")
        assert (late["stamp"], late["stamp_inside"], late["steps"][-1]["what"]) == ("stamped", False, "stamp")
        async with centre.client("inquiry") as client:
            given = await client.get(path)
        file = folder.package_of(street.data, HERE, UUID(late["id"]))
        assert given.content == file.with_suffix(".tsr").read_bytes()
        checked = (await street.post(f"/api/evidence/{late['id']}/check")).json()
        assert (checked["problems"], checked["stamp_checked"]) == ([], True)
    finally:
        centre.app.state.tsa_ca = ""
        authority.close()
