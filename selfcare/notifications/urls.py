"""Addresses of notifications: settings and why, addresses, unsubscribing, inbox."""

from django.urls import URLPattern, path

from selfcare.notifications import inbox_urls, settings_urls, unsubscribe_views

app_name = "notifications"
# Each concern's lines stand together, the longer address before the one that takes any word.
urlpatterns: list[URLPattern] = [
    path("unsubscribe/<str:token>/", unsubscribe_views.unsubscribe, name="unsubscribe"),
    *settings_urls.urlpatterns,
    *inbox_urls.urlpatterns,
]
