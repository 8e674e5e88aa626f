"""Addresses of notifications: settings and why, addresses, unsubscribing, inbox."""

from django.urls import URLPattern

from selfcare.notifications import address_urls, inbox_urls, settings_urls

app_name = "notifications"
# Each concern's lines stand together, the longer address before the one that takes any word.
urlpatterns: list[URLPattern] = [
    *address_urls.urlpatterns,
    *settings_urls.urlpatterns,
    *inbox_urls.urlpatterns,
]
