"""Where the merchant API's resources are, below `/merchant-api/v1/`."""

from django.urls import path, re_path

from sandbox.merchant_api import views

PAYMENT, PAYOUT = {"kind": "payment"}, {"kind": "payout"}

urlpatterns = [
    path("balance", views.balance),
    path("payments", views.demand_list, PAYMENT),
    path("payments/<str:id_>", views.demand_detail, PAYMENT),
    path("payments/<str:id_>/cancellations", views.cancellation_new, PAYMENT),
    path("payouts", views.demand_list, PAYOUT),
    path("payouts/<str:id_>", views.demand_detail, PAYOUT),
    path("payouts/<str:id_>/cancellations", views.cancellation_new, PAYOUT),
    path("requests", views.request_list),
    path("requests/<str:id_>", views.request_detail),
    # Not the bare root: that would make a redirect of the address without its slash.
    re_path(r".", views.nowhere),
]
