"""Where the levers are, below `/control/`."""

from django.urls import path

from sandbox.control import customers, desk, merchants, news, outbox, views

urlpatterns = [
    path("reset", views.reset),
    path("people", views.people),
    path("people/<str:sub>/code", views.code),
    path("people/<str:sub>/transactions", views.transactions),
    path("people/<str:sub>/handoffs", customers.handoff_new),
    path("transactions/<str:id_>/advance", views.advance),
    path("transactions/<str:id_>/refund-answer", views.refund_answer),
    path("transactions/<str:id_>/cases", desk.case_new),
    path("cases", desk.case_list),
    path("cases/<str:id_>/answer", desk.answer_new),
    path("cases/<str:id_>/advance", desk.advance_new),
    path("payees", views.payees),
    path("merchants", merchants.merchant_list),
    path("merchants/<str:id_>/keys", merchants.key_list),
    path("merchants/<str:id_>/members", merchants.member_list),
    path("merchants/<str:id_>/return-addresses", merchants.return_address_list),
    path("api-keys/<str:id_>/rotation", merchants.rotation_new),
    path("api-keys/<str:id_>/revocation", merchants.revocation_new),
    path("faults", views.fault_list),
    path("faults/<int:number>", views.fault_detail),
    path("log", views.log),
    path("events", news.event_list),
    path("events/flood", news.flood_new),
    path("events/<str:id_>/again", news.again),
    path("outbox", outbox.message_list),
    path("outbox/counts", outbox.counts),
    path("outbox/browsers", outbox.browser_list),
    path("outbox/browsers/<str:token>", outbox.browser_detail),
    path("ledger", views.ledger),
]
