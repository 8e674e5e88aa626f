"""The addresses of exports, below /exports/ and in the namespace of documents."""

from django.urls import URLPattern, path, register_converter

from selfcare.documents.exports import views
from selfcare.web.converters import OpaqueId

register_converter(OpaqueId, "exported")

urlpatterns: list[URLPattern] = [
    path("", views.export_list, name="export_list"),
    path("new/", views.export_new, name="export_new"),
    path("<exported:export_id>/", views.export_detail, name="export_detail"),
    path("<exported:export_id>/file/", views.export_file, name="export_file"),
    path("<exported:export_id>/manifest/", views.export_manifest, name="export_manifest"),
    path(
        "<exported:export_id>/cancellations/new/",
        views.export_cancellation_new,
        name="export_cancellation_new",
    ),
    path("<exported:export_id>/removals/new/", views.export_removal_new, name="export_removal_new"),
]
