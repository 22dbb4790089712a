"""Every error has its words: in one catalogue, in Thai and English, with the same facts; and no words lie unused."""

import ast
import json
import re
import string
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest

from unjai.platform.i18n import LANGUAGES, catalogue, render

SOURCE = Path(str(files("unjai")))
KINDS = sorted({file.name.partition(".")[0] for file in (SOURCE / "platform" / "i18n").glob("*.json")})
RAISERS = {"UnjaiError", "DecodeError"}
CODE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")
THAI = re.compile(r"[\u0e01-\u0e5b]")
DEFAULT_CODES = {"message_unreadable"}
"""Codes that a raiser gives by itself when none is named."""


def _texts(kind: str) -> list[tuple[str, str, dict[str, str]]]:
    found = []
    for file in sorted((SOURCE / "platform" / "i18n").glob(f"{kind}.*.json")):
        pairs = json.loads(file.read_text("utf-8"), object_pairs_hook=list)
        found += [(file.name, code, dict(words)) for code, words in pairs]
    return found


def _facts(text: str) -> set[str]:
    return {name for _before, name, _spec, _how in string.Formatter().parse(text) if name is not None}


@cache
def _trees() -> dict[Path, ast.Module]:
    return {file: ast.parse(file.read_text("utf-8")) for file in sorted(SOURCE.rglob("*.py"))}


def _literals(node: ast.expr) -> list[str]:
    """The codes that an expression may be: a text, or one of two by a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    return [*_literals(node.body), *_literals(node.orelse)] if isinstance(node, ast.IfExp) else []


def _raised() -> dict[str, str]:
    """Every code that is given to a raiser as a text, with a place where that is."""
    found = {}
    for file, tree in _trees().items():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in RAISERS:
                found.update(dict.fromkeys(_literals(node.args[0]), f"{file.name}:{node.lineno}"))
    return found


def _mentioned() -> set[str]:
    return {
        node.value
        for tree in _trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value)
    }


def test_there_are_catalogues():
    assert {"errors", "labels", "terminal", "timeline"} <= set(KINDS)
    assert len(catalogue()) > 100


@pytest.mark.parametrize("kind", KINDS)
def test_a_code_stands_in_one_catalogue_only(kind):
    places: dict[str, list[str]] = {}
    for file, code, _words in _texts(kind):
        places.setdefault(code, []).append(file)
    assert {code: where for code, where in places.items() if len(where) > 1} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_is_in_both_languages(kind):
    wrong = [
        (file, code)
        for file, code, words in _texts(kind)
        if set(words) != set(LANGUAGES) or not all(text.strip() for text in words.values())
    ]
    assert wrong == []


def test_an_error_says_the_same_in_both_languages():
    """The same facts; `{name_th}` in Thai may be `{name_en}` in English."""
    wrong = []
    for file, code, words in _texts("errors"):
        told = [{fact.removesuffix(f"_{language}") for fact in _facts(words[language])} for language in LANGUAGES]
        if told[0] != told[1]:
            wrong.append((file, code, told))
    assert wrong == []


def test_thai_is_thai():
    assert [code for _file, code, words in _texts("errors") if not THAI.search(words["th"])] == []


def test_every_error_that_is_raised_has_words():
    texts = catalogue()
    assert {code: where for code, where in _raised().items() if code not in texts} == {}


def test_no_words_lie_unused():
    assert sorted(set(catalogue()) - _mentioned() - DEFAULT_CODES) == []


def test_an_error_can_be_told_with_nothing_known():
    """A fact that is missing stays visible and breaks nothing."""
    assert [code for code in catalogue() if set(render(code, {})) != set(LANGUAGES)] == []
