#!/usr/bin/env bash
# Install numplan into an environment of its own, and put nothing but its command on the path of later steps.
set -euo pipefail

place="$RUNNER_TEMP/numplan-environment"
extras="object-store,postgres" # wherever the state lives
source="${GITHUB_ACTION_PATH}[$extras]"
if [ -n "${VERSION:-}" ]; then
    if ! [[ "$VERSION" =~ ^[0-9][0-9A-Za-z.+!-]*$ ]]; then
        echo "::error title=numplan::The input version is no version such as 0.1.0."
        exit 64
    fi
    source="numplan[$extras]==$VERSION"
fi

"${PYTHON:-python3}" -m venv "$place"
"$place/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
    --constraint "$GITHUB_ACTION_PATH/constraints.txt" -- "$source"
mkdir -p "$place/path"
ln -sf ../bin/numplan "$place/path/numplan"
echo "$place/path" >>"$GITHUB_PATH"
"$place/path/numplan" version
