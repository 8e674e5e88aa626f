"""The addresses of the inbox and the bell; `urls` puts them among those of notifications."""

from django.urls import path, register_converter

from selfcare.notifications.inbox import views
from selfcare.web.converters import OpaqueId

register_converter(OpaqueId, "notification")

# The one that takes any word comes last.
urlpatterns = [
    path("notifications/", views.inbox_list, name="inbox"),
    path("notifications/bell/", views.bell, name="bell"),
    path("notifications/fresh/", views.inbox_fresh, name="fresh"),
    path("notifications/marks/", views.marks_new, name="marks"),
    path(
        "notifications/<notification:notification_id>/action/",
        views.notification_act,
        name="act",
    ),
    path("notifications/<notification:notification_id>/", views.notification_open, name="open"),
]
