"""Gunicorn's settings, one per name: `gunicorn -c python:callcenter.gunicorn_settings`."""

import warnings

from gevent import monkey

warnings.filterwarnings("ignore", "Patching more than once", monkey.MonkeyPatchWarning)  # the second time in the worker
# Patched before our code is loaded: the master loads it once and forks, so a new worker is up in a tenth of a second.
# Fork and signals stay unpatched here; gunicorn's gevent worker patches them after its fork.
monkey.patch_all(os=False, signal=False)

from callcenter import settings  # noqa: E402  after the patch

_ours = settings.load()

wsgi_app = "callcenter.wsgi:application()"
preload_app = True
bind = _ours.bind
workers = _ours.web_processes
worker_class = "gevent"
worker_connections = 2000
# On a stop, requests may take so long to finish; sockets close at once, and browsers connect to another process.
graceful_timeout = 20
timeout = 60
keepalive = 30
# Behind a proxy on this machine; the client's address is taken from the proxy's header.
forwarded_allow_ips = "127.0.0.1"
proc_name = "callcenter web"
accesslog = None
errorlog = "-"
loglevel = "warning"
control_socket_disable = True
