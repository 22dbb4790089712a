"""The 78 places that a plate may name: the 77 provinces and เบตง, whose cars carry the district's own name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from unjai.model.errors import DecodeError
from unjai.model.thai.text import MAX_TEXT, plain, shown


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A place on a plate: `code` is the DOPA code of the province (for เบตง of the district), `abbr` two letters."""

    code: str
    th: str
    en: str
    abbr: str


_ROWS: Final = """
10,กรุงเทพมหานคร,Bangkok,กท
11,สมุทรปราการ,Samut Prakan,สป
12,นนทบุรี,Nonthaburi,นบ
13,ปทุมธานี,Pathum Thani,ปท
14,พระนครศรีอยุธยา,Phra Nakhon Si Ayutthaya,อย
15,อ่างทอง,Ang Thong,อท
16,ลพบุรี,Lop Buri,ลบ
17,สิงห์บุรี,Sing Buri,สห
18,ชัยนาท,Chai Nat,ชน
19,สระบุรี,Saraburi,สบ
20,ชลบุรี,Chon Buri,ชบ
21,ระยอง,Rayong,รย
22,จันทบุรี,Chanthaburi,จบ
23,ตราด,Trat,ตร
24,ฉะเชิงเทรา,Chachoengsao,ฉช
25,ปราจีนบุรี,Prachin Buri,ปจ
26,นครนายก,Nakhon Nayok,นย
27,สระแก้ว,Sa Kaeo,สก
30,นครราชสีมา,Nakhon Ratchasima,นม
31,บุรีรัมย์,Buri Ram,บร
32,สุรินทร์,Surin,สร
33,ศรีสะเกษ,Si Sa Ket,ศก
34,อุบลราชธานี,Ubon Ratchathani,อบ
35,ยโสธร,Yasothon,ยส
36,ชัยภูมิ,Chaiyaphum,ชย
37,อำนาจเจริญ,Amnat Charoen,อจ
38,บึงกาฬ,Bueng Kan,บก
39,หนองบัวลำภู,Nong Bua Lam Phu,นภ
40,ขอนแก่น,Khon Kaen,ขก
41,อุดรธานี,Udon Thani,อด
42,เลย,Loei,ลย
43,หนองคาย,Nong Khai,นค
44,มหาสารคาม,Maha Sarakham,มค
45,ร้อยเอ็ด,Roi Et,รอ
46,กาฬสินธุ์,Kalasin,กส
47,สกลนคร,Sakon Nakhon,สน
48,นครพนม,Nakhon Phanom,นพ
49,มุกดาหาร,Mukdahan,มห
50,เชียงใหม่,Chiang Mai,ชม
51,ลำพูน,Lamphun,ลพ
52,ลำปาง,Lampang,ลป
53,อุตรดิตถ์,Uttaradit,อต
54,แพร่,Phrae,พร
55,น่าน,Nan,นน
56,พะเยา,Phayao,พย
57,เชียงราย,Chiang Rai,ชร
58,แม่ฮ่องสอน,Mae Hong Son,มส
60,นครสวรรค์,Nakhon Sawan,นว
61,อุทัยธานี,Uthai Thani,อน
62,กำแพงเพชร,Kamphaeng Phet,กพ
63,ตาก,Tak,ตก
64,สุโขทัย,Sukhothai,สท
65,พิษณุโลก,Phitsanulok,พล
66,พิจิตร,Phichit,พจ
67,เพชรบูรณ์,Phetchabun,พช
70,ราชบุรี,Ratchaburi,รบ
71,กาญจนบุรี,Kanchanaburi,กจ
72,สุพรรณบุรี,Suphan Buri,สพ
73,นครปฐม,Nakhon Pathom,นฐ
74,สมุทรสาคร,Samut Sakhon,สค
75,สมุทรสงคราม,Samut Songkhram,สส
76,เพชรบุรี,Phetchaburi,พบ
77,ประจวบคีรีขันธ์,Prachuap Khiri Khan,ปข
80,นครศรีธรรมราช,Nakhon Si Thammarat,นศ
81,กระบี่,Krabi,กบ
82,พังงา,Phang-nga,พง
83,ภูเก็ต,Phuket,ภก
84,สุราษฎร์ธานี,Surat Thani,สฎ
85,ระนอง,Ranong,รน
86,ชุมพร,Chumphon,ชพ
90,สงขลา,Songkhla,สข
91,สตูล,Satun,สต
92,ตรัง,Trang,ตง
93,พัทลุง,Phatthalung,พท
94,ปัตตานี,Pattani,ปน
95,ยะลา,Yala,ยล
96,นราธิวาส,Narathiwat,นธ
9502,เบตง,Betong,บต
"""

PLACES: Final = tuple(
    Place(code=code, th=th, en=en, abbr=abbr)
    for code, th, en, abbr in (line.split(",") for line in _ROWS.strip().splitlines())
)
"""In the order of their codes; a place's position in it is its number, which may be kept for ever."""

BY_CODE: Final = {place.code: place for place in PLACES}

_ALIASES: Final = {
    "กรุงเทพฯ": "10",
    "กรุงเทพ": "10",
    "krung thep maha nakhon": "10",
    "krung thep": "10",
    "อยุธยา": "14",
    "ayutthaya": "14",
    "โคราช": "30",
    "korat": "30",
    "แปดริ้ว": "24",
    "อุบลฯ": "34",
    "นครศรีฯ": "80",
    "สุราษฎร์ฯ": "84",
    "ประจวบฯ": "77",
}
"""Other names people write; all hold a vowel or a mark, so none can be mistaken for letters of a plate."""

_SHORT: Final = {"กทม": "10", "bkk": "10"} | {place.abbr: place.code for place in PLACES}
"""Names that could be a plate's own letters: read only where no letters of a plate can stand."""


def _folded(name: str) -> str:
    return re.sub(r"[ .\-]", "", name.casefold())


_CODES: Final = {_folded(name): place.code for place in PLACES for name in (place.th, place.en)} | {
    _folded(name): code for name, code in _ALIASES.items()
}


def _loose(name: str) -> str:
    """Return a name as an expression in which blanks and dashes may be left out; English names stand alone."""
    letters = "[ -]?".join(re.escape(part) for part in re.split("[ -]", name))
    return rf"(?<![a-z]){letters}(?![a-z])" if name.isascii() else letters


_NAMED: Final = re.compile(
    r"(?:(?<![ก-ฮ])(?:จังหวัด|จ\.) ?)?(?P<name>"
    + "|".join(sorted((_loose(n) for p in PLACES for n in (p.th, p.en)), key=len, reverse=True))
    + "|"
    + "|".join(_loose(name) for name in _ALIASES)
    + ")",
    re.IGNORECASE,
)


def named_in(text: str) -> list[tuple[str, int, int]]:
    """Return every place whose name stands anywhere in `text`, as (code, begin, end)."""
    return [(_CODES[_folded(found["name"])], *found.span()) for found in _NAMED.finditer(text)]


def short_name(text: str) -> str | None:
    """Return the code of a place from its abbreviation alone (``กทม``, ``ชม``), or None."""
    return _SHORT.get(_folded(text))


def place_of(text: str) -> Place:
    """Return the place that a text names: code, Thai or English name, abbreviation, ``TH-50``.

    Raises `plate_place_unknown`.
    """
    said = plain(text[:MAX_TEXT])
    bare = re.sub(r"^(?:จังหวัด|จ\.) ?", "", said)
    code = re.sub(r"^th-", "", bare.casefold())
    code = code if code in BY_CODE else (_CODES.get(_folded(bare)) or short_name(bare) or "")
    if len(text) > MAX_TEXT or code not in BY_CODE:
        raise DecodeError("plate_place_unknown", text=shown(text))
    return BY_CODE[code]
