"""The addresses of documents: exports, receipts, statements and shares."""

from django.urls import URLPattern

app_name = "documents"
urlpatterns: list[URLPattern] = []
