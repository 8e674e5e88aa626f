"""The addresses of instructions."""

from django.urls import path

from selfcare.instructions import views

app_name = "instructions"
urlpatterns = [
    path("drafts/", views.draft_new, name="draft_new"),
    path("drafts/discards/", views.draft_discard, name="draft_discard"),
    path("<str:public_id>/", views.instruction_detail, name="detail"),
    path("<str:public_id>/proofs/", views.instruction_prove, name="prove"),
    path("<str:public_id>/proceed/", views.instruction_proceed, name="proceed"),
]
