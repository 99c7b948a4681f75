#!/usr/bin/env bash
# End the job as the plan ended, with a sentence that says what it means.
set -euo pipefail

case "${EXITCODE:-}" in
    0) echo "Nothing to do." ;;
    2) echo "There is something for an apply to do, and nothing refuses it." ;;
    1) why="No plan could be made; the log of the plan says why. Nothing was changed." ;;
    5) why="The outcome of a call of an earlier apply is still unknown. Run this again in some minutes; do nothing by hand." ;;
    6) why="A guard refuses this plan; the plan names it, and what would allow it." ;;
    8) why="The state is locked by another run. Run this again when that one is done." ;;
    64) why="numplan does not know these arguments; see the log of the plan." ;;
    "") why="The plan did not end; see the log of the plan." ;;
    *) why="numplan ended with exit code $EXITCODE; see the log of the plan." ;;
esac
[ -n "${why:-}" ] || exit 0
echo "::error title=numplan::$why"
exit "${EXITCODE:-1}"
