#!/bin/sh
# Bring the peer of the speed check: the newest PyTorch of Python's registry in a virtual
# environment, else Debian's package. Usage: deps.sh FOLDER
set -u
venv=$1
if "$venv/bin/python" -c 'import torch' 2>/dev/null; then
    echo "bench-deps: $venv is there"
else
    # The registry's build for Linux needs its CUDA libraries even where there is no such device.
    echo "bench-deps: PyTorch into $venv: downloads about 2.5 GB, takes 5.5 GB on disk"
    python3 -m venv "$venv" &&
        "$venv/bin/pip" install --quiet --no-cache-dir torch numpy setuptools || rm -rf "$venv"
fi
if "$venv/bin/python" -c 'import torch' 2>/dev/null; then
    echo "bench-deps: PyTorch $("$venv/bin/python" -c 'import torch; print(torch.__version__)')," \
        "from Python's registry, $(du -sh "$venv" | cut -f1)"
    exit 0
fi
echo "bench-deps: that failed; trying Debian's python3-torch (150 MB, an old one)"
sudo=
[ "$(id -u)" = 0 ] || sudo='sudo -n'
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends \
    python3-torch >/dev/null || { echo "bench-deps: no PyTorch to be had here" >&2; exit 4; }
echo "bench-deps: PyTorch $(/usr/bin/python3 -c 'import torch; print(torch.__version__)'), Debian's"
