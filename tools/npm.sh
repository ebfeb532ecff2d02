# Sourced: npm_build FOLDER RESULT SOURCE… installs a folder's packages and runs its build, when the
# result is missing or older than one of the sources.
npm_install() {
  local folder=$1
  if [ ! -d "$folder/node_modules" ] || [ "$folder/package-lock.json" -nt "$folder/node_modules/.installed" ]; then
    echo "installing npm packages of $folder"
    (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.installed)
  fi
}

npm_build() {
  local folder=$1 result=$2 source newer
  shift 2
  npm_install "$folder"
  newer=1
  if [ -e "$folder/$result" ]; then
    newer=$(cd "$folder" && find "$@" -type f -newer "$result" 2>/dev/null | head -n 1)
    [ -z "$newer" ] && return 0
  fi
  echo "building $folder"
  (cd "$folder" && npm run build --silent)
}
