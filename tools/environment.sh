#!/bin/sh
# Makes .venv from the hashed lock. Needs Python 3.11 or newer, and uv or Python's own venv and pip.
set -eu

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

find_python() {
  for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      command -v "$candidate"
      return
    fi
  done
  if ! command -v python3 >/dev/null 2>&1; then
    die "Python is missing. Install Python 3.11 or newer (Debian, Ubuntu: apt-get install python3 python3-venv) and try again."
  fi
  die "$(python3 --version) is too old: Python 3.11 or newer is needed. Install one, or name it: make PYTHON=/path/to/python3 …"
}

# uv trusts the same certificates as the rest of this machine, so it works behind a company's proxy too.
export UV_SYSTEM_CERTS=1 UV_NO_PROGRESS=1 UV_LINK_MODE=copy UV_NO_CONFIG=1
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore

python=$(find_python)
if uv pip install --help >/dev/null 2>&1; then
  uv=uv
  [ -x .venv/bin/python ] || uv venv --quiet --python "$python" .venv
else
  uv=.venv/bin/uv
  if [ ! -x "$uv" ]; then
    mkdir -p .build
    if ! "$python" -m venv --clear .venv >.build/venv.log 2>&1; then
      rm -rf .venv
      die "$python cannot make a virtual environment: its part for that is missing." \
        "Debian and Ubuntu: apt-get install python3-venv. The whole answer is in .build/venv.log."
    fi
    say "Getting uv, which installs the rest …"
    awk '/^[^ #]/ { ours = /^uv==/ } ours' requirements-dev.lock >.build/uv.lock
    .venv/bin/python -m pip install --quiet --require-hashes --only-binary :all: -r .build/uv.lock ||
      die "uv could not be fetched from the package registry. Is this machine online?"
  fi
fi

say "Installing the Python packages of requirements-dev.lock …"
# Compiled once here, or each of our processes would compile them all at each start where Python is told to write nothing.
"$uv" pip install --quiet --compile-bytecode --python .venv/bin/python --require-hashes -r requirements-dev.lock
"$uv" pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --offline --editable .
