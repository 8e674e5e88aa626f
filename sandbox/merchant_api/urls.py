"""Where the merchant API's resources are, below `/merchant-api/v1/`."""

from django.urls import path, re_path

from sandbox.merchant_api import views
from sandbox.webhooks import api as webhooks

PAYMENT, PAYOUT = {"kind": "payment"}, {"kind": "payout"}
REFUND_REQUEST, DISPUTE, INQUIRY = (
    {"kind": "refund_request"}, {"kind": "dispute"}, {"kind": "inquiry"},
)  # fmt: skip

urlpatterns = [
    path("balance", views.balance),
    path("payments", views.demand_list, PAYMENT),
    path("payments/<str:id_>", views.demand_detail, PAYMENT),
    path("payments/<str:id_>/cancellations", views.cancellation_new, PAYMENT),
    path("payouts", views.demand_list, PAYOUT),
    path("payouts/<str:id_>", views.demand_detail, PAYOUT),
    path("payouts/<str:id_>/cancellations", views.cancellation_new, PAYOUT),
    path("payments/<str:id_>/refunds", views.refund_new),
    path("refunds", views.refund_list),
    path("refunds/<str:id_>", views.refund_detail),
    path("refund-requests", views.case_list, REFUND_REQUEST),
    path("refund-requests/<str:id_>", views.case_detail, REFUND_REQUEST),
    path("refund-requests/<str:id_>/answers", views.answer_new, REFUND_REQUEST),
    path("refund-requests/<str:id_>/evidence/<str:sha256>", views.evidence_detail, REFUND_REQUEST),
    path("refund-requests/<str:id_>/messages", views.message_new, REFUND_REQUEST),
    path("disputes", views.case_list, DISPUTE),
    path("disputes/<str:id_>", views.case_detail, DISPUTE),
    path("disputes/<str:id_>/answers", views.answer_new, DISPUTE),
    path("disputes/<str:id_>/evidence/<str:sha256>", views.evidence_detail, DISPUTE),
    path("disputes/<str:id_>/messages", views.message_new, DISPUTE),
    path("inquiries", views.case_list, INQUIRY),
    path("inquiries/<str:id_>", views.case_detail, INQUIRY),
    path("inquiries/<str:id_>/evidence/<str:sha256>", views.evidence_detail, INQUIRY),
    path("inquiries/<str:id_>/messages", views.message_new, INQUIRY),
    path("events", webhooks.event_list),
    path("events/<str:id_>", webhooks.event_detail),
    path("webhook-endpoints", webhooks.endpoint_list),
    path("webhook-endpoints/<str:id_>", webhooks.endpoint_detail),
    path("webhook-endpoints/<str:id_>/changes", webhooks.change_new),
    path("webhook-endpoints/<str:id_>/removals", webhooks.removal_new),
    path("webhook-endpoints/<str:id_>/secret-rotations", webhooks.rotation_new),
    path("webhook-endpoints/<str:id_>/samples", webhooks.sample_new),
    path("webhook-endpoints/<str:id_>/resends", webhooks.resend_new),
    path("webhook-endpoints/<str:id_>/deliveries", webhooks.delivery_list),
    path("webhook-deliveries/<str:id_>", webhooks.delivery_detail),
    path("requests", views.request_list),
    path("requests/<str:id_>", views.request_detail),
    # Not the bare root: that would make a redirect of the address without its slash.
    re_path(r".", views.nowhere),
]
