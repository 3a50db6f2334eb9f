"""Scripts and styles are named by content: cached for ever, never stale under a new page."""

import json
import os
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from callcenter.web.plumbing.assets import MANIFEST, FrontEndNotBuilt, asset, is_hashed
from tests.site import People, SignIn

PAGES = ("/tickets/", "/desk", "/wallboard/", "/wallboard/?big=1", "/approvals/", "/admin/skills")


@pytest.fixture
def elsewhere(app: Flask, tmp_path: Path) -> Path:
    """The manifest of an application whose front end is not built yet."""
    (tmp_path / "dist").mkdir()
    app.static_folder = str(tmp_path)
    return tmp_path / MANIFEST


def built(manifest: Path, files: dict[str, str], *, at: int) -> None:
    manifest.write_text(json.dumps(files))
    os.utime(manifest, (at, at))


def test_every_script_and_style_of_a_page_is_a_built_file_named_by_its_content(app: Flask, signed_in: SignIn) -> None:
    manifest = json.loads((Path(app.static_folder or "") / MANIFEST).read_text())
    seen = set()
    for person in ("alice", "sam", "robin"):
        pages = [signed_in(person).get(path, follow_redirects=True) for path in PAGES]
        for entry, file in manifest.items():
            assert is_hashed(f"dist/{file}")
            assert not any(f"dist/{entry}" in page.text for page in pages)
            seen |= {entry for page in pages if f"/static/dist/{file}" in page.text}
    assert seen == manifest.keys()


def test_a_file_named_by_its_content_is_kept_for_ever_and_no_other(
    app: Flask, client: FlaskClient, people: People
) -> None:
    assert people
    with app.test_request_context():
        script = asset("app.js")
    forever = "public, max-age=31536000, immutable"
    kept = client.get(script, buffered=True)
    assert kept.headers["Cache-Control"] == forever
    asked_again = client.get(script, headers={"If-None-Match": kept.headers["ETag"]})
    asked_again.close()
    assert (asked_again.status_code, asked_again.headers["Cache-Control"]) == (304, forever)
    for other in ("/static/sounds/waiting.wav", f"/static/{MANIFEST}"):
        assert client.get(other, buffered=True).headers["Cache-Control"] == "public, max-age=3600"
    missing = client.get("/static/dist/app-AAAAAAAA.js")
    assert missing.status_code == 404
    assert "immutable" not in missing.headers.get("Cache-Control", "")


@pytest.mark.own_app
def test_a_new_build_is_linked_at_the_next_page_without_a_restart(app: Flask, elsewhere: Path) -> None:
    with app.test_request_context():
        built(elsewhere, {"app.js": "app-OLDOLDOL.js"}, at=1_000)
        assert asset("app.js") == "/static/dist/app-OLDOLDOL.js"
        built(elsewhere, {"app.js": "app-NEWNEWNE.js"}, at=2_000)
        assert asset("app.js") == "/static/dist/app-NEWNEWNE.js"
        elsewhere.unlink()
        with pytest.raises(FrontEndNotBuilt, match="make ready"):
            asset("app.js")


@pytest.mark.own_app
@pytest.mark.usefixtures("elsewhere", "people")
def test_without_the_front_end_a_page_says_what_to_do_and_programs_are_answered(client: FlaskClient) -> None:
    for path in ("/sign-in", "/nothing-here"):
        page = client.get(path)
        assert "<html" in page.text
        assert "stylesheet" not in page.text
    page = client.get("/sign-in")
    assert page.status_code == 503
    assert "The front end is not built" in page.text
    assert "Run: make ready" in page.text
    assert client.get("/healthz").status_code == 200
    refused = client.get("/api/v1/interactions")
    assert (refused.status_code, refused.is_json) == (401, True)
    assert client.post("/webhooks/voice/incoming").status_code == 403
    assert client.get("/webhooks/nothing").status_code == 404


@pytest.mark.own_app
def test_without_the_front_end_somebody_signed_in_is_told_too(app: Flask, signed_in: SignIn, tmp_path: Path) -> None:
    browser = signed_in("alice")
    app.static_folder = str(tmp_path)
    answer = browser.get("/tickets/")
    assert answer.status_code == 503
    assert "The front end is not built" in answer.text
