"""Where Django looks for the tables of documents; each kind of document keeps its own."""

from selfcare.documents.exports.models import Export, ExportPart

__all__ = ["Export", "ExportPart"]
