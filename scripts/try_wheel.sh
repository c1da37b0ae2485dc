#!/usr/bin/env bash
# Builds the wheel, installs it into an empty environment outside the checkout, and tries it there as a user would:
# scripts/try_wheel.sh. What is missing from the wheel or from its dependencies shows here and in no test of a checkout.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
python="$PWD/.venv/bin/python"
place="$(mktemp -d)"
trap 'rm -rf "$place"' EXIT
say() { printf 'wheel [%3d s] %s\n' "$SECONDS" "$*" >&2; }

quiet() {
    if ! "$@" </dev/null >"$place/log" 2>&1; then
        tail -n 15 "$place/log" >&2
        echo "wheel: failed: $*" >&2
        exit 1
    fi
}

export PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 PIP_DISABLE_PIP_VERSION_CHECK=1
say "building"
quiet "$python" -m pip wheel --no-deps --wheel-dir "$place" .
say "installing $(cd "$place" && ls ./*.whl) into an empty environment"
quiet "$python" -m venv --without-pip "$place/env"
quiet "$python" -m pip --python "$place/env/bin/python" install --no-input --no-compile "$place"/*.whl

# From an empty folder, so that nothing is found because it lies in the checkout.
mkdir "$place/work"
cd "$place/work"
unset PYTHONPATH
# What is compiled here is kept where the tests, which come next in continuous integration, look for it (tests/conftest.py).
export NUMBA_CACHE_DIR="${NUMBA_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/stationary-points/tests}"
for arguments in "doctor" "count spherical-p-spin:n=4,p=3 --prove-real" "table show spherical-p-spin:p=3"; do
    say "stationary $arguments"
    # shellcheck disable=SC2086  # words are arguments
    quiet "$place/env/bin/stationary" $arguments
    cp "$place/log" "$place/${arguments%% *}.txt"
done
for expected in "count:  complete   proved: " "count:15 of 15 classes certified distinct" "count:Real points proved: " "table:with certificates"; do
    if ! grep -qF -- "${expected#*:}" "$place/${expected%%:*}.txt"; then
        cat "$place/${expected%%:*}.txt" >&2
        echo "wheel: the installed package does not print \"${expected#*:}\"" >&2
        exit 1
    fi
done
say "it works"
