"""View model of a file in a message: picture, download, or why it cannot be opened."""

from dataclasses import dataclass

from flask_babel import gettext as _

from callcenter.domain import attachments as rules
from callcenter.domain.attachments import AttachmentState
from callcenter.storage.messages.attachments import Attachment


@dataclass(frozen=True)
class AttachmentView:
    row: Attachment

    @property
    def is_picture(self) -> bool:
        return self.is_kept and rules.is_picture(self.row.kind)

    @property
    def is_kept(self) -> bool:
        return self.row.state == AttachmentState.KEPT

    @property
    def why_not(self) -> str:
        """ "" where the file can be opened."""
        return {
            AttachmentState.DUE: _("A file, being fetched …"),
            AttachmentState.REFUSED: _(
                "A file of a kind that is not taken (%(kind)s)", kind=self.row.stated_kind or "?"
            ),
            AttachmentState.FAILED: _("A file that could not be fetched"),
        }.get(self.row.state, "")
