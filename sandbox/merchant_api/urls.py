"""Where the merchant API's resources are, below `/merchant-api/v1/`."""

from django.urls import path, re_path

from sandbox.merchant_api import views

urlpatterns = [
    path("balance", views.balance),
    path("payments", views.payment_list),
    path("payments/<str:id_>", views.payment_detail),
    path("payments/<str:id_>/cancellations", views.cancellation_new),
    path("requests", views.request_list),
    path("requests/<str:id_>", views.request_detail),
    # Not the bare root: that would make a redirect of the address without its slash.
    re_path(r".", views.nowhere),
]
