"""A new station, as a new user would have it: set up in a browser, in Thai, and its first incident worked to its end."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from bench.centre import Centre, start
from tests.conftest import SHARED, shared_data

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
PATIENCE_MS = 60_000
NOTE_S = 30
STREETS = "geo/roads/hyi_zone_roads.geojson"
PLACES = "geo/pois/hat_yai_pois.csv"
ZONES = "geo/zones/ssz_seed_zones_indicative.geojson"
BORDER = [(100.46587, 7.001899), (100.47163, 7.001899), (100.47163, 7.008101), (100.46587, 7.008101)]
POLE_NAME = "เสา SOS 01 หน้าตลาดกิมหยง"
POLE = (100.4687, 7.0056)
PATROL = (100.469, 7.0045)
ACCOUNTS = {
    "radio1": ("พนักงานวิทยุ/ผู้ปฏิบัติงาน CCOC", "ส.ต.ท.เฝ้า ศูนย์หาดใหญ่"),
    "haadyai11": ("สายตรวจ", "ส.ต.อ.สมชาย ใจดี"),
    "chief": ("หัวหน้าสถานี", "พ.ต.อ.วิชัย มั่นคง"),
}


@dataclass(frozen=True)
class Files:
    """What the station brings along."""

    streets: Path
    places: Path
    border: list[tuple[float, float]]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Hat Yai's real streets, places and border; where they are not at hand, a small town of our own at its place."""
    if all((SHARED / name).is_file() for name in (STREETS, PLACES, ZONES)):
        zones = json.loads((SHARED / ZONES).read_text("utf-8"))["features"]
        mine = next(one for one in zones if one["properties"]["code"] == "HYI")
        border = [(lon, lat) for lon, lat in mine["geometry"]["coordinates"][0][:-1]]
        return Files(SHARED / STREETS, SHARED / PLACES, border)
    ways = [[[100.465, 7.001 + n / 500], [100.473, 7.001 + n / 500]] for n in range(5)]
    ways += [[[100.465 + n / 500, 7.001], [100.465 + n / 500, 7.009]] for n in range(5)]
    lines = [
        {
            "type": "Feature",
            "properties": {"id": n, "name": f"ถนนทดลอง {n}", "class": "soi"},
            "geometry": {"type": "LineString", "coordinates": way},
        }
        for n, way in enumerate(ways)
    ]
    streets = tmp_path / "streets.geojson"
    streets.write_text(json.dumps({"type": "FeatureCollection", "features": lines}), "utf-8")
    places = tmp_path / "places.csv"
    places.write_text("lon,lat,name,category\n100.4686,7.0052,ตลาดทดลอง,landmark:market\n100.47,7.004,,bank\n", "utf-8")
    return Files(streets, places, BORDER)


@pytest.fixture
def own_centre(tmp_path: Path) -> Iterator[Centre]:
    tmp_path.chmod(0o755)
    centre = start(tmp_path / "data", demo_zone=False)
    try:
        yield centre
    finally:
        centre.stop()


def first_sign_in(page: Page, url: str, username: str, once: str) -> None:
    page.goto(url)
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill(once)
    page.get_by_role("button", name="เข้าสู่ระบบ").click()
    fresh = page.locator("input[autocomplete=new-password]")
    expect(fresh.first).to_be_focused(timeout=PATIENCE_MS)
    for field in (fresh.nth(0), fresh.nth(1)):
        field.fill(f"{username}-at-hat-yai")
    page.get_by_role("button", name="ตั้งรหัสผ่าน").click()


def field(where: Locator | Page, label: str) -> Locator:
    """Return the field whose label begins so; its hint is part of the label."""
    return where.get_by_label(re.compile(f"^{re.escape(label)}"))


def choose_station(page: Page) -> None:
    expect(page.get_by_role("banner").get_by_text("ยังไม่ได้เลือกสถานี")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="เลือกสถานี").click()
    asked = page.get_by_role("dialog")
    asked.get_by_role("textbox", name="สถานีตำรวจ").fill("หาดใหญ่")
    asked.get_by_role("radio", name="สภ.หาดใหญ่ ").check(timeout=PATIENCE_MS)
    asked.get_by_role("button", name="ใช้ ").click()
    expect(page.get_by_role("banner").get_by_text("สถานีตำรวจภูธรหาดใหญ่")).to_be_visible(timeout=PATIENCE_MS)


def bring(page: Page, kind: str, file: Path, *, leaving: bool = False) -> None:
    """Import a file as `kind`: look at it, leave out what is refused where something is, take the rest."""
    page.get_by_role("radio", name=kind, exact=True).check()
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_role("heading", name="ถ้านำเข้า จะเป็นอย่างนี้")).to_be_visible(timeout=PATIENCE_MS)
    take = page.get_by_role("button", name=re.compile(r"^นำเข้า [\d,]+ รายการ$"))
    if leaving:
        expect(take).to_be_disabled(timeout=PATIENCE_MS)
        page.get_by_label("นำเข้าเฉพาะแถวที่ดี").check()
    take.click()
    expect(page.get_by_text(f"นำเข้า{kind}แล้ว")).to_be_visible(timeout=PATIENCE_MS)


def bring_data(page: Page, url: str, files: Files) -> None:
    page.goto(f"{url}/manage/data")
    bring(page, "ถนน", files.streets)
    page.get_by_role("button", name="นำเข้าไฟล์อีก").click()
    bring(page, "สถานที่", files.places, leaving=True)


def draw_zone(page: Page, url: str, border: list[tuple[float, float]]) -> None:
    page.goto(f"{url}/manage/zone")
    field(page, "ชื่อภาษาไทย").fill("พื้นที่สันติสุข", timeout=PATIENCE_MS)
    page.get_by_role("button", name="วางพิกัดที่มีอยู่").click()
    field(page, "วางพิกัดทั้งแนวเขต").fill("\n".join(f"{lat}, {lon}" for lon, lat in border))
    page.get_by_role("button", name=f"ใช้พิกัด {len(border)} มุม").click()
    field(page, "ขนาดที่ประกาศ").fill("0.478")
    field(page, "แหล่งที่มา").fill("เว็บไซต์โครงการ")
    panel = page.get_by_role("tabpanel")
    page.get_by_role("tab", name="พื้นที่ย่อย").click()
    panel.get_by_role("button", name="เศรษฐกิจ", exact=True).click()
    page.get_by_role("button", name="วางกรอบสี่เหลี่ยมกลางจอ").click(timeout=PATIENCE_MS)
    field(panel, "ชื่อภาษาไทย").fill("ย่านตลาดกิมหยง")
    lon, lat = (sum(corner[n] for corner in border) / len(border) for n in (0, 1))
    panel.locator("summary").click()
    square = [(-0.0005, -0.0005), (0.0005, -0.0005), (0.0005, 0.0005), (-0.0005, 0.0005)]
    field(panel, "วางพิกัดทั้งแนวเขต").fill("\n".join(f"{lat + up:.6f}, {lon + on:.6f}" for on, up in square))
    panel.get_by_role("button", name="ใช้พิกัด 4 มุม").click()
    field(panel, "เหตุผลที่จัด").fill("ย่านการค้ากลางเมือง มีเงินสดหมุนเวียนสูง")
    page.get_by_role("tab", name="ชุมชน").click()
    panel.get_by_role("button", name="เพิ่มชื่อชุมชน").click()
    field(panel, "ชื่อภาษาไทย").fill("ชุมชนกิมหยง")
    page.get_by_role("tab", name="ระยะ").click()
    panel.get_by_role("button", name="ปีงบประมาณ").first.click()
    page.get_by_role("button", name="บันทึก", exact=True).click()
    expect(page.get_by_text("บันทึกพื้นที่แล้ว")).to_be_visible(timeout=PATIENCE_MS)


def make_accounts(page: Page, url: str) -> dict[str, str]:
    page.goto(f"{url}/manage/accounts")
    once = {}
    for username, (role, name) in ACCOUNTS.items():
        page.get_by_role("button", name="เพิ่มบัญชี").click(timeout=PATIENCE_MS)
        asked = page.get_by_role("dialog")
        field(asked, "ชื่อผู้ใช้").fill(username)
        field(asked, "บทบาท").select_option(label=role)
        field(asked, "ชื่อที่แสดง").fill(name)
        asked.get_by_role("button", name="สร้างบัญชีและออกรหัสผ่าน").click()
        expect(asked.get_by_text("รหัสผ่านนี้แสดงครั้งเดียว")).to_be_visible(timeout=PATIENCE_MS)
        assert asked.locator("dd.big").first.inner_text() == username
        once[username] = asked.locator("dd.big").nth(1).inner_text()
        asked.get_by_role("button", name="ปิด").click()
    return once


def add_device(page: Page, url: str, kind: str, name: str, at: tuple[float, float] | None = None) -> str:
    page.goto(f"{url}/manage/devices/new")
    field(page, "ชนิด").select_option(label=kind, timeout=PATIENCE_MS)
    page.locator("input[required]").nth(1).fill(name)
    if at is not None:
        field(page, "ละติจูด").fill(str(at[1]))
        field(page, "ลองจิจูด").fill(str(at[0]))
    key = field(page, "รหัสอุปกรณ์").input_value()
    page.get_by_role("button", name="เพิ่มอุปกรณ์").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible(timeout=PATIENCE_MS)
    return key


def make_patrol(page: Page, url: str) -> None:
    page.goto(f"{url}/manage/shifts")
    page.get_by_role("button", name="3 ผลัด").click(timeout=PATIENCE_MS)
    expect(page.get_by_text("ครบ 24 ชั่วโมง")).to_be_visible(timeout=PATIENCE_MS)
    phone = add_device(page, url, "โทรศัพท์สายตรวจ", "โทรศัพท์ หาดใหญ่ 11")
    page.goto(f"{url}/manage/units")
    page.get_by_role("button", name="เพิ่มสายตรวจ").first.click(timeout=PATIENCE_MS)
    asked = page.get_by_role("dialog")
    field(asked, "นามเรียกขาน").fill("หาดใหญ่ 11")
    field(asked, "บัญชีผู้ใช้ประจำชุด").select_option(label="haadyai11 — ส.ต.อ.สมชาย ใจดี")
    field(asked, "โทรศัพท์หรือเครื่องติดตาม").select_option(label=f"{phone} — โทรศัพท์ หาดใหญ่ 11")
    asked.get_by_role("button", name="บันทึก").click()
    expect(page.get_by_text("บันทึก หาดใหญ่ 11 แล้ว")).to_be_visible(timeout=PATIENCE_MS)


def tell(centre: Centre, pole: str, secret: str, event: str) -> None:
    """Speak as the pole does."""
    said = ("-t", f"sos/{pole}/{event}", "-m", event)
    door = ("mosquitto_pub", "-p", str(centre.mqtt_port), "-q", "1", "-u", pole, "-P", secret)
    subprocess.run([*door, *said], check=True, timeout=NOTE_S)


def make_pole(page: Page, centre: Centre) -> tuple[str, str]:
    """Add a pole, give it its secret, and wait at the page until it was heard; nobody deletes it alone."""
    pole = add_device(page, centre.url, "เสา SOS", POLE_NAME, POLE)
    page.get_by_role("button", name="ออกรหัสลับและใบตั้งค่า").click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_text(f"sos/{pole}/press")).to_be_visible(timeout=PATIENCE_MS)
    secret = sheet.locator("dd.secret").inner_text()
    sheet.get_by_role("button", name="ปิด").click()
    expect(page.get_by_text("รอข้อความแรกจากเครื่อง…")).to_be_visible(timeout=PATIENCE_MS)
    tell(centre, pole, secret, "heartbeat")
    expect(page.get_by_text("ได้ยินแล้วเมื่อ")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_label("พิมพ์รหัสอุปกรณ์").fill(pole)
    page.get_by_role("button", name="ลบอุปกรณ์").click()
    expect(page.get_by_role("dialog", name="ขอให้คนที่สองอนุมัติ")).to_be_visible(timeout=PATIENCE_MS)
    page.keyboard.press("Escape")
    return pole, secret


def open_door(page: Page, centre: Centre, browser: Browser) -> None:
    page.goto(f"{centre.url}/manage/guide")
    page.get_by_role("button", name="เปิดช่องทางประชาชน").click(timeout=PATIENCE_MS)
    expect(page.get_by_text("เปิดช่องทางประชาชนแล้ว").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("เสร็จ 6 จาก 9 ขั้น")).to_be_visible(timeout=PATIENCE_MS)
    anybody = browser.new_context(viewport={"width": 390, "height": 844}, locale="th-TH")
    door = anybody.new_page()
    door.goto(centre.url)
    expect(door.get_by_test_id("help")).to_be_visible(timeout=PATIENCE_MS)
    anybody.close()


def work_an_incident(page: Page, officer: Page, centre: Centre, pole: tuple[str, str]) -> None:
    """From the pressed pole to the closed incident, as operator and patrol see it."""
    expect(page.get_by_role("region", name="เหตุ หน่วย และอุปกรณ์")).to_be_visible(timeout=PATIENCE_MS)
    officer.get_by_test_id("duty-on").click(timeout=PATIENCE_MS)
    expect(officer.get_by_test_id("duty-off")).to_be_visible(timeout=PATIENCE_MS)
    tell(centre, *pole, "press")
    mine = page.locator("#queue [role=option]", has_text=POLE_NAME)
    expect(mine).to_be_visible(timeout=PATIENCE_MS)
    page.keyboard.press("KeyJ")
    expect(mine).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(mine.get_by_text("รับเรื่องแล้ว")).to_be_visible(timeout=PATIENCE_MS)
    answer = page.get_by_role("button", name="พูดได้ 1", exact=True)
    expect(answer).to_be_visible(timeout=PATIENCE_MS)
    page.keyboard.press("Digit1")
    expect(answer).to_have_count(0, timeout=PATIENCE_MS)
    page.keyboard.press("KeyA")
    for step in ("accept", "en-route", "on-scene", "close"):
        officer.get_by_test_id(step).click(timeout=PATIENCE_MS)
    officer.get_by_test_id("outcome-resolved").check(force=True)
    officer.get_by_test_id("close-send").click()
    expect(officer.get_by_test_id("duty-off")).to_be_visible(timeout=PATIENCE_MS)
    expect(mine).to_have_count(0, timeout=PATIENCE_MS)
    expect(page.get_by_text("ปิดเหตุ · ระงับเหตุแล้ว")).to_be_visible(timeout=PATIENCE_MS)


def test_the_reference_data_of_hat_yai_are_at_hand() -> None:
    """Without them the journey below goes through a small town of our own; that is said aloud."""
    for name in (STREETS, PLACES, ZONES):
        shared_data(name)


@pytest.mark.refusals(
    r"status of 409 .*/api/devices/[0-9a-f-]+$"
)  # a pole is deleted by two: the page asks for the second
def test_a_station_sets_itself_up_and_works_its_first_incident(
    own_centre: Centre, browser: Browser, context: BrowserContext, page: Page, files: Files
) -> None:
    said = (own_centre.data.parent / "up.log").read_text("utf-8")
    assert f"{own_centre.url}/manage" in said
    admin, once = re.findall(r"(\S+) / (\S+)$", said, re.MULTILINE)[-1]
    first_sign_in(page, f"{own_centre.url}/manage", admin, once)
    choose_station(page)
    bring_data(page, own_centre.url, files)
    draw_zone(page, own_centre.url, files.border)
    passwords = make_accounts(page, own_centre.url)
    make_patrol(page, own_centre.url)
    pole = make_pole(page, own_centre)
    open_door(page, own_centre, browser)
    page.close()

    room = browser.new_context(viewport={"width": 1024, "height": 600}, locale="th-TH", timezone_id="Asia/Bangkok")
    console = room.new_page()
    first_sign_in(console, f"{own_centre.url}/console", "radio1", passwords["radio1"])
    phone = browser.new_context(
        viewport={"width": 390, "height": 844},
        locale="th-TH",
        timezone_id="Asia/Bangkok",
        permissions=["geolocation"],
        geolocation={"longitude": PATROL[0], "latitude": PATROL[1]},
    )
    officer = phone.new_page()
    first_sign_in(officer, f"{own_centre.url}/officer", "haadyai11", passwords["haadyai11"])
    work_an_incident(console, officer, own_centre, pole)
    answer = room.request.get(f"{own_centre.url}/api/incidents?state=closed").json()
    assert [(one["channel"], one["outcome"]) for one in answer] == [("pole", "resolved")]
    phone.close()
    room.close()
