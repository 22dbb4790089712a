"""How bytes go to an ONVIF device: never more back than a limit, never where it sends us, by HTTP digest where it asks.

The library reads whatever comes and follows a redirect with the login in its message; neither may be done with a
device that nobody has looked at yet.
"""

from __future__ import annotations

import asyncio
from typing import Any

from unjai.model.errors import UnjaiError

MOST_BYTES = 4_000_000
"""More than any answer of a device that was met; a recorder of 64 channels tells its profiles in 400 kB."""
_PULL_S = 90.0
_REDIRECTS = range(300, 400)
_CLOSED = 2


def guarded(camera: Any, host: str) -> None:
    """Let every service that the library makes for this camera send and receive by `_post`."""
    plain = camera.create_onvif_service

    async def made(*args: Any, **kwargs: Any) -> Any:
        making = asyncio.ensure_future(plain(*args, **kwargs))
        try:
            service = await asyncio.shield(making)
        except asyncio.CancelledError:
            await asyncio.wait([making])  # cut off while it is made, a service would leave its connections open
            raise
        transport = service.transport

        async def post_xml(address: str, envelope: Any, headers: dict[str, str]) -> Any:
            return await _post(transport, camera, host, (address, envelope, headers))

        transport.post_xml = post_xml
        return service

    camera.create_onvif_service = made


async def _post(transport: Any, camera: Any, host: str, asked: tuple[str, Any, dict[str, str]]) -> Any:
    """Send a message and return the answer as the library wants it; raise `camera_redirects`, `camera_not_camera`."""
    import aiohttp  # noqa: PLC0415
    from requests import Response  # noqa: PLC0415  the library's own form of an answer
    from zeep.wsdl.utils import etree_to_string  # noqa: PLC0415

    address, envelope, headers = asked
    login = (aiohttp.DigestAuthMiddleware(camera.user, camera.passwd),) if camera.user and camera.passwd else ()
    for again in range(_CLOSED):
        try:
            async with transport.session.post(
                address,
                data=etree_to_string(envelope),  # type: ignore[no-untyped-call]
                headers={"Content-Type": 'text/xml; charset="utf-8"', **headers},
                timeout=aiohttp.ClientTimeout(total=_PULL_S),
                allow_redirects=False,
                middlewares=login,
            ) as answer:
                if answer.status in _REDIRECTS:
                    raise UnjaiError("camera_redirects", 502, host=host)
                body = bytearray()
                async for piece in answer.content.iter_chunked(65_536):
                    body += piece
                    if len(body) > MOST_BYTES:
                        raise UnjaiError("camera_not_camera", 502, host=host)
                found = Response()
                found._content = bytes(body)  # noqa: SLF001
                found.status_code = answer.status
                found.headers["Content-Type"] = answer.headers.get("Content-Type", "text/xml")
                found.encoding = answer.charset
                return found
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientConnectionResetError):
            if again:  # a connection that stood open may be closed by the device at any time: once is no failure
                raise
    raise AssertionError(address)
