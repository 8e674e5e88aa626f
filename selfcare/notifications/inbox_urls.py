"""The addresses of the inbox and the bell; `urls` puts them among those of notifications."""

from django.urls import path, register_converter

from selfcare.notifications import inbox_views
from selfcare.web.converters import OpaqueId

register_converter(OpaqueId, "notification")

# The one that takes any word comes last.
urlpatterns = [
    path("notifications/", inbox_views.inbox_list, name="inbox"),
    path("notifications/bell/", inbox_views.bell, name="bell"),
    path("notifications/fresh/", inbox_views.inbox_fresh, name="fresh"),
    path("notifications/marks/", inbox_views.marks_new, name="marks"),
    path(
        "notifications/<notification:notification_id>/action/",
        inbox_views.notification_act,
        name="act",
    ),
    path(
        "notifications/<notification:notification_id>/", inbox_views.notification_open, name="open"
    ),
]
