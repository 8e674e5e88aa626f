"""How gunicorn runs the box; nothing about what it serves."""

from sandbox import env

bind = f"{env.text('SANDBOX_HOST', '127.0.0.1')}:{env.whole('SANDBOX_PORT', 9000)}"
worker_class = "gthread"
# One process is enough to try things out; where merchants share a box, a second one keeps the
# others' pace while somebody floods the first. A hanging fault takes a thread, not the box.
workers = env.whole("SANDBOX_WORKERS", 1, least=1)
threads = env.whole("SANDBOX_THREADS", 32, least=1)
timeout = 60
graceful_timeout = 5
keepalive = 75
# Authorization and end-session requests carry whole ID tokens in their query.
limit_request_line = 8190
control_socket_disable = True
accesslog = None
errorlog = "-"
loglevel = "warning"
