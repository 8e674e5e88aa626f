"""Where the operations about cases live, below `/transaction-service/v1/`."""

from django.urls import path, re_path

from sandbox.cases import views

ONE = "users/<str:sub>/transactions/<str:id_>"
CASE = "users/<str:sub>/cases/<str:id_>"

urlpatterns = [
    path(f"{ONE}/refund-requests", views.refund_request_new),
    path(f"{ONE}/disputes", views.dispute_new),
    path(f"{ONE}/fraud-reports", views.fraud_report_new),
    path(f"{ONE}/recalls", views.recall_new),
    path(f"{ONE}/inquiries", views.inquiry_new),
    path("users/<str:sub>/cases", views.case_list),
    path(CASE, views.case_detail),
    path(f"{CASE}/messages", views.message_new),
    path(f"{CASE}/withdrawals", views.withdrawal_new),
    path(f"{CASE}/escalations", views.escalation_new),
    re_path(r"^users/(?P<sub>[^/]+)/evidence/(?P<sha256>[0-9a-f]{64})$", views.evidence_detail),
]
