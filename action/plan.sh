#!/usr/bin/env bash
# Make the plan, in every form, in a new folder. Succeeds however the plan ends: its exit code is an output, and
# decides the job after the artifact and the comment are out.
set -euo pipefail

folder="$(mktemp -d "$RUNNER_TEMP/numplan-plan.XXXXXX")"
echo "folder=$folder" >>"$GITHUB_OUTPUT"
log="$RUNNER_TEMP/${folder##*/}.log"
fence="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"

cd -- "${WORKING_DIRECTORY:-.}"
[ -z "${MANIFEST:-}" ] || export NUMPLAN_MANIFEST="$MANIFEST"
[ -z "${STATE:-}" ] || export NUMPLAN_STATE="$STATE"
[ -z "${POLICY_FILE:-}" ] || export NUMPLAN_POLICY="${NUMPLAN_POLICY:-$POLICY_FILE}"
words=()
while IFS= read -r word || [ -n "$word" ]; do
    word="${word%$'\r'}"
    [ -z "$word" ] || words+=("$word")
done <<<"${ARGUMENTS:-}"

run() { # a command, told to the job's log and to ours; nothing that it prints is a command to the runner
    local code=0
    echo "::stop-commands::$fence"
    "$@" 2>&1 | tee -a "$log" || code="${PIPESTATUS[0]}"
    echo "::$fence::"
    return "$code"
}

code=0
if [ "${SEALED:-false}" = true ] && [ -z "${NUMPLAN_PLAN_KEY:-}" ]; then
    echo "NUMPLAN_PLAN_KEY is not set: make a secret of that name, such as \`openssl rand -hex 32\` prints." | tee -a "$log"
    code=1
fi
if [ "$code" = 0 ] && [ "${SETTLE:-false}" = true ]; then
    run numplan state settle --lock-timeout 10m || code=$?
fi
if [ "$code" = 0 ]; then
    run numplan plan --detailed-exitcode \
        --out "$folder/numplan.plan" \
        --json-out "$folder/plan.json" \
        --markdown-out "$folder/plan.md" \
        --html-out "$folder/plan.html" \
        ${words[@]+"${words[@]}"} || code=$?
fi
"${PYTHON:-python3}" -I "$GITHUB_ACTION_PATH/action/outputs.py" "$code" "$folder/plan.json" >>"$GITHUB_OUTPUT"
