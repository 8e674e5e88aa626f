"""The table of contents: which feature answers which address."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("selfcare.overview.urls")),
    path("", include("selfcare.identity.urls")),
    path("instructions/", include("selfcare.instructions.urls")),
    path("transactions/", include("selfcare.transactions.urls")),
]

handler400 = "selfcare.web.views.bad_request"
handler403 = "selfcare.web.views.forbidden"
handler404 = "selfcare.web.views.not_found"
handler500 = "selfcare.web.views.internal_error"
