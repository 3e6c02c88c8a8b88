# Enters the control groups that stand in FILE, one folder a line, and becomes the command.
# usage: sh limited.sh FILE ERROR COMMAND...
file=$1 error=$2
shift 2
while read -r group; do
    echo $$ >"$group/cgroup.procs" || {
        echo "the container could not enter its control group $group" >"$error"
        exit 128
    }
done <"$file"
exec "$@"
