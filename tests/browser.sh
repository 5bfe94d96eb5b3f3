#!/bin/sh
# The page in a real browser: desktop, phone, dark, print; no console message, nothing wider than
# the screen. Usage: browser.sh PAGE OUT (screenshots go there). Skips (77) without the browser.
set -u
page=$(cd "$(dirname "$1")" && pwd)/$(basename "$1") out=$2
browser=$(command -v chromium-headless-shell || command -v chromium) ||
    { echo "skip: no chromium-headless-shell (Debian: apt-get install chromium-headless-shell)"; exit 77; }
original=$page
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
mkdir -p "$out"
bad=0

look() { # NAME WIDTH HEIGHT COLOURS(0 dark, 1 light) MORE...
    name=$1 width=$2 height=$3 colours=$4
    shift 4
    timeout 120 "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --enable-logging=stderr \
        --user-data-dir="$profile" --blink-settings=preferredColorScheme="$colours" \
        --window-size="$width,$height" "$@" "file://$page" >"$profile/out" 2>"$profile/log"
    if grep -q CONSOLE "$profile/log"; then
        echo "FAIL  $name: the console says"
        grep CONSOLE "$profile/log"
        bad=1
    fi
}
check() { # NAME FILE
    [ -s "$2" ] && echo "ok    $1: $2" || { echo "FAIL  $1: nothing drawn"; bad=1; }
}
for at in "desktop 1280 4000 1" "phone 390 4000 1" "dark 1280 4000 0" "dark-phone 390 4000 0"; do
    # shellcheck disable=SC2086
    set -- $at
    rm -f "$out/$1.png"
    look "$1" "$2" "$3" "$4" --screenshot="$out/$1.png"
    check "$1" "$out/$1.png"
done
rm -f "$out/print.pdf"
look print 1280 1000 1 --print-to-pdf="$out/print.pdf" --no-pdf-header-footer
check print "$out/print.pdf"

# A copy with a script that measures, without the policy that forbids scripts: is the page, with
# all folds open, wider than a phone, and does every picture load?
sed -e 's/<meta http-equiv="Content-Security-Policy"[^>]*>//' \
    -e 's#</body>#<script>document.querySelectorAll("details").forEach(d => d.open = true);\
window.onload = () => { document.title = "width " + document.documentElement.scrollWidth + " of " + innerWidth + ", pictures " +\
[...document.images].filter(i => i.naturalWidth == 0).length + " of " + document.images.length + " broken, without alt " +\
[...document.images].filter(i => i.alt.trim() == "").length; }</script></body>#' "$page" >"$profile/measured.html"
page=$profile/measured.html
look measured 500 900 1 --virtual-time-budget=10000 --dump-dom
title=$(grep -o '<title>[^<]*' "$profile/out" | head -n 1 | cut -c8-)
case $title in
"width 500 of 500, pictures 0 of "*"broken, without alt 0") echo "ok    $title" ;;
*) echo "FAIL  at 500 pixels: $title"; bad=1 ;;
esac
if command -v tidy >/dev/null; then
    said=$(tidy -q -e "$original" 2>&1)
    [ -z "$said" ] && echo "ok    tidy says nothing" || { echo "FAIL  tidy: $said"; bad=1; }
fi
exit "$bad"
