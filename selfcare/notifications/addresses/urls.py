"""The addresses of the pages about addresses, of unsubscribing and of the service worker."""

from django.urls import path, register_converter

from selfcare.notifications.addresses import unsubscribe_views, views
from selfcare.web.converters import OpaqueId

register_converter(OpaqueId, "known_address")

AT = "notifications/addresses/<known_address:address_id>/"
urlpatterns = [
    path("unsubscribe/<str:token>/", unsubscribe_views.unsubscribe, name="unsubscribe"),
    path("notifications/service-worker/", views.service_worker, name="service_worker"),
    path("notifications/addresses/", views.address_list, name="addresses"),
    path(AT, views.address_detail, name="address"),
    path(f"{AT}verifications/", views.address_verification, name="address_verification"),
    path(f"{AT}codes/", views.address_code, name="address_code"),
    path(f"{AT}primary/", views.address_primary, name="address_primary"),
    path(f"{AT}removals/new/", views.address_removal, name="address_removal"),
]
