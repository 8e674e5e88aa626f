"""The address of the home page."""

from django.urls import path

from selfcare.overview import views

app_name = "overview"
urlpatterns = [path("", views.home, name="home")]
