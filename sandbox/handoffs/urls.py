"""Where hand-offs are taken on, below `/transaction-service/v1/`."""

from django.urls import path

from sandbox.handoffs import views

ONE = "users/<str:sub>/handoffs/<str:token>"

urlpatterns = [
    path(ONE, views.handoff_detail),
    path(f"{ONE}/claims", views.claim_new),
]
