"""The line of the audit log that goes with a version of an answer or of a text, where a test writes one itself."""

from storage.audit import AuditLine
from storage.edits import Edit


def edit_line(edit: Edit) -> AuditLine:
    return AuditLine(at=edit.made_at, actor=edit.author, action="edit.proposed", target=edit.id)
