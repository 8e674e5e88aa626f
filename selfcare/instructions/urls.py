"""The addresses of instructions."""

from django.urls import path

from selfcare.instructions import views

app_name = "instructions"
urlpatterns = [
    path("<str:public_id>/", views.instruction_detail, name="detail"),
    path("<str:public_id>/proofs/", views.instruction_prove, name="prove"),
    path("<str:public_id>/proceed/", views.instruction_proceed, name="proceed"),
]
