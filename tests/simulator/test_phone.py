"""The customer's phone as a document: security headers, and completeness in both languages."""

import html
import json
import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from callcenter import simulator
from callcenter.simulator import language
from tests.waiting import PATIENCE

from .company import Company

SOURCES = Path(simulator.__file__).parent


def test_the_page_runs_no_inline_script_or_style(company: Company) -> None:
    answer = company.http.get(company.url, timeout=PATIENCE)
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<style|style=|<script(?![^>]*src=)|\son\w+=", answer.text)


def test_the_page_is_in_the_browsers_language_until_another_is_chosen(company: Company) -> None:
    chinese = company.http.get(company.url, headers={"Accept-Language": "zh-CN,zh;q=0.9"}, timeout=PATIENCE)
    assert 'lang="zh-CN"' in chinese.text
    assert "您是谁？" in chinese.text


def test_every_sentence_of_the_page_is_translated() -> None:
    with language.CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="zh_CN")
    methods = [("**.py", "python"), ("**.html", "jinja2")]
    wanted = {(sentence, context) for _, _, sentence, _, context in extract_from_dir(SOURCES, methods)}
    assert wanted
    missing = [key for key in wanted if not (found := catalogue.get(*key)) or not found.string]
    assert missing == []
    assert {(m.id, m.context) for m in catalogue if m.id} == wanted, "nothing in it is out of use"


def test_messages_go_by_sms_unless_whatsapp_is_chosen(company: Company) -> None:
    text = company.http.get(company.url, headers={"Accept-Language": "zh"}, timeout=PATIENCE).text
    assert re.search(r'name="channel" value="sms"[^>]* checked>短信', text)
    assert re.search(r'name="channel" value="whatsapp"[^>]*>WhatsApp', text)
    assert re.search(r'id="hide" hidden>隐藏我的号码\s*<input type="checkbox" role="switch"', text)
    assert re.search(r'id="attach" disabled aria-label="添加图片或文件"', text)


def test_the_words_of_the_script_are_all_there(company: Company) -> None:
    text = company.http.get(company.url, headers={"Accept-Language": "en"}, timeout=PATIENCE).text
    given = re.search(r'data-words="([^"]*)"', text)
    script = "".join(path.read_text("utf-8") for path in (SOURCES / "static").glob("*.js"))
    used = set(re.findall(r"\bwords\.(\w+)", script)) - {"js"}
    assert given
    assert set(json.loads(html.unescape(given.group(1)))) >= used
