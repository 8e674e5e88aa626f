"""The addresses of hand-offs."""

from django.urls import path

from selfcare.handoffs import views

app_name = "handoffs"
urlpatterns = [
    path("<str:token>/", views.handoff_detail, name="detail"),
    path("<str:token>/claims/", views.claim_new, name="claim_new"),
    path("<str:token>/confirmations/", views.confirmation_new, name="confirmation_new"),
]
