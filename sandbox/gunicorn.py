"""How gunicorn runs the box; nothing about what it serves."""

from sandbox import env

bind = f"{env.text('SANDBOX_HOST', '127.0.0.1')}:{env.whole('SANDBOX_PORT', 9000)}"
worker_class = "gthread"
# One process is enough for a box, and a hanging fault takes a thread of it, not the box.
workers = 1
threads = env.whole("SANDBOX_THREADS", 32)
timeout = 60
graceful_timeout = 5
keepalive = 75
# Authorization and end-session requests carry whole ID tokens in their query.
limit_request_line = 8190
control_socket_disable = True
accesslog = None
errorlog = "-"
loglevel = "warning"
