"""Addresses of notifications: settings and why, addresses, unsubscribing, inbox."""

from django.urls import URLPattern, path

from selfcare.notifications.addresses.urls import urlpatterns as addresses
from selfcare.notifications.delivery import reports
from selfcare.notifications.inbox.urls import urlpatterns as inbox
from selfcare.notifications.settings.urls import urlpatterns as settings

app_name = "notifications"
# Each concern's lines stand together, the longer address before the one that takes any word.
urlpatterns: list[URLPattern] = [
    *addresses,
    *settings,
    *inbox,
    # Named by our contract for providers, which knows no slash at its end.
    path("hooks/delivery-reports", reports.delivery_report, name="delivery_reports"),
]
