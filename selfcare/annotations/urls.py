"""The addresses of annotations: notes, labels with rules, and attachments."""

from django.urls import URLPattern

app_name = "annotations"
urlpatterns: list[URLPattern] = []
