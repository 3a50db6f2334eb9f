"""What people type into forms and addresses, in the normal form of texts. The provider's own posts stay as they are signed."""

from typing import Any

from flask import Flask, Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.utils import cached_property

from callcenter.domain import texts

AS_SIGNED = "/webhooks/"


class TypedRequest(Request):
    @cached_property
    def form(self) -> ImmutableMultiDict[str, str]:
        return self._typed(super().form)

    @cached_property
    def args(self) -> MultiDict[str, str]:
        return self._typed(super().args)

    def _typed(self, given: Any) -> Any:
        if self.path.startswith(AS_SIGNED):
            return given
        return type(given)((texts.normal(name), texts.normal(value)) for name, value in given.items(multi=True))


def register(app: Flask) -> None:
    app.request_class = TypedRequest
