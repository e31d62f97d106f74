# Sourced by ./run and ./test (bash): installs what is missing, and only that; says what it does on standard error.

say() {
    printf '%s\n' "== $*" >&2
}

# Debian packages. A package that is installed costs nothing; the list of packages is fetched only when one is missing.
packages_for_building=(
    gcc libc6-dev pkgconf cmake ninja-build gettext
    libjansson-dev libsodium-dev libssl-dev libxml2-dev libpq-dev libmicrohttpd-dev libcurl4-openssl-dev
    libpango1.0-dev libcairo2-dev libfontconfig-dev libqrencode-dev libpcre2-dev libinih-dev zlib1g-dev libbrotli-dev
    libunistring-dev libintelrdfpmath-dev libmagic-dev libjpeg-dev libpng-dev libwebp-dev libqpdf-dev libpoppler-glib-dev poppler-data
    libseccomp-dev libarchive-dev
)
packages_for_running=(postgresql ca-certificates tzdata fonts-liberation2 fonts-dejavu-core)
packages_for_testing=(libcmocka-dev clang clang-format libclang-rt-14-dev ccache chromium poppler-utils fonts-noto-core clamav-daemon)

is_installed() {
    # a virtual or renamed package is looked up by what provides it
    dpkg-query -W -f='${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed && return 0
    case $1 in
        pkgconf) command -v pkg-config >/dev/null ;;
        postgresql) compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null ;;
        nodejs) command -v node >/dev/null ;;
        npm) command -v npm >/dev/null ;;
        *) return 1 ;;
    esac
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        say "this needs root or sudo: $*"
        return 1
    fi
}

# install_packages NAME...
install_packages() {
    local package missing=()
    if ! command -v dpkg-query >/dev/null; then
        say "not a Debian system: these packages, or what they are called here, must be there: $*"
        return 0
    fi
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] && return 0
    say "installing ${missing[*]}"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2 || return 1
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# install_npm all|production: the packages of package-lock.json, again only when that has changed.
install_npm() {
    local wanted=$1 stamp=node_modules/.motcua-installed hash have=
    [ -f package-lock.json ] || return 0
    hash=$(sha256sum package-lock.json | cut -d' ' -f1)
    [ -f $stamp ] && have=$(cat $stamp)
    if [ "$have" != "$hash all" ] && [ "$have" != "$hash $wanted" ]; then
        say "installing npm packages"
        local omit=()
        [ "$wanted" = production ] && omit=(--omit=dev)
        PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --ignore-scripts --no-audit --no-fund "${omit[@]}" >&2 || return 1
        echo "$hash $wanted" >$stamp
    fi
}

# build_assets all|production
build_assets() {
    [ -f package.json ] || return 0
    install_packages nodejs npm && install_npm "$1" && tools/build-assets --no-install >&2
}

# build PRESET TARGET...: configures when needed, builds; -k 0 in build_options goes on after a failure.
build() {
    local preset=$1 folder=build/$1
    shift
    if [ ! -f "$folder/build.ninja" ]; then
        say "configuring $folder"
        cmake --preset "$preset" >/dev/null || return 1
    fi
    say "building $folder"
    ninja -C "$folder" "${build_options[@]}" "$@" >&2
}
build_options=()
