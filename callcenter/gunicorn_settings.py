"""How gunicorn runs us: `gunicorn -c python:callcenter.gunicorn_settings`. Every name here is one of gunicorn's settings.

Its gevent worker patches the standard library before it loads the application, so nothing of ours is preloaded.
"""

from callcenter import settings

_ours = settings.load()

wsgi_app = "callcenter.wsgi:application()"
bind = _ours.bind
workers = _ours.web_processes
worker_class = "gevent"
worker_connections = 2000
# A stop lets requests finish for so long; sockets are closed at once, and browsers find another process.
graceful_timeout = 20
timeout = 60
keepalive = 30
# Behind a proxy on this machine; the client's own address is taken from what it wrote down.
forwarded_allow_ips = "127.0.0.1"
proc_name = "callcenter web"
accesslog = None
errorlog = "-"
loglevel = "warning"
control_socket_disable = True
