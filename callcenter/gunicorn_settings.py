"""How gunicorn runs us: `gunicorn -c python:callcenter.gunicorn_settings`. Every name here is one of gunicorn's settings.

The application is loaded once, in the master, and forked: a worker that died is back in a tenth of a second and shares
the master's memory. So the standard library is patched here, before anything of ours is loaded; fork and signals stay the
system's own in the master, and are patched by gunicorn's gevent worker after its fork.
"""

import warnings

from gevent import monkey

warnings.filterwarnings(
    "ignore", "Patching more than once", monkey.MonkeyPatchWarning
)  # the second time is the worker's
monkey.patch_all(os=False, signal=False)

from callcenter import settings  # noqa: E402  after the patch

_ours = settings.load()

wsgi_app = "callcenter.wsgi:application()"
preload_app = True
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
