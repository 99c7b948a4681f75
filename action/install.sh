#!/usr/bin/env bash
# Install numplan into a fresh environment of its own, outside the checkout, and put nothing but its command on the path
# of later steps. The working directory is a pull request's checkout: no Python started here or later imports from it.
set -euo pipefail

extras="object-store,postgres" # wherever the state lives
source="${GITHUB_ACTION_PATH}[$extras]"
if [ -n "${VERSION:-}" ]; then
    if ! [[ "$VERSION" =~ ^[0-9][0-9A-Za-z.+!-]*$ ]]; then
        echo "::error title=numplan::The input version is no version such as 0.1.0."
        exit 64
    fi
    source="numplan[$extras]==$VERSION"
fi

unset PYTHONPATH PYTHONHOME
place="$(mktemp -d "$RUNNER_TEMP/numplan-environment.XXXXXX")"
cd -- "$place"
"${PYTHON:-python3}" -I -m venv "$place"
"$place/bin/python" -I -m pip install --quiet --disable-pip-version-check --no-input \
    --constraint "$GITHUB_ACTION_PATH/constraints.txt" -- "$source"
mkdir "$place/path"
printf '#!/bin/sh\nexec "%s" -I -m numplan "$@"\n' "$place/bin/python" >"$place/path/numplan"
chmod +x "$place/path/numplan"
echo "$place/path" >>"$GITHUB_PATH"
"$place/path/numplan" version
