"""The addresses of documents: exports, receipts, statements and shares."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "documents"
urlpatterns: list[URLPattern | URLResolver] = [
    path("exports/", include("selfcare.documents.exports.urls")),
    path("", include("selfcare.documents.papers")),
]
