#!/bin/bash
# Installs this checkout for production, on Debian 12 or 13: for a machine, and for the image.
#
#   deploy/install.sh [--wheels FOLDER] [--no-apt] [FOLDER]
#
# FOLDER    where it is installed; by default /opt/openimis-to-dhis2
# --wheels  Python packages come from this folder (`make wheels`), and nothing from the network
# --no-apt  Debian's packages are installed already
set -euo pipefail

APT_PACKAGES="python3 python3-venv unixodbc odbc-postgresql tdsodbc ca-certificates"
USER_NAME=openimis-dhis2
source=$(cd "$(dirname "$0")/.." && pwd)
target=/opt/openimis-to-dhis2
wheels=
apt=yes

while [ $# -gt 0 ]; do
  case $1 in
    --wheels) wheels=$(cd "$2" && pwd); shift ;;
    --no-apt) apt= ;;
    -*) echo "$1 is no option of $0: see its first lines. Nothing was installed." >&2; exit 2 ;;
    *) target=$1 ;;
  esac
  shift
done

if [ "$(id -u)" -ne 0 ]; then
  echo "Run $0 as root: it makes a user and installs packages. Nothing was installed." >&2
  exit 1
fi
if [ -n "$apt" ]; then
  apt-get update -qq
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $APT_PACKAGES
fi
for driver in "PostgreSQL Unicode" FreeTDS; do
  odbcinst -q -d -n "$driver" >/dev/null || {
    echo "The ODBC driver $driver is missing: install $APT_PACKAGES. Nothing was installed." >&2; exit 1; }
done

if ! getent passwd $USER_NAME >/dev/null; then
  groupadd --system $USER_NAME
  useradd --system --gid $USER_NAME --home-dir /var/lib/openimis-to-dhis2 --shell /usr/sbin/nologin $USER_NAME
fi
install -d -m 0755 "$target"
install -d -m 0700 -o $USER_NAME -g $USER_NAME /var/lib/openimis-to-dhis2 /var/lib/openimis-to-dhis2/prefect
install -d -m 0750 -o root -g $USER_NAME /etc/openimis-to-dhis2

# The code, and what an earlier release had and this one has not.
for name in flows staging transforms; do
  rm -rf "${target:?}/$name.new"
  cp -R "$source/$name" "$target/$name.new"
  rm -rf "${target:?}/$name"
  mv "$target/$name.new" "$target/$name"
done
cp "$source"/{prefect.yaml,pyproject.toml,README.md,LICENSE,requirements.in,requirements.lock,country.example.toml} "$target/"

# A virtual environment of the locked versions and nothing else.
python3 -m venv --clear "$target/.venv"
from=()
if [ -n "$wheels" ]; then from=(--no-index --find-links "$wheels"); fi
pip=("$target/.venv/bin/python" -m pip --quiet --disable-pip-version-check install "${from[@]}")
"${pip[@]}" --require-hashes --no-deps -r "$source/requirements.lock"
"${pip[@]}" "setuptools>=77"
"${pip[@]}" --no-deps --no-build-isolation --editable "$target"
"$target/.venv/bin/python" -m compileall -q "$target/flows" "$target/staging" "$target/transforms"
ln -sf "$target/.venv/bin/openimis-dhis2" /usr/local/bin/openimis-dhis2

"$target/.venv/bin/openimis-dhis2" -h >/dev/null
echo "Installed in $target: $("$target/.venv/bin/python" -c 'from transforms import VERSION; print(VERSION)')."
