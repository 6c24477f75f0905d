#!/bin/sh
# Tries the doctor's page in Chromium: run.sh WORK-DIR TEST.js ARGUMENT…. 77 = cannot be tried here. SPDX-License-Identifier: AGPL-3.0-or-later
set -eu
here=$(dirname "$(readlink -f "$0")")
work=$1
shift
skip () {
  echo "skipped: $1"
  exit 77
}

command -v node >/dev/null || skip 'node is not installed'
command -v npm >/dev/null || skip 'npm is not installed'
browser=${CITIZ_CHROMIUM:-$(command -v chromium || true)}
[ -n "$browser" ] || skip 'Chromium is not installed'

mkdir -p "$work"
if ! cmp -s "$here/package.json" "$work/package.json" || [ ! -d "$work/node_modules/playwright-core" ]; then
  cp "$here/package.json" "$work/package.json"
  (cd "$work" && timeout 120 npm install --no-audit --no-fund --ignore-scripts >npm.log 2>&1) || {
    rm -f "$work/package.json"
    skip 'the package registry does not answer, so that playwright-core is missing'
  }
fi
CITIZ_NPM="$work" CITIZ_CHROMIUM="$browser" exec node "$here/$@" "$work"
