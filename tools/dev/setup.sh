# Shell functions that tools/seedbed, tools/test and the scripts beside this file share. Sourced,
# never run: the caller sets `root` to the repository first. Everything said here goes to stderr, so
# that stdout belongs to the program.
#
#   SEEDBED_NO_INSTALL=1   name missing packages and stop instead of installing them
#   SEEDBED_JOBS=N         how many compilers at once (default: one for each processor)

packages_build=(g++ cmake ninja-build ccache libboost-context-dev libprotobuf-dev protobuf-compiler
  libfmt-dev libcli11-dev nlohmann-json3-dev libsqlite3-dev
  libzstd-dev)
packages_test=(libgtest-dev git)
# Without these some checks are skipped, and say so.
packages_optional=(libbenchmark-dev clang-14 clang-format-14 clang-tidy-14)

exit_internal=3  # the build is broken
exit_usage=4     # something that only the user can change

say() { echo "seedbed: $*" >&2; }

# missing_packages NAME...: those of the names that are not installed, one a line.
missing_packages() {
  local installed
  installed=$(dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null)
  local name
  for name in "$@"; do
    grep -qxF "installed $name" <<<"$installed" || echo "$name"
  done
}

# may_install: whether packages can be installed here; sets `as_root`, a prefix for the command.
may_install() {
  as_root=()
  [[ ${SEEDBED_NO_INSTALL:-} != 1 ]] || return 1
  [[ $EUID -ne 0 ]] || return 0
  command -v sudo >/dev/null || return 1
  if [[ -t 0 && -t 2 ]]; then as_root=(sudo); else as_root=(sudo -n); fi
  "${as_root[@]}" true 2>/dev/null
}

# install_packages NAME...: true if all of them are there afterwards.
install_packages() {
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y
    -o DPkg::Lock::Timeout=300)
  say "installing: $*"
  "${apt[@]}" install --no-install-recommends "$@" </dev/null >&2 ||
    { "${apt[@]}" update </dev/null >&2 &&
      "${apt[@]}" install --no-install-recommends "$@" </dev/null >&2; }
}

# require_packages NAME...: installs what is missing, or names it and exits. A stamp remembers a
# list that was complete; a package removed later shows up as a failing build.
require_packages() {
  local stamp=$root/build/.packages
  if ! command -v dpkg-query >/dev/null; then
    say "not a Debian system: see to the equivalents of: $*"
    return
  fi
  if grep -qxF "$*" "$stamp" 2>/dev/null; then return; fi
  local missing
  mapfile -t missing < <(missing_packages "$@")
  if ((${#missing[@]} > 0)); then
    if ! may_install || ! install_packages "${missing[@]}"; then
      say "missing Debian packages: ${missing[*]}"
      say "install them with: apt-get install ${missing[*]}"
      exit $exit_usage
    fi
  fi
  mkdir -p "$root/build"
  echo "$*" >>"$stamp"
}

# wish_packages NAME...: installs what is missing if it can; never fails. Sets `absent_packages`.
wish_packages() {
  absent_packages=()
  command -v dpkg-query >/dev/null || return 0
  mapfile -t absent_packages < <(missing_packages "$@")
  if ((${#absent_packages[@]} > 0)) && may_install; then
    install_packages "${absent_packages[@]}" || true
    mapfile -t absent_packages < <(missing_packages "$@")
  fi
}

# configure PRESET: runs cmake if there is no build directory yet; ninja does it from then on.
configure() {
  local directory=$root/build/$1
  [[ ! -f $directory/build.ninja ]] || return 0
  mkdir -p "$directory"
  say "configuring build/$1"
  (cd "$root" && cmake --preset "$1") >"$directory/configure.log" 2>&1 ||
    { tail -n 40 "$directory/configure.log" >&2; return 1; }
}

# build PRESET TARGET...: configures and builds. Progress on a terminal, else only what went wrong.
build() {
  local directory=$root/build/$1
  shift
  local quiet=(--quiet)
  if [[ -t 2 ]]; then quiet=(); fi
  configure "$(basename "$directory")" &&
    ninja -C "$directory" -j "${SEEDBED_JOBS:-$(nproc)}" -k 0 "${quiet[@]}" "$@" >&2 </dev/null
}

# has_target PRESET TARGET: whether the build has such a target.
has_target() {
  ninja -C "$root/build/$1" -t query "$2" >/dev/null 2>&1
}
