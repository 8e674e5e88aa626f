"""The addresses of cases: putting things right, from the first question to the last answer."""

from django.urls import path, register_converter

from selfcare.cases import following, opening, triage, views
from selfcare.web.converters import OpaqueId

register_converter(OpaqueId, "case_or_transaction")

app_name = "cases"
transaction = "transactions/<case_or_transaction:transaction_id>"
case = "cases/<case_or_transaction:case_id>"
urlpatterns = [
    path(f"{transaction}/wrong/", triage.triage, name="triage"),
    path(f"{transaction}/cases/card/", views.card, name="card"),
    path(
        f"{transaction}/refund-requests/new/", opening.refund_request_new, name="refund_request_new"
    ),
    path(f"{transaction}/disputes/new/", opening.dispute_new, name="dispute_new"),
    path(f"{transaction}/fraud-reports/new/", opening.fraud_report_new, name="fraud_report_new"),
    path(f"{transaction}/recalls/new/", opening.recall_new, name="recall_new"),
    path(f"{transaction}/inquiries/new/", opening.inquiry_new, name="inquiry_new"),
    path("cases/", views.case_list, name="list"),
    path("cases/cards/open/", views.card_open, name="card_open"),
    path(f"{case}/", views.case_detail, name="detail"),
    path(f"{case}/messages/new/", following.message_new, name="message_new"),
    path(f"{case}/withdrawals/new/", following.withdrawal_new, name="withdrawal_new"),
    path(f"{case}/escalations/new/", following.escalation_new, name="escalation_new"),
    path(f"{case}/evidence/<str:sha256>/", views.evidence_detail, name="evidence_detail"),
]
