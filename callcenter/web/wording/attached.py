"""A file of a message as pages show it: a picture, something to save, or why there is nothing to open."""

from dataclasses import dataclass

from flask_babel import gettext as _

from callcenter.domain import attachments as rules
from callcenter.domain.attachments import AttachmentState
from callcenter.storage.messages.attachments import Attachment


@dataclass(frozen=True)
class Shown:
    """One file with what a page says of it."""

    row: Attachment

    @property
    def is_picture(self) -> bool:
        return self.is_kept and rules.is_picture(self.row.kind)

    @property
    def is_kept(self) -> bool:
        return self.row.state == AttachmentState.KEPT

    @property
    def why_not(self) -> str:
        """Why there is nothing to open."""
        return {
            AttachmentState.DUE: _("A file, being fetched …"),
            AttachmentState.REFUSED: _(
                "A file of a kind that is not taken (%(kind)s)", kind=self.row.stated_kind or "?"
            ),
            AttachmentState.FAILED: _("A file that could not be fetched"),
        }.get(self.row.state, "")
