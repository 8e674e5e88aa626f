"""The front page's addresses; the levers are its forms."""

from django.urls import path

from sandbox.front import desk, levers, views

app_name = "front"
urlpatterns = [
    path("", views.front_page, name="page"),
    path("levers/faults/", levers.fault_new, name="fault_new"),
    path("levers/faults/removals/", levers.fault_removal, name="fault_removal"),
    path("levers/advances/", levers.advance_new, name="advance_new"),
    path("levers/answers/", desk.answer_new, name="answer_new"),
    path("levers/resets/", levers.reset_new, name="reset_new"),
]
