"""The box's table of contents."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("sandbox.auth.urls")),
]
