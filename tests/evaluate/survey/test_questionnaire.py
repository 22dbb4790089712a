"""The questionnaire: Kobo and ODK take it without a warning, paper and form ask the same, nobody is asked who they are."""

import csv
import io
import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyxform.xls2xform import convert

from tests.evaluate.conftest import HERE
from tests.territory import town
from unjai.evaluate.rules.survey import questionnaire as rules
from unjai.evaluate.survey_press import workbook, xform
from unjai.model.actor import system
from unjai.territory import flows as territory

PLACES = rules.communities([("c1", "ชุมชนตลาดเก่า", "Old Market"), ("ตลาด 2", "ตลาดสอง", ""), ("c1", "อีกชุมชน", "Other")])
GROUPS = rules.questionnaire(PLACES)
FORM = rules.xlsform(GROUPS, form_id="unjai_survey_1", place=("สถานี", "Station"))
QUESTIONS = [one for group in GROUPS for one in group.questions]
XF = "{http://www.w3.org/2002/xforms}"
URL = "/api/figures/survey/questionnaire"


def test_the_form_compiles_without_a_warning_in_both_languages():
    made = convert(FORM)
    assert made.warnings == []
    tree = ET.fromstring(made.xform)
    tongues = {one.get("lang") for one in tree.iter(f"{XF}translation")}
    assert tongues == {"ไทย (th)", "English (en)"}
    refs = {one.get("nodeset").rsplit("/", 1)[-1] for one in tree.iter(f"{XF}bind")}
    assert {one.column for one in QUESTIONS} <= refs


def test_the_workbook_holds_the_same_form():
    book = workbook(FORM)
    assert openpyxl.load_workbook(io.BytesIO(book)).sheetnames == ["survey", "choices", "settings"]
    assert convert(book).xform == convert(FORM).xform


def test_a_form_that_warns_is_not_given_out():
    spoiled = {**FORM, "survey": [*FORM["survey"], {"type": "text", "name": "odd", "label::Odd": "Odd"}]}
    with pytest.raises(ValueError, match="machine-readable"):
        xform(spoiled)


def test_sex_is_asked_and_the_woman_alone_after_dark():
    asked = {one.column: one for one in QUESTIONS}
    assert {one.code for one in asked["about_sex"].choices} >= {"female", "male"}
    assert "ผู้หญิงที่เดินคนเดียว" in asked["safety_woman_dark"].said["th"]


def test_nobody_is_asked_who_they_are():
    told = " ".join(column for one in QUESTIONS for column in one.columns)
    assert re.search(r"name|phone|tel|address|birth|card", told) is None


def test_nothing_must_be_answered_but_what_weights_need_and_that_may_be_left_unsaid():
    must = {one.column: {choice.code for choice in one.choices} for one in QUESTIONS if one.required}
    assert set(must) == {"about_community", "about_sex", "about_age"}
    assert all(codes & {"elsewhere", "other", "unsaid"} for codes in must.values())


def test_what_is_asked_only_sometimes_hangs_on_a_question_before_it():
    seen: dict[str, set[str]] = {}
    for one in QUESTIONS:
        if one.only_if:
            column, code = one.only_if
            assert code in seen[column]
            assert not one.required
        seen[one.column] = {choice.code for choice in one.choices}


def test_every_column_is_there_once():
    heads = rules.columns(GROUPS)
    assert heads[0] == "sheet"
    assert len(set(heads)) == len(heads)
    assert "habits_avoid/none" in heads


def test_a_form_that_changed_has_another_version():
    other = rules.xlsform(rules.questionnaire(PLACES[1:]), form_id="unjai_survey_1", place=("สถานี", "Station"))
    assert other["settings"][0]["version"] != FORM["settings"][0]["version"]


@given(st.lists(st.tuples(st.text(max_size=8), st.text(min_size=1, max_size=8), st.text(max_size=8)), max_size=20))
def test_a_community_is_a_choice_of_its_own_whatever_its_code(told):
    made = rules.communities(told)
    assert len({one.code for one in made}) == len(told) + 1
    assert all(re.fullmatch(r"[A-Za-z0-9_]+", one.code) for one in made)


@pytest.mark.parametrize("lang", ["th", "en"])
def test_paper_names_the_column_beside_every_question(lang):
    told = rules.paper(GROUPS, place="สถานี", lang=lang)
    printed = [one for group in told["groups"] for one in group["questions"]]
    assert [one["column"] for one in printed] == [one.column for one in QUESTIONS]
    assert [one["number"] for one in printed] == list(range(1, len(printed) + 1))
    why_not = next(one for one in printed if one["column"] == "victim_why_not")
    assert str(next(one["number"] for one in printed if one["column"] == "victim_reported")) in why_not["only_if"]


async def test_the_screens_give_out_all_four(station, client_of, clock):
    async with station.tx(system(HERE)) as tx:
        await territory.import_communities(tx, system(HERE), clock, station_id=HERE, body=town.COMMUNITIES)
    reader = await client_of("evaluator")
    made = {kind: await reader.get(f"{URL}/{kind}") for kind in ("xlsx", "xml", "pdf", "csv")}
    assert {kind: one.status_code for kind, one in made.items()} == dict.fromkeys(made, 200)
    assert "ชุมชนตลาดเก่า" in made["xml"].content.decode()
    assert made["pdf"].content.startswith(b"%PDF-")
    [head] = csv.reader(io.StringIO(made["csv"].content.decode("utf-8-sig")))
    assert "safety_woman_dark" in head
    assert convert(made["xlsx"].content).warnings == []
    assert (await reader.get(f"{URL}/docx")).status_code == 422
    assert (await (await client_of("operator")).get(f"{URL}/csv")).status_code == 403


def test_the_screens_do_not_load_what_makes_forms():
    told = "import sys, unjai.evaluate.api; print([m for m in ('openpyxl', 'pyxform') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout == "[]\n"
