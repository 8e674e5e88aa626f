"""The addresses of receipts, verification, statements and shares; exports have their own."""

from django.urls import path, register_converter

from selfcare.documents import index
from selfcare.documents.receipts import verification
from selfcare.documents.receipts import views as receipts
from selfcare.documents.shares import views as shares
from selfcare.documents.statements import views as statements
from selfcare.web.converters import OpaqueId

register_converter(OpaqueId, "document_id")

TXN = "transactions/<document_id:transaction_id>"
STATEMENT = "statements/<document_id:account_id>/<str:month>"

urlpatterns = [
    path("documents/", index.index, name="index"),
    path(f"{TXN}/receipt.pdf", receipts.receipt, name="receipt"),
    path(f"{TXN}/receipt/", receipts.receipt_page, name="receipt_page"),
    path(
        f"{TXN}/verification-codes/", receipts.verification_code_new, name="verification_code_new"
    ),
    path(f"{TXN}/documents/card/", receipts.card, name="card"),
    path("verify/", verification.verification, name="verification"),
    path("verify/<str:code>/", verification.verification, name="verification"),
    path("statements/", statements.statement_list, name="statements"),
    path(f"{STATEMENT}/", statements.statement, name="statement"),
    path(f"{STATEMENT}/statement.pdf", statements.statement_pdf, name="statement_pdf"),
    path(f"{TXN}/shares/new/", shares.share_new, name="share_new"),
    path("shares/", shares.share_list, name="shares"),
    path("shares/<document_id:share_id>/", shares.share_detail, name="share_detail"),
    path(
        "shares/<document_id:share_id>/revocations/",
        shares.share_revocation_new,
        name="share_revocation_new",
    ),
    path("shared/<str:token>/", shares.shared, name="shared"),
]
