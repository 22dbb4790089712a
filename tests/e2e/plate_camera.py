"""What a plate-reading camera pushes of a vehicle that passes: Hikvision's form, with two real JPEGs drawn here."""

from datetime import UTC, datetime
from io import BytesIO
from uuid import uuid4

import httpx
from PIL import Image, ImageDraw, ImageFont

from unjai.platform import paper

SCENE, PLATE_AT, PLATE_PX = (960, 540), (370, 372), (220, 98)
_FONTS = paper.__path__[0] + "/fonts"
_ALERT = """<?xml version="1.0" encoding="UTF-8"?>
<EventNotificationAlert version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">
<channelID>1</channelID><dateTime>{at}</dateTime><eventType>ANPR</eventType><eventState>active</eventState>
<ANPR><licensePlate>{plate}</licensePlate><line>1</line><direction>forward</direction>
<confidenceLevel>{sure}</confidenceLevel><plateColor>white</plateColor><vehicleType>pickupTruck</vehicleType>
<vehicleInfo><color>white</color></vehicleInfo></ANPR><UUID>{own}</UUID><picNum>2</picNum></EventNotificationAlert>"""


def _written(face: ImageDraw.ImageDraw, text: str, middle: tuple[int, int], size: int) -> None:
    """Write Thai and Latin, whose faces are files of their own, as one centred line."""
    parts = [
        (one, ImageFont.truetype(f"{_FONTS}/Sarabun{'Thai' if one > '฀' else 'Latin'}-Bold.ttf", size)) for one in text
    ]
    left = middle[0] - sum(font.getlength(one) for one, font in parts) / 2
    for one, font in parts:
        face.text((left, middle[1]), one, fill=(20, 20, 24), font=font, anchor="lm")
        left += font.getlength(one)


def _jpeg(picture: Image.Image) -> bytes:
    kept = BytesIO()
    picture.save(kept, "JPEG", quality=88)
    return kept.getvalue()


def pictures(plate: str, place: str) -> tuple[bytes, bytes]:
    """Return the plate and the back of the white pickup that carries it, as JPEGs."""
    scene = Image.new("RGB", SCENE, (92, 96, 102))
    draw = ImageDraw.Draw(scene)
    draw.rectangle((0, 0, 960, 210), fill=(158, 176, 190))
    draw.polygon([(0, 540), (250, 210), (710, 210), (960, 540)], fill=(70, 72, 76))
    draw.rounded_rectangle((270, 110, 690, 300), 36, fill=(214, 217, 220))
    draw.rounded_rectangle((310, 130, 650, 235), 20, fill=(38, 46, 54))
    draw.rounded_rectangle((230, 235, 730, 490), 24, fill=(232, 234, 236), outline=(150, 154, 158), width=3)
    for left in (240, 680):
        draw.rectangle((left, 275, left + 40, 365), fill=(172, 34, 30))
        draw.rectangle((left, 470, left + 40, 530), fill=(24, 24, 26))
    draw.rectangle((230, 478, 730, 500), fill=(120, 124, 128))
    wide, tall = PLATE_PX
    shown = Image.new("RGB", PLATE_PX, (246, 246, 242))
    face = ImageDraw.Draw(shown)
    face.rounded_rectangle((2, 2, wide - 3, tall - 3), 8, outline=(30, 30, 34), width=2)
    _written(face, plate, (wide // 2, 36), 48)
    _written(face, place, (wide // 2, 78), 24)
    scene.paste(shown, PLATE_AT)
    return _jpeg(shown), _jpeg(scene)


def push(url: str, key: str, secret: str, *, plate: str, place: str, sure: int) -> httpx.Response:
    """Push one passing as the camera would: the XML, the plate's picture and the scene's in one form."""
    said = _ALERT.format(at=datetime.now(UTC).isoformat(), plate=plate, sure=sure, own=uuid4().hex)
    crop, still = pictures(plate, place)
    files = [
        ("anpr.xml", ("anpr.xml", said.encode(), "application/xml")),
        ("licensePlatePicture.jpg", ("licensePlatePicture.jpg", crop, "image/jpeg")),
        ("detectionPicture.jpg", ("detectionPicture.jpg", still, "image/jpeg")),
    ]
    return httpx.post(f"{url}/anpr/hikvision/{key}/{secret}", files=files, timeout=20)
