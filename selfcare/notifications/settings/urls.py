"""The addresses of the settings and of "why"; they stand in urls.py with the others."""

from django.urls import path, register_converter

from selfcare.notifications.inbox import why_views
from selfcare.notifications.settings import views
from selfcare.web.converters import OpaqueId

register_converter(OpaqueId, "told")

urlpatterns = [
    path("notifications/settings/", views.settings, name="settings"),
    path(
        "notifications/settings/<slug:category>/",
        views.category_settings,
        name="category_settings",
    ),
    path(
        "notifications/<told:notification_id>/why/",
        why_views.notification_why,
        name="why",
    ),
    path(
        "transactions/<told:transaction_id>/notifications/",
        why_views.transaction_why,
        name="why_transaction",
    ),
]
