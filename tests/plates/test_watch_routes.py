"""The routes of files and notices over HTTP: an upload is answered before it is read, and what is refused can be had."""

import httpx
import pytest
from fastapi import FastAPI

from tests.plates.made import HERE, acting
from tests.plates.two import PLATES
from unjai.plates import incoming
from unjai.plates.api import router
from unjai.platform.http import Ground, handle_errors

HEADERS = {"X-Unjai": "1"}


@pytest.fixture
def edge(db, clock, tmp_path):
    """The plates' routes alone, with somebody signed in."""
    actor = acting("supervisor", HERE)

    async def who(_request):
        return actor

    app = FastAPI()
    app.include_router(router, prefix="/api")
    handle_errors(app)
    app.state.ground = Ground(db=db, clock=clock, who=who, citizen=lambda _request: actor, data=tmp_path)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://centre", headers=HEADERS)


async def test_a_file_is_answered_at_once_read_beside_and_its_refused_rows_are_a_table(edge, tmp_path):
    async def pieces():
        yield f"ทะเบียน,จังหวัด\n{next(PLATES)},เชียงใหม่\n".encode()
        yield "=ABC,ลำพูน\n".encode()

    async with edge as client:
        answer = await client.post("/api/import/watch-list?name=a.csv", content=pieces())
        told = answer.json()
        assert (answer.status_code, told["state"], told["name"]) == (201, "reading", "a.csv")
        await incoming.settled()
        told = (await client.get(f"/api/plates/watch-files/{told['id']}")).json()
        assert (told["state"], told["total"], told["accepted"], told["broke"]) == ("staged", 2, 1, None)
        assert told["read_bytes"] == told["size_bytes"]
        table = (await client.get(f"/api/plates/watch-files/{told['id']}/refused.csv")).text
        assert "3,'=ABC ลำพูน,plate_foreign," in table
        assert (await client.post(f"/api/plates/watch-files/{told['id']}/drop")).status_code == 204
        wrong = await client.post("/api/import/watch-list", content="ชื่อ,สี\nก,ข\n".encode())
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (422, "watch_file_headers")
        assert list((tmp_path / "incoming").iterdir()) == [], "nothing is left behind"
        assert (await client.get("/api/plates/notices")).json() == []
        assert (await client.get("/api/plates/holds")).json() == []
        summary = (await client.get("/api/plates/watch-list/summary")).json()
        assert (summary["reads_a_day"], summary["measured_days"]) == (None, 0)
        asked = {"plate": "1กข 1234", "province": "ชม", "instruction": "รอกำลังเสริม"}
        assert (await client.post("/api/plates/watch-list/check", json=asked)).json()["urgent_word"] == "รอกำลัง"
        assert isinstance((await client.get("/api/plates/watch-list/recipients")).json(), list)
