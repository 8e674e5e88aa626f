"""The addresses of the list and of what a person keeps about it."""

from django.urls import path, register_converter

from selfcare.transactions import keeping_views, list_views
from selfcare.web.converters import OpaqueId

register_converter(OpaqueId, "kept")

urlpatterns = [
    path("", list_views.transaction_list, name="list"),
    path("totals/", list_views.transaction_totals, name="totals"),
    path("fresh/", list_views.transaction_fresh, name="fresh"),
    path("views/", keeping_views.view_list, name="views"),
    path("views/<kept:view_id>/", keeping_views.view_detail, name="view"),
    path("columns/", keeping_views.column_list, name="columns"),
]
