# Runs one container's main process and leaves behind what an agent that comes later needs:
#   pid    "<pid> <start time> <boot id>" of this wrapper, written before the process starts
#   exit   its exit code and a line end in one write, after it ended; empty for a moment before
#   error  why it never started
# usage: sh container.sh FOLDER LOG COMMAND...
# Output goes straight to the log (O_APPEND): no pipe that could fill or break when Kumiki is gone.
folder=$1 log=$2
shift 2
exec </dev/null >>"$log" 2>&1
# An input that clients may write to again and again stays open as long as this wrapper lives.
[ -p "$folder/stdin" ] && exec 3<>"$folder/stdin"
# Everything from here on counts towards the container's number of processes.
if [ -f "$folder/pids" ] && read -r group <"$folder/pids"; then
    echo $$ >"$group/cgroup.procs" || {
        echo "the container could not enter its control group $group" >"$folder/in/error"
        exit 128
    }
fi
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
# No program is started any more: the next step waits for this. Whoever looks at a file's time before it is written
# makes the kernel take the exact time for the write, not that of its last tick; that time is the container's end.
: >"$folder/exit" && [ -f "$folder/exit" ] && echo "$code" >>"$folder/exit"
exit "$code"
