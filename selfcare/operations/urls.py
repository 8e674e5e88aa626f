"""The addresses of the operators' pages."""

from django.urls import path, register_converter

from selfcare.operations import drive_views, views
from selfcare.web.converters import OpaqueId


class DeadKind:
    """What can be driven again."""

    regex = "deliveries|events"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(OpaqueId, "operated")
register_converter(DeadKind, "dead")

app_name = "operations"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("deliveries/", views.delivery_list, name="deliveries"),
    path("deliveries/<operated:thing_id>/", views.delivery_detail, name="delivery"),
    path("events/", views.event_list, name="events"),
    path("events/<operated:thing_id>/", views.event_detail, name="event"),
    path("refusals/", views.refusal_list, name="refusals"),
    path("refusals/<operated:thing_id>/", views.refusal_detail, name="refusal"),
    path("audit/", views.audit, name="audit"),
    path("drives/<dead:kind>/new/", drive_views.drive_new, name="drive_new"),
    path("drives/<dead:kind>/", drive_views.drives, name="drives"),
]
