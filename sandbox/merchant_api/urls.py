"""Where the merchant API's resources are, below `/merchant-api/v1/`."""

from django.urls import path, re_path

from sandbox.merchant_api import views

urlpatterns = [
    path("balance", views.balance),
    re_path(r"", views.nowhere),
]
