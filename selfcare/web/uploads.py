"""Takes in files of forms: only where a route is named for it, only so much, in no named file."""

from tempfile import SpooledTemporaryFile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest
from django.urls import Resolver404, resolve

IN_MEMORY = 512 * 1024
# A file that is somewhat too large is read to its end and thrown away, so that the browser shows
# our sentence; a larger one is refused unread.
DISCARDED_TIMES = 4


def takes_files(request: HttpRequest) -> bool:
    """Whether the route that answers this address is one of settings.UPLOAD_ROUTES."""
    if request.method != "POST" or request.content_type != "multipart/form-data":
        return False
    try:
        return resolve(request.path_info).view_name in settings.UPLOAD_ROUTES
    except Resolver404:
        return False


def largest_body(request: HttpRequest) -> int:
    """How many bytes of a body are read at all."""
    if takes_files(request):
        return settings.ATTACHMENT_BYTES * DISCARDED_TIMES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def too_large(request: HttpRequest) -> bool:
    """Whether a file came that had more bytes than we take; it isn't in request.FILES."""
    return getattr(request, "file_too_large", False)


class Spool(FileUploadHandler):
    """Keeps a file in memory or, longer, in a file without a name: a killed process leaves none."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        # Not `file`: Django closes what a handler has under that name, also where it is None.
        # Not `file`: Django closes that one itself, also where there is none.
        self.spool: SpooledTemporaryFile[bytes] | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        request = self.request
        if request is None or getattr(request, "person", None) is None:
            # Nobody is signed in: not one byte of it is kept.
            raise StopUpload(connection_reset=False)
        if not takes_files(request):
            raise SkipFile
        self.spool = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the request closes it

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.spool is None:
            return
        if start + len(raw_data) > settings.ATTACHMENT_BYTES:
            self.request.file_too_large = True  # type: ignore[union-attr]
            self.spool.close()
            raise StopUpload(connection_reset=False)
        self.spool.write(raw_data)

    def file_complete(self, file_size: int) -> "UploadedFile[bytes] | None":
        if self.spool is None:
            return None
        self.spool.seek(0)
        return UploadedFile(
            file=self.spool, name=self.file_name, content_type=self.content_type, size=file_size
        )

    def upload_interrupted(self) -> None:
        if self.spool is not None:
            self.spool.close()
