"""The address of the preferences."""

from django.urls import path

from selfcare.preferences import views

app_name = "preferences"
urlpatterns = [path("preferences/", views.preferences_edit, name="edit")]
