#!/usr/bin/env bash
# Copies the built UI beside the objects and writes the C table of it: embed.sh DIST FOLDER OUT.c
# Texts are also kept compressed. Without a build of the UI the table is empty. The copy keeps a compiler
# that runs later from meeting a DIST that is being built anew.
set -euo pipefail
dist=$1 folder=$2 out=$3
rm -rf "$folder.new" && mkdir -p "$folder.new"
if [ -f "$dist/index.html" ]; then
    cp -r "$dist/." "$folder.new/"
fi
rm -rf "$folder" && mv "$folder.new" "$folder"
folder=$(cd "$folder" && pwd)

kind_of() {
    case $1 in
    *.html) echo "text/html; charset=utf-8" ;;
    *.js) echo "text/javascript; charset=utf-8" ;;
    *.css) echo "text/css; charset=utf-8" ;;
    *.svg) echo "image/svg+xml" ;;
    *.png) echo "image/png" ;;
    *.woff2) echo "font/woff2" ;;
    *.json | *.webmanifest) echo "application/json" ;;
    *) echo "application/octet-stream" ;;
    esac
}

rows="" symbols="" n=0
while IFS= read -r path; do
    case $path in .vite/* | *.map) continue ;; esac
    file=$folder/$path type=$(kind_of "$path") packed=""
    case $type in text/* | image/svg+xml | application/json)
        gzip -9nc "$file" >"$file.gz"
        [ "$(stat -c %s "$file.gz")" -lt "$(stat -c %s "$file")" ] && packed=$file.gz || rm "$file.gz"
        ;;
    esac
    sum=$(sha256sum "$file" | cut -c1-32)
    symbols+="INCLUDE(plain_$n, \"$file\") /* $sum */"$'\n'
    if [ -n "$packed" ]; then
        symbols+="INCLUDE(packed_$n, \"$packed\")"$'\n'
        row="packed_$n, packed_${n}_end"
    else
        row="NULL, NULL"
    fi
    immutable=false
    case $path in assets/*) immutable=true ;; esac
    rows+="    {\"/$path\", \"$type\", \"\\\"$sum\\\"\", plain_$n, plain_${n}_end, $row, $immutable},"$'\n'
    n=$((n + 1))
done < <(cd "$folder" && find . -type f ! -name '*.gz' -printf '%P\n' | LC_ALL=C sort)

{
    echo '/* Made by src/web/embed.sh. */'
    echo '#include "web/assets.h"'
    echo
    echo '#include <stddef.h>'
    echo
    echo '#define INCLUDE(name, path) \'
    echo '    __asm__(".pushsection .rodata\n" #name ":\n.incbin \"" path "\"\n" #name "_end:\n.byte 0\n.popsection\n"); \'
    echo '    extern const char name[] __asm__(#name), name##_end[] __asm__(#name "_end");'
    echo
    printf '%s' "$symbols"
    echo
    echo "const struct web_asset web_assets[] = {"
    printf '%s' "$rows"
    echo '    {NULL, NULL, NULL, NULL, NULL, NULL, NULL, false},'
    echo '};'
    echo "const size_t web_assets_n = $n;"
} >"$out.new"
mv "$out.new" "$out"
