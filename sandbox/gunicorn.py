"""How gunicorn runs the box; nothing about what it serves."""

from sandbox import env

bind = f"{env.text('SANDBOX_HOST', '127.0.0.1')}:{env.whole('SANDBOX_PORT', 9000)}"
worker_class = "gthread"
# One process: sign-in codes live in its cache, and a hanging fault takes a thread, not the box.
workers = 1
threads = env.whole("SANDBOX_THREADS", 32)
timeout = 60
graceful_timeout = 5
keepalive = 75
control_socket_disable = True
accesslog = None
errorlog = "-"
loglevel = "warning"
