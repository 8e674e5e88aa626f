"""Addresses of notifications: settings and why, addresses, unsubscribing, inbox."""

from django.urls import URLPattern, path

from selfcare.notifications import address_urls, inbox_urls, reports, settings_urls

app_name = "notifications"
# Each concern's lines stand together, the longer address before the one that takes any word.
urlpatterns: list[URLPattern] = [
    *address_urls.urlpatterns,
    *settings_urls.urlpatterns,
    *inbox_urls.urlpatterns,
    # Named by our contract for providers, which knows no slash at its end.
    path("hooks/delivery-reports", reports.delivery_report, name="delivery_reports"),
]
