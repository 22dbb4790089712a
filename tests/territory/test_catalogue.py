"""Every code that territory raises has its words, and no word is left over."""

import json
import re
from importlib.resources import files
from pathlib import Path

import unjai.territory


def test_codes_and_words_agree():
    source = "\n".join(file.read_text("utf-8") for file in Path(unjai.territory.__path__[0]).rglob("*.py"))
    used = set(
        re.findall(
            r'"((?:row|note|org|device)_[a-z_]+|import_(?:unreadable|not_features|empty|too_many|crs|road_graph))"',
            source,
        )
    )
    texts = json.loads((files("unjai.platform.i18n") / "errors.territory.json").read_text("utf-8"))
    columns = {
        "org_unit",
        "device_of",
        "devices_of",
        "device_by_key",
        "org_children",
        "org_unit_of",
        "org_unit_by_code",
    }
    assert set(texts) <= used
    assert used - set(texts) - columns == set()
    assert all(text["th"] and text["en"] for text in texts.values())
