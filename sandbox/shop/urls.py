"""The shop's addresses, below `/shop/`."""

from django.urls import path

from sandbox.shop import views, webhooks

app_name = "shop"
urlpatterns = [
    path("", views.shelf, name="shelf"),
    path("orders/", views.order_new, name="order_new"),
    path("winnings/", views.winning_new, name="winning_new"),
    path("orders/<uuid:id_>/", views.order_detail, name="order"),
    path("orders/<uuid:id_>/handoffs/", views.handoff_new, name="handoff_new"),
    path("orders/<uuid:id_>/look-ups/", views.look_up_new, name="look_up_new"),
    path("orders/<uuid:id_>/refunds/", views.refund_new, name="refund_new"),
    path("orders/<uuid:id_>/cancellations/", views.cancellation_new, name="cancellation_new"),
    path("back/", views.back, name="back"),
    path("webhooks/", webhooks.receive, name="webhooks"),
]
