"""Where Django looks for the tables of documents; each kind of document keeps its own."""

from selfcare.documents.exports.models import Export, ExportPart
from selfcare.documents.receipts.models import PrintedState, ReceiptCode, TryCount
from selfcare.documents.shares.models import Share

__all__ = ["Export", "ExportPart", "PrintedState", "ReceiptCode", "Share", "TryCount"]
