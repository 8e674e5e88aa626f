"""The addresses of annotations: notes, labels with rules, and attachments."""

from django.urls import path, register_converter

from selfcare.annotations import file_views, label_views, views
from selfcare.web.converters import OpaqueId

register_converter(OpaqueId, "annotated")

app_name = "annotations"
AT = "transactions/<annotated:transaction_id>/"
LABEL = "labels/<annotated:label_id>/"
FILE = "attachments/<annotated:public_id>/"
urlpatterns = [
    path(f"{AT}annotations/card/", views.annotation_card, name="card"),
    path(f"{AT}note/", views.note_edit, name="note"),
    path(f"{AT}labels/", views.labelling, name="labelling"),
    path(f"{AT}attachments/", file_views.attachment_list, name="attachments"),
    path(FILE, file_views.attachment_detail, name="attachment"),
    path(f"{FILE}picture/", file_views.attachment_picture, name="picture"),
    path(f"{FILE}removals/", file_views.attachment_removal, name="attachment_removal"),
    path("labels/", label_views.label_list, name="labels"),
    path(LABEL, label_views.label_detail, name="label"),
    path(f"{LABEL}count/", label_views.label_count, name="label_count"),
    path(f"{LABEL}removals/new/", label_views.label_removal, name="label_removal"),
    path(f"{LABEL}rules/", label_views.rule_list, name="rules"),
    path(
        f"{LABEL}rules/<annotated:rule_id>/removals/", label_views.rule_removal, name="rule_removal"
    ),
]
