"""Asking the routes of files: the tables that a station brings, and what is in the database then."""

import csv
import io

import openpyxl
from sqlalchemy import select

from tests.territory.conftest import HERE
from unjai.model.actor import system


def table(*rows, encoding="utf-8-sig", delimiter=","):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def book(*rows):
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


PLACES = (
    ("รหัส", "ชื่อสถานที่", "ประเภท", "ละติจูด", "ลองจิจูด", "เบอร์โทร"),
    ("p1", "ธนาคารเช้า", "ธนาคาร", "๑๖.๖๐๑", "99.004", "02 000 0000"),
    ("p2", "ร้านทองเย็น", "ร้านทอง", "16.602", "99.005", ""),
)


async def look(client, kind, content, name="x.csv"):
    answer = await client.post("/import/files", params={"kind": kind, "name": name}, content=content)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def apply(client, seen, **body):
    return await client.post(f"/import/files/{seen['file_id']}/apply", json=body)


async def rows_of(db, wanted, station=HERE):
    async with db.tx(system(station)) as tx:
        return await tx.all(select(wanted).where(wanted.c.station_id == station))
