"""The faces that plates are drawn with: which, where they come from, which ones are kept for the examination.

Two sources, both by package and pinned: npm's fontsource packages (`package.json`, `package-lock.json` beside this
file) and Debian's. Nothing of them is kept in the repository. Run `python -m training.plates.fonts` to fetch them.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".cache" / "plates" / "fonts"
UNREACHABLE = 75
"""Status where a registry cannot be reached (EX_TEMPFAIL)."""

DEBIAN = (
    "fonts-tlwg-garuda-ttf",
    "fonts-tlwg-kinnari-ttf",
    "fonts-tlwg-laksaman-ttf",
    "fonts-tlwg-loma-ttf",
    "fonts-tlwg-norasi-ttf",
    "fonts-tlwg-purisa-ttf",
    "fonts-tlwg-sawasdee-ttf",
    "fonts-tlwg-umpush-ttf",
    "fonts-tlwg-waree-ttf",
    "fonts-arundina",
    "fonts-noto-core",
    "fonts-liberation",
)
_DEBIAN_FILES = (
    "tlwg/Garuda-Bold.ttf",
    "tlwg/Garuda.ttf",
    "tlwg/Kinnari-Bold.ttf",
    "tlwg/Laksaman-Bold.ttf",
    "tlwg/Loma-Bold.ttf",
    "tlwg/Loma.ttf",
    "tlwg/Norasi-Bold.ttf",
    "tlwg/Purisa-Bold.ttf",
    "tlwg/Sawasdee-Bold.ttf",
    "tlwg/Umpush-Bold.ttf",
    "tlwg/Umpush.ttf",
    "tlwg/Waree-Bold.ttf",
    "arundina/ArundinaSans-Bold.ttf",
    "arundina/ArundinaSans.ttf",
    "arundina/ArundinaSansMono-Bold.ttf",
    "noto/NotoLoopedThai-Bold.ttf",
    "noto/NotoLoopedThai-Regular.ttf",
    "noto/NotoSansThai-Bold.ttf",
)
_SYSTEM = Path("/usr/share/fonts/truetype")

_THAI = {
    "anuphan": (500, 600, 700),
    "athiti": (500, 600, 700),
    "bai-jamjuree": (500, 600, 700),
    "chakra-petch": (500, 600, 700),
    "fahkwang": (600,),
    "google-sans": (500, 700),
    "ibm-plex-sans-thai": (500, 600, 700),
    "ibm-plex-sans-thai-looped": (500, 600, 700),
    "itim": (400,),
    "k2d": (500, 600, 700, 800),
    "kanit": (400, 500, 600, 700),
    "kodchasan": (500, 600, 700),
    "koho": (500, 600, 700),
    "krub": (500, 600, 700),
    "maitree": (600, 700),
    "mali": (500, 600, 700),
    "mitr": (400, 500, 600, 700),
    "niramit": (500, 600, 700),
    "noto-sans-thai": (500, 600, 700, 800),
    "noto-sans-thai-looped": (500, 600, 700, 800),
    "noto-serif-thai": (600, 700),
    "pridi": (500, 600),
    "prompt": (400, 500, 600, 700),
    "sarabun": (500, 600, 700, 800),
    "sriracha": (400,),
    "taviraj": (600,),
    "trirong": (600,),
}
_LATIN = {
    "anton": (400,),
    "antonio": (500, 700),
    "archivo": (600,),
    "archivo-narrow": (500, 700),
    "arimo": (500, 700),
    "asap-condensed": (500, 700),
    "b612": (700,),
    "barlow": (500, 600, 700),
    "barlow-condensed": (500, 600, 700),
    "barlow-semi-condensed": (500, 600, 700),
    "bebas-neue": (400,),
    "chivo": (500, 700),
    "cousine": (700,),
    "encode-sans-condensed": (500, 700),
    "fira-sans-condensed": (500, 600),
    "fjalla-one": (400,),
    "ibm-plex-sans-condensed": (500, 700),
    "inter-tight": (600,),
    "league-gothic": (400,),
    "oswald": (400, 500, 600),
    "overpass": (600, 700),
    "public-sans": (600,),
    "rajdhani": (600, 700),
    "roboto-condensed": (500, 600, 700),
    "saira-condensed": (500, 600, 700),
    "sofia-sans": (600,),
    "teko": (500, 600),
}
HELD_OUT = ("niramit", "trirong", "mali", "Waree", "overpass", "archivo-narrow")
"""Families that no training plate is drawn with: the examination's unseen faces, near the plates' own and far."""

_LOOPED = ("sarabun", "looped", "niramit", "k2d", "garuda", "loma", "laksaman", "umpush", "waree", "krub", "arundina")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Face:
    """One face: the file of its Thai glyphs and the one of its digits; some have one of the two only."""

    name: str
    thai: Path | None
    latin: Path | None
    held_out: bool
    weight: int
    """How often it is drawn with: letters with loops, as plates have them, more often."""


@cache
def weights(*, held_out: bool) -> tuple[int, ...]:
    """Return how often each of `faces` is drawn with."""
    return tuple(face.weight for face in faces(held_out=held_out))


@cache
def faces(*, held_out: bool) -> tuple[Face, ...]:
    """Return the faces with Thai glyphs. Raises FileNotFoundError where they were not fetched."""
    return tuple(face for face in _all_thai() if face.held_out is held_out)


@cache
def digit_faces(*, held_out: bool) -> tuple[Face, ...]:
    """Return the faces for digits alone."""
    found = [_packed(name, weight, thai=False) for name, weights in _LATIN.items() for weight in weights]
    found += [_filed(f"liberation/Liberation{one}-Bold.ttf", thai=False) for one in ("Sans", "SansNarrow", "Mono")]
    return tuple(face for face in found if face.held_out is held_out)


@cache
def _all_thai() -> tuple[Face, ...]:
    packed = [_packed(name, weight, thai=True) for name, weights in _THAI.items() for weight in weights]
    return (*packed, *(_filed(name, thai=True) for name in _DEBIAN_FILES))


def _packed(name: str, weight: int, *, thai: bool) -> Face:
    files = FOLDER / "node_modules" / "@fontsource" / name / "files"
    latin = _there(files / f"{name}-latin-{weight}-normal.woff")
    file = _there(files / f"{name}-thai-{weight}-normal.woff") if thai else None
    return Face(
        name=f"{name}-{weight}", thai=file, latin=latin, held_out=name in HELD_OUT, weight=2 if _looped(name) else 1
    )


def _filed(name: str, *, thai: bool) -> Face:
    file = _there(_SYSTEM / name)
    own = re.split("[-.]", file.name)[0]
    latin = None if own.startswith("Noto") else file  # Debian's Noto faces hold one script each
    return Face(
        name=file.stem,
        thai=file if thai else None,
        latin=latin,
        held_out=own in HELD_OUT,
        weight=2 if _looped(own) else 1,
    )


def _looped(name: str) -> bool:
    return any(word in name.casefold() for word in _LOOPED)


def _there(file: Path) -> Path:
    if not file.is_file():
        raise FileNotFoundError(f"{file}: run python -m training.plates.fonts")
    return file


def fetch() -> None:
    """Fetch every face that is missing; exit with `UNREACHABLE` where a registry does not answer."""
    try:
        faces(held_out=False), digit_faces(held_out=False)
    except FileNotFoundError:
        pass
    else:
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(Path(__file__).with_name(name), FOLDER / name)
    npm = [ROOT / "tools" / "with-node", "npm", "ci", "--prefix", FOLDER, "--ignore-scripts", "--no-audit", "--no-fund"]
    for command in (npm, [ROOT / "tools" / "debian-packages", *DEBIAN]):
        if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode:  # noqa: S603  our own words
            sys.stderr.write("The faces of plates could not be fetched: a registry did not answer. Try again later.\n")
            raise SystemExit(UNREACHABLE)
    for kept in (faces, digit_faces, weights, _all_thai):
        kept.cache_clear()
    faces(held_out=False), digit_faces(held_out=False)


if __name__ == "__main__":
    fetch()
    sys.stdout.write(f"{len(_all_thai())} Thai faces, {len(digit_faces(held_out=False))} for digits\n")
