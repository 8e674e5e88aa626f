"""The addresses of cases: putting things right, from the first question to the last answer."""

from django.urls import URLPattern

app_name = "cases"
urlpatterns: list[URLPattern] = []
