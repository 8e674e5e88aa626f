"""Where the merchant API's resources are, below `/merchant-api/v1/`."""

from django.urls import path, re_path

from sandbox.merchant_api import views

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
    path("refund-requests/<str:id_>/messages", views.message_new, REFUND_REQUEST),
    path("disputes", views.case_list, DISPUTE),
    path("disputes/<str:id_>", views.case_detail, DISPUTE),
    path("disputes/<str:id_>/answers", views.answer_new, DISPUTE),
    path("disputes/<str:id_>/messages", views.message_new, DISPUTE),
    path("inquiries", views.case_list, INQUIRY),
    path("inquiries/<str:id_>", views.case_detail, INQUIRY),
    path("inquiries/<str:id_>/messages", views.message_new, INQUIRY),
    path("requests", views.request_list),
    path("requests/<str:id_>", views.request_detail),
    # Not the bare root: that would make a redirect of the address without its slash.
    re_path(r".", views.nowhere),
]
