# Sees to it that nothing outlives "npm start", even when that is killed. Reads process ids from its standard input, one a line; when the
# input ends, because its writer is gone, it asks those processes to stop, waits, and insists. A line "postgres <pid>" names the one that
# is stopped last, after all who use it.
# Usage: keeper.sh <seconds to wait>
apps=''
postgres=''
while read -r kind pid; do
  case "$kind" in
    postgres) postgres="$pid" ;;
    app) apps="$apps $pid" ;;
    done) exit 0 ;;
  esac
done

any_alive() {
  for pid in "$@"; do kill -0 "$pid" 2>/dev/null && return 0; done
  return 1
}

# shellcheck disable=SC2086
if [ -n "$apps" ]; then
  kill -TERM $apps 2>/dev/null
  waited=0
  while any_alive $apps && [ "$waited" -lt "$1" ]; do sleep 1; waited=$((waited + 1)); done
  kill -KILL $apps 2>/dev/null
fi
if [ -n "$postgres" ]; then
  kill -INT "$postgres" 2>/dev/null
  waited=0
  while any_alive "$postgres" && [ "$waited" -lt "$1" ]; do sleep 1; waited=$((waited + 1)); done
fi
