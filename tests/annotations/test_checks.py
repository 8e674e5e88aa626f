"""The check of where files are kept."""

from pathlib import Path
from typing import Any

from selfcare.annotations.checks import the_files_folder_is_writable


def test_a_folder_that_cannot_be_made_is_told(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("no folder")
    settings.FILES_FOLDER = str(tmp_path / "a-file" / "files")
    (found,) = the_files_folder_is_writable()
    assert found.id == "selfcare.E010"
    settings.FILES_FOLDER = str(tmp_path / "new" / "files")
    assert the_files_folder_is_writable() == []
    assert list(tmp_path.iterdir()) == [tmp_path / "a-file"]


def test_a_bucket_needs_no_folder(settings: Any) -> None:
    settings.FILES_FOLDER = "/dev/null/files"
    settings.FILES_BUCKET = "selfcare-files"
    assert the_files_folder_is_writable() == []
