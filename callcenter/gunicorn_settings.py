"""Gunicorn's settings: `gunicorn -c python:callcenter.gunicorn_settings`. Every name here is one of its settings.

The master loads the application once and forks: a replaced worker is up in a tenth of a second and shares the master's
memory. So the standard library is patched here, before our code is loaded; fork and signals stay unpatched in the
master, and gunicorn's gevent worker patches them after its fork.
"""

import warnings

from gevent import monkey

warnings.filterwarnings("ignore", "Patching more than once", monkey.MonkeyPatchWarning)  # the second time in the worker
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
