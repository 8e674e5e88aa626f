"""The table of contents: which feature answers which address."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from selfcare.annotations.api import router as annotations_api
from selfcare.annotations.api_files import router as files_api
from selfcare.cases.api import router as cases_api
from selfcare.cases.api_opening import router as opening_api
from selfcare.documents.exports.api import router as exports_api
from selfcare.documents.papers_api import router as papers_api
from selfcare.documents.shares.api import router as shares_api
from selfcare.handoffs.api import router as handoffs_api
from selfcare.instructions.api import router as instructions_api
from selfcare.notifications.addresses.api import router as addresses_api
from selfcare.notifications.inbox.api import router as inbox_api
from selfcare.notifications.settings.api import router as rules_api
from selfcare.preferences.api import router as preferences_api
from selfcare.transactions.api import router as transactions_api
from selfcare.transactions.doing_api import router as doing_api
from selfcare.transactions.finding_api import router as finding_api
from selfcare.transactions.summary_api import router as summary_api
from selfcare.web import views
from selfcare.web.api import api

# Before the router with /transactions/{transaction_id}, which takes any word for an id.
api.add_router("/v1", finding_api)
api.add_router("/v1", summary_api)
api.add_router("/v1", doing_api)
api.add_router("/v1", transactions_api)
api.add_router("/v1", annotations_api)
api.add_router("/v1", files_api)
api.add_router("/v1", cases_api)
api.add_router("/v1", opening_api)
api.add_router("/v1", preferences_api)
api.add_router("/v1/handoffs", handoffs_api)
api.add_router("/v1/instructions", instructions_api)
api.add_router("/v1/exports", exports_api)
api.add_router("/v1", papers_api)
api.add_router("/v1", shares_api)
api.add_router("/v1", addresses_api)
api.add_router("/v1", inbox_api)
api.add_router("/v1", rules_api)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("selfcare.overview.urls")),
    path("", include("selfcare.identity.urls")),
    path("", include("selfcare.events.urls")),
    path("", include("selfcare.preferences.urls")),
    path("instructions/", include("selfcare.instructions.urls")),
    # Their addresses lie below /transactions/<id>/ too, so they come first.
    path("", include("selfcare.annotations.urls")),
    path("", include("selfcare.cases.urls")),
    path("", include("selfcare.documents.urls")),
    path("", include("selfcare.notifications.urls")),
    path("transactions/", include("selfcare.transactions.urls")),
    path("handoff/", include("selfcare.handoffs.urls")),
    path("operations/", include("selfcare.operations.urls")),
    path("api/docs", views.api_docs, name="api_docs"),
    path("api/", api.urls),
]

# Where the platform offers no sandbox, merchants' consoles are at no address.
if settings.SANDBOX_API_URL:
    urlpatterns.append(path("merchant/", include("selfcare.merchant.urls")))

handler400 = "selfcare.web.views.bad_request"
handler403 = "selfcare.web.views.forbidden"
handler404 = "selfcare.web.views.not_found"
handler500 = "selfcare.web.views.internal_error"
