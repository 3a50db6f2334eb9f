"""Rule books as YAML: download, and import as a new draft; all errors are reported at once."""

from flask import Response as Download
from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from callcenter import wiring
from callcenter.actions.empowerment import rule_books as acts
from callcenter.domain.empowerment import files
from callcenter.web import access
from callcenter.web.empowerment.rules.blueprint import pages, version


@pages.get("/<int:number>.yaml")
@access.leaders
def download(number: int) -> Download:
    with wiring.current().reading() as session:
        text = files.write(version(session, number).book)
    headers = {"Content-Disposition": f'attachment; filename="rules-{number}.yaml"'}
    return Download(text, mimetype="application/yaml", headers=headers)


@pages.get("/file")
@access.leaders
def file_form() -> str:
    return render_template("rules/file.html", here="rules.index", text="", faults=())


@pages.post("/file")
@access.leaders
def bring_in() -> Response | tuple[str, int]:
    """Takes an uploaded file (UTF-8), else the pasted text."""
    sent = request.files.get("file")
    raw = sent.read() if sent and sent.filename else b""
    try:
        text = raw.decode("utf-8-sig") if raw else request.form.get("text", "")
    except UnicodeDecodeError:
        faults = [("", "is no text in UTF-8")]
        return render_template("rules/file.html", here="rules.index", text="", faults=faults), 422
    try:
        with wiring.current().work() as work:
            number = acts.bring_in(
                work, text=text, note=request.form.get("note", ""), actor=access.current_actor()
            ).number
    except files.InvalidFile as error:
        return render_template("rules/file.html", here="rules.index", text=text, faults=error.faults), error.status
    return redirect(url_for("rules.page", number=number))
