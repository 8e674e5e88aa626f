"""The addresses of the console's clock, scenarios and reset, behind the merchant's."""

from django.urls import path

from selfcare.merchant import clock_views, reset_views
from selfcare.merchant import scenario_views as scenarios

ONE = "scenarios/<consoled:scenario_id>/"

urlpatterns = [
    path("clock/", clock_views.clock_page, name="clock"),
    path("reset/", reset_views.reset_new, name="reset"),
    path("scenarios/", scenarios.scenario_list, name="scenarios"),
    path("scenarios/magic-values/", scenarios.magic_values, name="magic_values"),
    path("scenarios/new/", scenarios.script_new, name="script_new"),
    path(ONE, scenarios.scenario_detail, name="scenario"),
    path(ONE + "runs/new/", scenarios.run_new, name="run_new"),
    path(ONE + "changes/new/", scenarios.script_change, name="script_change"),
    path(ONE + "removals/new/", scenarios.script_removal, name="script_remove"),
    path("runs/", scenarios.run_list, name="runs"),
    path("runs/<consoled:run_id>/", scenarios.run_detail, name="run"),
    path("runs/<consoled:run_id>/replays/new/", scenarios.replay_new, name="replay_new"),
]
