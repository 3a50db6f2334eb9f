"""The problem document of a concurrent save, with both versions, so that no input is lost."""

from flask_babel import gettext

from callcenter.api.problems import ApiProblem
from callcenter.api.shapes import RequestBody, ResponseBody
from callcenter.domain.errors import StaleSave


def stale(error: StaleSave, *, theirs: ResponseBody, yours: RequestBody) -> ApiProblem:
    name = error.values.get("name") or gettext("Somebody")
    detail = gettext(error.text, name=name)
    both = {
        "theirs": theirs.model_dump(mode="json"),
        "yours": yours.model_dump(mode="json", exclude_unset=True),
    }
    return ApiProblem(error.status, error.code, detail, **both)
