"""Every code that territory raises has its words, and no word is left over."""

import json
import re
from importlib.resources import files
from pathlib import Path

import unjai.territory
from unjai.platform.i18n import catalogue

OWN = ("territory", "data")
RAISED = re.compile(r'(?:UnjaiError|note|warn|Remark)\([^"()]*"([a-z]+_[a-z_]+)"')


def test_codes_and_words_agree():
    source = "\n".join(file.read_text("utf-8") for file in Path(unjai.territory.__path__[0]).rglob("*.py"))
    assert {code for code in RAISED.findall(source) if code not in catalogue()} == set()
    said = set(re.findall(r'"([a-z]+_[a-z_]+)"', source))
    for area in OWN:
        texts = json.loads((files("unjai.platform.i18n") / f"errors.{area}.json").read_text("utf-8"))
        assert set(texts) - said == set(), area
        assert all(text["th"] and text["en"] for text in texts.values())
