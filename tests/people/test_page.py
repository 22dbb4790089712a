"""The table of rights is made of what the routes declare."""

from fastapi import APIRouter, FastAPI

from unjai.people.api import router
from unjai.people.page import declared, rights_page
from unjai.people.rights import RIGHTS, ROLES
from unjai.platform.http import ANYONE, PUBLIC


def _app(*routers):
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    for one in routers:
        app.include_router(one, prefix="/api")
    return app


def test_every_route_of_people_declares_a_right_that_exists():
    found = declared(_app(router).routes)
    assert len(found) > 20
    for item in found:
        assert item.right in {PUBLIC, ANYONE, *RIGHTS}, item
        assert item.says, item
        assert item.path.startswith("/api/"), item


def test_what_is_open_without_signing_in_is_known():
    assert {(item.method, item.path) for item in declared(_app(router).routes) if item.right == PUBLIC} == {
        ("POST", "/api/session"),
        ("DELETE", "/api/session"),
        ("POST", "/api/session/second-step"),
    }


def test_a_route_that_declares_nothing_is_seen():
    careless = APIRouter()

    @careless.get("/careless")
    async def careless_route() -> None:
        """Forgot to ask."""

    assert declared(_app(careless).routes)[0].right is None


def test_the_page_names_every_right_role_and_route():
    page = rights_page(_app(router).routes)
    for name, text in RIGHTS.items():
        assert f"| `{name}` | {text.th} | {text.en} |" in page
    for name, role in ROLES.items():
        assert f"{role.th}<br>`{name}`" in page
    for item in declared(_app(router).routes):
        assert f"| `{item.method} {item.path}` | {item.says} |" in page
    assert page.endswith("|\n")
