# Runs one container's main process and leaves behind what an agent that comes later needs:
#   pid    "<pid> <start time> <boot id>" of this wrapper, written before the process starts
#   exit   its exit code, written by temp-and-rename after it ended
#   error  why it never started
# usage: sh container.sh FOLDER LOG COMMAND...
# Output goes straight to the log (O_APPEND): no pipe that could fill or break when Kumiki is gone.
folder=$1 log=$2
shift 2
exec </dev/null >>"$log" 2>&1
if read -r stat 2>/dev/null </proc/$$/stat; then
    stat=${stat##*) }
    start() { start=${20}; }
    # shellcheck disable=SC2086
    start $stat
else
    start=$(LC_ALL=C ps -o lstart= -p $$ | tr -s ' ' '_')
fi
read -r boot 2>/dev/null </proc/sys/kernel/random/boot_id || boot=-
echo "$$ $start $boot" >"$folder/pid.new" && mv -f "$folder/pid.new" "$folder/pid" || exit 128
# A signal to the whole session must not end the wrapper before it has written the exit code.
trap : TERM INT HUP
(exec "$@")
code=$?
echo "$code" >"$folder/exit.new" && mv -f "$folder/exit.new" "$folder/exit"
exit "$code"
