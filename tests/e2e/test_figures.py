"""The figures at the superintendent's desk: the month read, opened again, closed and printed; the risk of places by hour; the committee's visit."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bench.centre import Centre
from tests.e2e.axe import faults_in_both_themes
from tests.e2e.test_duty_stories import PATIENCE_MS, sign_in

pytestmark = pytest.mark.e2e


def test_the_month_is_opened_a_figure_entered_closed_and_printed(
    centre: Centre, context: BrowserContext, page: Page
) -> None:
    sign_in(centre, context, "superintendent")
    page.goto(f"{centre.url}/manage/figures-month")
    cases = page.locator('[data-figure="K1"]')
    expect(cases).to_contain_text("ยังกล่าวอ้างไม่ได้", timeout=PATIENCE_MS)
    expect(page.get_by_text("ข้อมูลจำลองเพื่อสาธิต")).to_be_visible()
    assert faults_in_both_themes(page) == {}

    close, again = page.get_by_role("button", name="ปิดเดือน"), page.get_by_role("button", name="เปิดใหม่")
    if close.is_visible():  # core closes it by itself two minutes after it began
        close.click()
    expect(again).to_be_visible(timeout=PATIENCE_MS)
    again.click()
    page.get_by_label("เหตุผล").fill("ผลสำรวจเดือนนี้เพิ่งมาถึง")
    page.locator("dialog").get_by_role("button", name="เปิดใหม่").click()
    expect(close).to_be_visible(timeout=PATIENCE_MS)

    page.get_by_role("button", name="กรอก ผู้หวาดกลัวภัยอาชญากรรม").click()
    page.get_by_label("ค่า (ร้อยละ)").fill("31")
    page.get_by_label("จำนวนผู้ตอบ").fill("412")
    page.get_by_label("ที่มา").fill("แบบสำรวจประชาชน เดือนนี้")
    page.locator("dialog").get_by_role("button", name="บันทึก").click()
    fear = page.locator('[data-figure="K2"]')
    expect(fear).to_contain_text("31%", timeout=PATIENCE_MS)
    expect(fear).to_contain_text("ไม่มีรอบก่อนให้เทียบ")

    close.click()
    expect(again).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("ฉบับที่ 2").first).to_be_visible()
    printed = page.get_by_role("link", name="พิมพ์รายงาน").get_attribute("href")
    paper = context.request.get(f"{centre.url}{printed}", timeout=PATIENCE_MS)
    assert paper.body().startswith(b"%PDF-")


def test_the_risk_of_places_is_read_by_map_by_hour_and_by_cell(
    centre: Centre, context: BrowserContext, page: Page
) -> None:
    sign_in(centre, context, "superintendent")
    page.goto(f"{centre.url}/manage/figures-risk")
    foremost = page.get_by_role("row").filter(has=page.get_by_role("button")).first
    expect(foremost).to_be_visible(timeout=3 * PATIENCE_MS)  # core fits it by itself, a minute after it began
    expect(page.get_by_text("คดีที่ใช้ทำแผนที่นี้เป็นข้อมูลจำลองเพื่อสาธิต")).to_be_visible()
    assert faults_in_both_themes(page) == {}

    page.get_by_role("radio", name="อาทิตย์", exact=True).click()
    hours = page.get_by_role("slider")
    expect(hours).to_have_attribute("aria-valuetext", "อาทิตย์ 20.00–22.00 น.")
    hours.press("ArrowRight")
    expect(hours).to_have_attribute("aria-valuetext", "อาทิตย์ 22.00–24.00 น.")
    foremost.get_by_role("button").click()
    told = page.locator("[aria-live=polite]").filter(has_text="ช่อง")
    expect(told).to_contain_text("ในแผนที่อื่น")
    assert faults_in_both_themes(page) == {}

    page.get_by_role("radio", name="ProMap 8 สัปดาห์").click()
    expect(hours).to_have_count(0)  # the simple maps know no hours
    table = page.get_by_role("link", name="ตาราง", exact=True).get_attribute("href")
    told_csv = context.request.get(f"{centre.url}{table}")
    assert told_csv.ok
    assert told_csv.text().lstrip("\ufeff").count("\n") > 100


def test_the_committee_marks_its_form_asks_for_a_correction_and_the_station_settles_it(
    centre: Centre, context: BrowserContext, page: Page
) -> None:
    sign_in(centre, context, "evaluator")
    page.goto(f"{centre.url}/manage/figures-visits")
    begin = page.get_by_role("button", name="เริ่มตรวจ")
    expect(begin).to_be_visible(timeout=PATIENCE_MS)
    assert faults_in_both_themes(page) == {}
    begin.click()
    dialog = page.locator("dialog")
    dialog.get_by_label("คณะกรรมการ").fill("คณะกรรมการประเมินภาค 5")
    dialog.get_by_label("วันที่ตรวจ").fill("1/1/2569")
    dialog.get_by_role("button", name="เริ่มตรวจ").click()
    expect(page.get_by_role("heading", name="คณะกรรมการประเมินภาค 5")).to_be_visible(timeout=PATIENCE_MS)
    items = page.get_by_role("radiogroup")
    assert items.count() == 21
    for number in range(21):
        items.nth(number).get_by_role("radio", name="3", exact=True).click()
    sign = page.get_by_role("button", name="ลงนาม", exact=True)
    expect(sign).to_be_enabled(timeout=PATIENCE_MS)
    assert faults_in_both_themes(page) == {}
    sign.click()
    page.locator("dialog").get_by_role("button", name="ลงนาม", exact=True).click()
    expect(page.get_by_text("ลงนามโดย").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("75.0").first).to_be_visible()
    printed = page.get_by_role("link", name="พิมพ์").get_attribute("href")
    paper = context.request.get(f"{centre.url}{printed}", timeout=PATIENCE_MS)
    assert paper.body().startswith(b"%PDF-")

    page.get_by_role("button", name="กลับ", exact=True).click()
    page.get_by_role("button", name="เพิ่มสิ่งที่ต้องแก้ไข").click()
    dialog.get_by_label("ต้องแก้ไขอะไร").fill("ซ่อมไฟส่องสว่างหน้าตลาด")
    dialog.get_by_label("ผู้รับผิดชอบ").fill("เทศบาล กองช่าง")
    dialog.get_by_label("กำหนดเสร็จ").fill("31/12/2569")
    dialog.get_by_role("button", name="บันทึก").click()
    todo = page.get_by_role("listitem").filter(has_text="ซ่อมไฟส่องสว่างหน้าตลาด")
    expect(todo.first).to_be_visible(timeout=PATIENCE_MS)

    sign_in(centre, context, "superintendent")
    page.reload()
    expect(page.get_by_role("button", name="เริ่มตรวจ")).to_have_count(0)
    todo.first.get_by_role("button", name="ปรับ").click()
    dialog.locator("select").select_option("done")
    dialog.get_by_label("ผลที่ทำหรือเหตุผล").fill("เปลี่ยนหลอดแล้วทั้งสามต้น")
    dialog.get_by_role("button", name="บันทึก").click()
    expect(page.get_by_text("ไม่มีสิ่งที่ค้างแก้ไข")).to_be_visible(timeout=PATIENCE_MS)
    assert faults_in_both_themes(page) == {}
