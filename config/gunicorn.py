"""How gunicorn serves selfcare: threads, a graceful stop, no access log of its own."""

import os

from gunicorn.http import message

bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "1"))
threads = int(os.environ.get("WEB_THREADS", "8"))
# Longer than the page's deadline and the slowest read of a body, shorter than a pod's grace.
timeout = 30
graceful_timeout = 20
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
# Longer than anything that a page accepts, so that a long query gets our page and not a raw line;
# gunicorn caps the line at 8190 bytes unless its own constant is raised first.
message.MAX_REQUEST_LINE = 32_768
limit_request_line = 32_767
accesslog = None
control_socket_disable = True
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
