"""Templates as files: line width, and that each compiles. djlint checks tags, attributes and links (`make check`)."""

from flask import Flask

from callcenter.app import TEMPLATES

PROJECT = TEMPLATES.parent
FOLDERS = (TEMPLATES, PROJECT / "callcenter" / "simulator" / "templates")
WIDEST = 140


def test_no_line_is_longer_than_140_characters() -> None:
    files = sorted(path for folder in FOLDERS for path in folder.rglob("*.html"))
    assert len(files) > 100
    too_long = [
        f"{path.relative_to(PROJECT)}:{number} has {len(line)} characters"
        for path in files
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if len(line) > WIDEST
    ]
    assert not too_long, "\n".join(["break these lines:", *too_long])


def test_every_template_compiles_with_the_filters_of_the_application(app: Flask) -> None:
    names = app.jinja_env.list_templates(extensions=["html"])
    assert len(names) > 100
    for name in names:
        app.jinja_env.get_template(name)
