"""`docs/rights.md`: who may do what, written from the rights, the roles and what every route declares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute

from unjai.people.rights import RIGHTS, ROLES
from unjai.platform.http import ANYONE, PUBLIC

_HEAD = """\
# Rights — สิทธิ์การใช้งาน

Written by the program from `people/rights.py` and from what every route declares; a test keeps it so.
A role is held at an organisation unit and reaches every station below it. Whoever has roles at several stations
works at one of them; every right of theirs then holds at every station they see.
บทบาทผูกกับหน่วยงาน และมีผลกับทุกสถานีใต้หน่วยงานนั้น
"""

_OPEN = {PUBLIC: "nobody signs in — ไม่ต้องเข้าสู่ระบบ", ANYONE: "whoever is signed in — ผู้ที่เข้าสู่ระบบแล้วทุกคน"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Declared:
    """A route and the right it asks for; None when it declares nothing, which is a mistake."""

    method: str
    path: str
    right: str | None
    says: str


def declared(routes: Sequence[BaseRoute]) -> list[Declared]:
    """Return every API route of an application or router with the right it declares, by path."""
    found = []
    for context in iter_route_contexts(routes):
        route = context.original_route
        if not isinstance(route, APIRoute):
            continue
        asked = [getattr(part.call, "right", None) for part in route.dependant.dependencies]
        rights = [right for right in asked if right is not None]
        says = (route.endpoint.__doc__ or "").strip().partition("\n")[0]
        right = rights[0] if len(rights) == 1 else None
        found += [
            Declared(method=method, path=context.path or route.path, right=right, says=says)
            for method in sorted(route.methods or ())
        ]
    return sorted(found, key=lambda item: (item.path, item.method))


def rights_page(routes: Sequence[BaseRoute]) -> str:
    """Return the whole of `docs/rights.md` for the routes of an application."""
    asked = declared(routes)
    lines = [_HEAD, "## Rights", "", "| right | ไทย | English | routes |", "|---|---|---|---|"]
    for name, text in RIGHTS.items():
        count = sum(item.right == name for item in asked)
        lines.append(f"| `{name}` | {text.th} | {text.en} | {count} |")
    lines += ["", "## Roles", "", *_matrix(), "", "## Routes", ""]
    for right in (*_OPEN, *RIGHTS):
        mine = [item for item in asked if item.right == right]
        if mine:
            lines += [f"### {_OPEN.get(right, f'`{right}`')}", "", "| route | what it does |", "|---|---|"]
            lines += [f"| `{item.method} {item.path}` | {item.says} |" for item in mine]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _matrix() -> Iterable[str]:
    yield "| | " + " | ".join(f"{role.th}<br>`{name}`" for name, role in ROLES.items()) + " |"
    yield "|---|" + ":-:|" * len(ROLES)
    for right in RIGHTS:
        marks = ("●" if right in role.rights else "" for role in ROLES.values())
        yield f"| `{right}` | " + " | ".join(marks) + " |"
