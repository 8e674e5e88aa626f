"""The box's table of contents."""

from django.urls import URLPattern, URLResolver, include, path

from sandbox import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("transaction-service/v1/", include("sandbox.transactions.urls")),
    path("transaction-service/v1/", include("sandbox.cases.urls")),
    path("transaction-service/v1/", include("sandbox.handoffs.urls")),
    path("transaction-service/v1/", include("sandbox.events.urls")),
    path("merchant-api/v1/", include("sandbox.merchant_api.urls")),
    path("sandbox-api/v1/", include("sandbox.console.urls")),
    path("control/", include("sandbox.control.urls")),
    path("", include("sandbox.webhooks.urls")),
    path("shop/", include("sandbox.shop.urls")),
    path("", include("sandbox.outbox.urls")),
    path("", include("sandbox.auth.urls")),
    path("", include("sandbox.front.urls")),
]

handler400 = "sandbox.problems.bad_request"
handler404 = "sandbox.problems.not_found"
handler500 = "sandbox.problems.server_error"
