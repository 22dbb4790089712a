"""The table of rights and roles: one file, of which `docs/rights.md` and the test of every route are made.

A route declares one right (`platform.http.allowed`); a role is a set of rights held at an organisation unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A text in Thai and English."""

    th: str
    en: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Role:
    """What a person is at an organisation unit — บทบาท — and the rights that come with it."""

    th: str
    en: str
    rights: frozenset[str]


RIGHTS: Mapping[str, Text] = MappingProxyType(
    {
        "zone.read": Text(th="ดูพื้นที่ ถนน และสถานที่", en="see the zone, its streets and places"),
        "zone.admin": Text(th="นำเข้าและแก้ไขข้อมูลพื้นที่", en="import and edit the zone's data"),
        "device.read": Text(th="ดูอุปกรณ์และสถานะของอุปกรณ์", en="see devices and their state"),
        "device.admin": Text(th="ดูแลอุปกรณ์และออกรหัสลับให้อุปกรณ์", en="manage devices and issue their secrets"),
        "device.contact": Text(th="ดูผู้ติดต่อและหมายเลขโทรศัพท์ของอุปกรณ์", en="see whom to call about a device"),
        "rule.read": Text(th="ดูกฎแจ้งเตือนและการแจ้งเตือน", en="see alert rules and what they raised"),
        "rule.admin": Text(th="ตั้ง แก้ไข ทดสอบ และลบกฎแจ้งเตือน", en="make, change, test and remove alert rules"),
        "incident.read": Text(th="ดูเหตุและบันทึกเหตุการณ์", en="see incidents and their timeline"),
        "escort.read": Text(
            th="ดูจำนวนการเดินอุ่นใจที่เปิดอยู่ และรายละเอียดเฉพาะการเดินที่กลายเป็นเหตุ (ทุกครั้งมีบันทึก)",
            en="see how many walks are watched, and those that became an incident (every look is logged)",
        ),
        "night.read": Text(
            th="ดูแผนที่ความอุ่นใจของถนนยามค่ำคืน และรายการงานที่ควรทำ",
            en="see the night-ease map of streets and the works that would lift it",
        ),
        "night.work": Text(
            th="คำนวณความอุ่นใจยามค่ำคืน ตัดสินใจเรื่องงาน และบันทึกว่าถนนมีไฟส่องสว่างหรือไม่",
            en="reckon night-ease, decide about works, write down whether a street is lit",
        ),
        "incident.work": Text(
            th="ทำงานกับเหตุ: รับทราบ บันทึก ตั้งความเร่งด่วน แยก รวม ปิด",
            en="work on incidents: acknowledge, note, set priority, split, merge, close",
        ),
        "call.take": Text(th="รับแจ้งเหตุทางโทรศัพท์ 191", en="take 191 calls"),
        "dispatch": Text(th="สั่งการสายตรวจ", en="dispatch units"),
        "caller.read": Text(th="ดูชื่อและหมายเลขโทรศัพท์ผู้แจ้ง", en="see the caller's name and telephone"),
        "report.read": Text(
            th="ดูเรื่องทั่วไปที่ประชาชนแจ้งและคำตอบ (เบาะแสยาเสพติดต้องมีสิทธิ์แยก)",
            en="see plain reports of citizens and their answers (tips need a right of their own)",
        ),
        "report.triage": Text(th="รับเรื่อง ส่งต่อ รวมเรื่องซ้ำ และตอบผู้แจ้ง", en="take, hand on, join and answer plain reports"),
        "report.tip": Text(
            th="อ่านเบาะแสยาเสพติดจากประชาชน (ทุกครั้งมีบันทึก)", en="read tips about drugs (every look is logged)"
        ),
        "party.read": Text(
            th="ดูบุคคลและยานพาหนะที่เกี่ยวข้องโดยไม่ปิดบัง (ทุกครั้งมีบันทึก)",
            en="see linked persons and vehicles unmasked (every look is logged)",
        ),
        "attachment.read": Text(
            th="ดูภาพ เอกสาร และเสียงที่แนบกับเหตุ", en="see photographs, documents and sound of incidents"
        ),
        "escalation.take": Text(
            th="รับช่วงเหตุค้างเกินเวลา และรับทราบขั้นตอนที่ข้าม", en="take over what waits too long, and see left-out steps"
        ),
        "procedure.admin": Text(
            th="แก้ไขแนวทางปฏิบัติ กำหนดเวลา และข้อความแจ้งประชาชน", en="edit check lists, time limits and public messages"
        ),
        "case.seal": Text(th="ผนึกแฟ้มส่งพนักงานสอบสวน", en="seal a file for the inquiry officer"),
        "case.receive": Text(th="รับมอบแฟ้มที่ผนึก (พนักงานสอบสวน)", en="receive sealed files (inquiry officer)"),
        "unit.read": Text(th="ดูสายตรวจ ผลัด และการเข้าเวร", en="see units, shifts and duty"),
        "unit.self": Text(
            th="ขึ้นเวรในชุดของตน ส่งตำแหน่ง และขอกำลังด่วน",
            en="go on duty in one's own unit, tell its position, call for backup",
        ),
        "unit.answer": Text(
            th="รับ ปฏิเสธ และปิดเหตุที่ศูนย์เสนอให้ชุดของตน",
            en="answer and close what is offered to one's own unit",
        ),
        "unit.admin": Text(th="จัดสายตรวจ ผลัด และการเข้าเวร", en="manage units, shifts and duty"),
        "account.admin": Text(th="จัดการบัญชีผู้ใช้และบทบาท", en="manage accounts and roles"),
        "person.read": Text(th="ดูทำเนียบกำลังพลและการดำรงตำแหน่ง", en="see persons and their posts"),
        "person.admin": Text(th="จัดการทำเนียบกำลังพลและการดำรงตำแหน่ง", en="manage persons and their posts"),
        "audit.read": Text(th="ตรวจบันทึกการใช้งานระบบ", en="read the audit log"),
        "data.import": Text(th="นำเข้าข้อมูลจากไฟล์", en="import data from files"),
        "data.export": Text(th="ส่งออกข้อมูลเป็นไฟล์", en="export data as files"),
        "policy.admin": Text(
            th="กำหนดนโยบายความปลอดภัยของสถานี: การยืนยันตัวตนสองขั้น สิทธิ์ฉุกเฉิน การอนุมัติสองคน",
            en="set the station's security policy: second factors, break-glass, four eyes",
        ),
        "approval.give": Text(th="อนุมัติเป็นคนที่สอง", en="approve as the second person"),
        "breakglass.take": Text(th="เปิดสิทธิ์ฉุกเฉิน", en="take emergency rights (break-glass)"),
        "breakglass.review": Text(th="ตรวจการใช้สิทธิ์ฉุกเฉิน", en="review the use of emergency rights"),
        "incident.export": Text(th="ส่งออกผลการค้นหาเหตุเป็นไฟล์", en="export found incidents as a file"),
        "replay.read": Text(th="ดูตำแหน่งสายตรวจและเหตุย้อนหลัง", en="replay past positions of units and incidents"),
        "shift.log": Text(
            th="เขียนสมุดบันทึกประจำผลัด ส่งเวร และรับเวร", en="write the shift log, hand a shift over, take it over"
        ),
        "system.read": Text(
            th="ดูสภาพระบบ การสำรองข้อมูล และใบรับรอง", en="see the system's state, backups and certificate"
        ),
        "wall.read": Text(th="ดูจอรวมของศูนย์", en="see the centre's wall screen"),
        "camera.read": Text(
            th="ดูทะเบียนกล้อง มุมมอง และจุดอับ", en="see the register of cameras, what they see, blind spots"
        ),
        "camera.watch": Text(th="ดูภาพสดและภาพนิ่งจากกล้อง", en="watch cameras live and as stills"),
        "camera.task": Text(
            th="ดูภาพนิ่งของกล้องใกล้เหตุที่ตนรับ ขณะปฏิบัติ (ทุกครั้งมีบันทึก)",
            en="see stills of cameras near the incident one has taken, while at it (every look is logged)",
        ),
        "camera.replay": Text(th="ดูภาพบันทึกย้อนหลังของกล้อง", en="replay recordings of cameras"),
        "camera.manage": Text(
            th="จัดการทะเบียนกล้อง สัญญาณภาพ หนังสือยินยอม และคำขอปรับมุมกล้อง",
            en="manage the register of cameras, their streams, consents and angle requests",
        ),
        "camera.ptz": Text(th="หมุนและซูมกล้อง", en="turn and zoom cameras"),
        "sos.talk": Text(th="พูดคุยกับจุดแจ้งเหตุ SOS", en="talk with SOS points"),
        "sos.alarm": Text(th="สั่งไซเรนและไฟที่จุดแจ้งเหตุ SOS", en="work the sirens and lights of SOS points"),
        "camera.export": Text(th="ดาวน์โหลดคลิปจากกล้องโดยไม่ผนึก", en="download clips of cameras as they are, unsealed"),
        "evidence.export": Text(
            th="ผนึกภาพจากกล้องเป็นพยานหลักฐาน ส่งมอบ และปล่อยภาพที่กันไว้",
            en="seal pictures of cameras as evidence, hand them over, let go what is held",
        ),
        "evidence.read": Text(
            th="ดูและดาวน์โหลดพยานหลักฐานที่ผนึก พร้อมสายการครอบครอง (ทุกครั้งมีบันทึก)",
            en="see and download sealed evidence with its chain of custody (every time is logged)",
        ),
        "plates.watch.read": Text(th="ดูบัญชีเฝ้าระวังทะเบียนรถต้องสงสัย", en="see the watch list of plates"),
        "plates.watch.propose": Text(
            th="เสนอ แก้ไข นำเข้า และสิ้นสุดรายการในบัญชีเฝ้าระวัง (มีผลเมื่ออีกคนอนุมัติ)",
            en="propose, change, import and end entries of the watch list (a second person approves)",
        ),
        "plates.read": Text(
            th="ดูแถบทะเบียนรถที่กล้องเพิ่งอ่านได้ (ทุกครั้งมีบันทึก)",
            en="see the strip of plates as cameras read them (every time is logged)",
        ),
        "plates.search": Text(
            th="ค้นหาทะเบียนรถที่กล้องอ่านได้ โดยระบุเหตุผลและเลขคดี (ทุกครั้งมีบันทึก)",
            en="search what cameras read of plates, with a reason and a case number (every time is logged)",
        ),
        "plates.hold": Text(
            th="เก็บผลการอ่านทะเบียนไว้เกินกำหนดตามเลขคดี และผนึกเป็นพยานหลักฐาน",
            en="keep reads of plates past their days for a case, and seal them as evidence",
        ),
        "plates.hits": Text(
            th="ดูรถที่กล้องพบตรงหรือคล้ายบัญชีเฝ้าระวัง พร้อมภาพและเส้นทาง",
            en="see vehicles that cameras found on the watch list, with pictures and ways",
        ),
        "plates.judge": Text(
            th="เทียบป้ายทะเบียนกับบัญชีเฝ้าระวัง: ยืนยันหรือปฏิเสธ",
            en="compare plates with the watch list: confirm or reject",
        ),
        "plates.case": Text(
            th="เปิด ต่ออายุ และปิดเลขคดีสำหรับค้นหาทะเบียนรถ", en="open, prolong and close cases for plate searches"
        ),
        "patrol.read": Text(
            th="ดูจุดตรวจสายตรวจ การเข้าตรวจ และสิ่งที่สายตรวจพบ",
            en="see patrol checkpoints, visits and what units found",
        ),
        "patrol.manage": Text(
            th="จัดการเขตตรวจ จุดตรวจสายตรวจ ป้าย QR และโทรศัพท์ที่ใช้ยืนยัน",
            en="manage beats, patrol checkpoints, their QR labels, and the phones that sign",
        ),
        "patrol.plan": Text(
            th="จัด แก้ไข และประกาศใช้แผนสายตรวจ",
            en="make, change and publish patrol plans",
        ),
        "patrol.requests": Text(
            th="รับและดูคำขอให้สายตรวจไปตรวจ รวมทั้งฝากบ้าน",
            en="take and see requests for patrol visits, house watches among them",
        ),
        "patrol.self": Text(
            th="ส่งการเข้าตรวจและสิ่งที่พบของตน จากโทรศัพท์ที่ลงทะเบียน",
            en="send one's own visits and findings from a registered phone",
        ),
        "signals.read": Text(
            th="ดูสัญญาณไฟทางแยก ปริมาณรถ และบันทึกของตู้ควบคุม",
            en="see junctions with signals, their flow and the controllers' log",
        ),
        "signals.manage": Text(
            th="ลงทะเบียน แก้ไข และลบทางแยก และเปิดหรือปิดการเฝ้าดู",
            en="register, change and remove junctions, and set them to shadow or off",
        ),
        "signals.local": Text(th="คืนทางแยกให้ตู้ควบคุมของตนทันที", en="give a junction back to its own controller at once"),
        "signals.control": Text(
            th="ขอเปิดให้ระบบคุมสัญญาณไฟ (มีผลเมื่ออีกคนอนุมัติ)",
            en="ask to let the program drive signals (a second person approves)",
        ),
        "figures.read": Text(
            th="ดูตัวเลขประจำเดือน ตัวชี้วัด ความเสี่ยงของพื้นที่ และผลสำรวจ",
            en="see the month, indicators, risk of places and surveys",
        ),
        "figures.manage": Text(
            th="นำเข้าคดีและแบบสำรวจ บันทึกตัวเลขที่กรอกเอง และทะเบียนเทคโนโลยี",
            en="import cases and surveys, enter figures, and keep the register of technology",
        ),
        "figures.act": Text(
            th="สั่ง ติดตาม และปิดการแก้ไขที่ต้องทำ", en="ask for corrective actions, follow them up and settle them"
        ),
        "figures.close": Text(th="ปิดและเปิดเดือนใหม่พร้อมเหตุผล", en="close the month, and open it again with a reason"),
        "figures.judge": Text(
            th="ให้คะแนนการตรวจเยี่ยมของคณะกรรมการประเมิน", en="fill in the evaluation committee's visit form"
        ),
    }
)

_SEE = frozenset({"zone.read", "device.read", "incident.read", "caller.read", "unit.read", "wall.read", "person.read"})
_SEE |= {"device.contact", "rule.read", "camera.read"}
_WORK = frozenset({"call.take", "incident.work", "dispatch", "shift.log", "replay.read", "escort.read"})
_WORK |= {"camera.watch", "camera.replay", "camera.ptz", "sos.talk", "sos.alarm", "night.read"}
_SIGNALS = frozenset({"signals.read", "signals.local", "signals.control"})
_PLATES = frozenset({"plates.search", "plates.hold"})
_WATCH = frozenset({"plates.watch.read", "plates.watch.propose"})
_HITS = frozenset({"plates.hits", "plates.judge", "plates.read"})
_REPORTS = frozenset({"report.read", "report.triage"})
_PATROL = frozenset({"unit.self", "unit.answer", "patrol.self"})
_CASE = frozenset({"party.read", "attachment.read", "case.seal", "camera.export", "evidence.export", "evidence.read"})

ROLES: Mapping[str, Role] = MappingProxyType(
    {
        "operator": Role(
            th="พนักงานวิทยุ/ผู้ปฏิบัติงาน CCOC",
            en="CCOC operator",
            rights=_SEE
            | _WORK
            | _CASE
            | _WATCH
            | _HITS
            | _REPORTS
            | {"breakglass.take", "plates.search"}
            | {"signals.read", "signals.local"},
        ),
        "supervisor": Role(
            th="หัวหน้าผลัด",
            en="shift supervisor",
            rights=_SEE
            | _WORK
            | _CASE
            | {"unit.admin", "audit.read", "approval.give", "breakglass.take", "incident.export"}
            | {"escalation.take", "procedure.admin", "rule.admin", "camera.manage", "plates.case"}
            | {"patrol.read", "patrol.manage", "patrol.requests", "night.work", "data.import"}
            | {"figures.read", "figures.manage", "figures.act"}
            | _PLATES
            | _WATCH
            | _HITS
            | (_REPORTS | {"report.tip"})
            | (_SIGNALS | {"signals.manage"}),
        ),
        "superintendent": Role(
            th="หัวหน้าสถานี",
            en="station superintendent",
            rights=_SEE
            | {"data.export"}
            | {"audit.read", "policy.admin", "approval.give", "breakglass.review", "incident.export", "replay.read"}
            | {"system.read", "camera.watch", "camera.replay"}
            | {"party.read", "attachment.read", "escalation.take", "procedure.admin", "rule.admin", "evidence.read"}
            | {"plates.case", "plates.watch.read", "plates.hits"}
            | {"patrol.read", "patrol.manage", "patrol.plan", "patrol.requests"}
            | {"night.read", "night.work"}
            | {"figures.read", "figures.manage", "figures.act", "figures.close"}
            | (_REPORTS | {"report.tip"})
            | _SIGNALS,
        ),
        "detective": Role(
            th="สืบสวน",
            en="detective",
            rights=frozenset({"zone.read", "device.read", "incident.read", "caller.read", "unit.read", "person.read"})
            | {"party.read", "attachment.read", "camera.read", "camera.watch", "camera.replay", "camera.export"}
            | {"evidence.export", "evidence.read", "camera.task"}
            | _PATROL
            | _PLATES
            | _WATCH
            | _HITS
            | (_REPORTS | {"report.tip"}),
        ),
        "officer": Role(
            th="สายตรวจ",
            en="patrol officer",
            rights=_PATROL | {"zone.read", "incident.read", "camera.task"},
        ),
        "inquiry": Role(
            th="พนักงานสอบสวน",
            en="inquiry officer",
            rights=frozenset(
                {"zone.read", "incident.read", "caller.read", "party.read", "attachment.read", "case.receive"}
            )
            | {"evidence.read", "plates.case", "plates.watch.read", "camera.task"}
            | _PATROL,
        ),
        "police_volunteer": Role(th="อาสาตำรวจ", en="police volunteer", rights=_PATROL | {"zone.read"}),
        "citizen_volunteer": Role(
            th="อาสาประชาชน", en="citizen volunteer", rights=frozenset({"unit.self", "zone.read", "patrol.self"})
        ),
        "public_spirit": Role(
            th="จิตอาสา", en="public-spirit volunteer", rights=frozenset({"zone.read", "patrol.self"})
        ),
        "volunteer": Role(
            th="อาสาสมัคร (ยังไม่ระบุประเภท)", en="volunteer (kind not said)", rights=_PATROL | {"zone.read"}
        ),
        "administrator": Role(
            th="ผู้ดูแลระบบ",
            en="administrator",
            rights=frozenset(
                {
                    "data.import",
                    "data.export",
                    "zone.admin",
                    "device.admin",
                    "camera.manage",
                    "rule.admin",
                    "signals.read",
                    "signals.manage",
                    "patrol.read",
                    "patrol.manage",
                    "unit.admin",
                    "account.admin",
                    "person.admin",
                    "audit.read",
                    "policy.admin",
                    "approval.give",
                    "breakglass.take",
                    "system.read",
                }
            )
            | (_SEE - {"caller.read"}),
        ),
        "partner": Role(th="ภาคีเครือข่าย BIG SIX", en="BIG SIX partner", rights=frozenset({"zone.read"})),
        "oversight": Role(
            th="กต.ตร.",
            en="oversight committee",
            rights=frozenset({"zone.read", "incident.read", "audit.read", "figures.read"}),
        ),
        "evaluator": Role(
            th="คณะกรรมการประเมิน",
            en="evaluation committee",
            rights=frozenset({"zone.read", "incident.read", "figures.read", "figures.act", "figures.judge"}),
        ),
    }
)

VOLUNTEERS = frozenset({"police_volunteer", "citizen_volunteer", "public_spirit", "volunteer"})
"""Roles of those who go on duty only together with an officer."""

EMERGENCY = _SEE | _WORK | {"unit.admin", "device.admin"}
"""What break-glass gives at one's own station: to see and work everything that is live. Never accounts, policy, the
audit log, or being anybody's second person."""


def rights_of(roles: Iterable[str]) -> frozenset[str]:
    """Return the union of the roles' rights; a role that does not exist gives none."""
    return frozenset().union(*(ROLES[role].rights for role in roles if role in ROLES))
