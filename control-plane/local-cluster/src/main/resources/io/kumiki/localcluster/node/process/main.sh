# Starts the container's command in its working folder, or says why that is impossible (exit 128, reason in $KUMIKI_FOLDER/error).
# usage: sh main.sh ERRORFILE WORKDIR UID GID GROUPS RIGHTS COMMAND...
# UID "-" keeps the user, GROUPS "-" means none; RIGHTS are options of setpriv, "-" for none
error=$1 dir=$2 uid=$3 gid=$4 groups=$5 rights=$6
shift 6
# The scripts themselves run with the system's PATH; the container gets its own here.
PATH=$KUMIKI_PATH
export PATH
unset KUMIKI_PATH
# Tells that the container's own root has been entered: from now on others may enter it too.
case $error in */error) : >"${error%error}up" ;; esac
refuse() {
    echo "$1" >"$error"
    exit 128
}
cd "$dir" 2>/dev/null || refuse "workingDir $dir does not exist in the container"
unset OLDPWD
found=
case $1 in
*/*) [ -e "$1" ] && found=$1 ;;
*)
    ifs=$IFS IFS=:
    for folder in $PATH; do
        [ -f "$folder/$1" ] && [ -x "$folder/$1" ] && found=$folder/$1 && break
    done
    IFS=$ifs
    ;;
esac
[ -n "$found" ] || refuse "exec: \"$1\": executable file not found in the container (PATH=$PATH)"
[ -f "$found" ] && [ -x "$found" ] || refuse "exec: \"$1\": permission denied: not an executable file"
if [ -n "$KUMIKI_TTY" ]; then
    # A session of its own in this PID namespace, whose terminal is the first that its leader opens.
    tty=$KUMIKI_TTY
    unset KUMIKI_TTY
    open='exec <"$0" >"$0" 2>&1 && exec "$@"'
    set -- /bin/sh -c "$open" "$tty" "$@"
    if [ -x /usr/bin/setsid ]; then
        set -- /usr/bin/setsid "$@"
    else
        set -- /usr/bin/perl -e 'use POSIX; POSIX::setsid(); exec { $ARGV[0] } @ARGV;' "$@"
    fi
fi
[ "$rights" != - ] || rights=
# Several words each, without blanks inside.
if [ "$uid" != - ]; then
    [ "$groups" = - ] && exec /usr/bin/setpriv $rights --reuid "$uid" --regid "$gid" --clear-groups -- "$@"
    exec /usr/bin/setpriv $rights --reuid "$uid" --regid "$gid" --groups "$groups" -- "$@"
fi
[ -z "$rights" ] || exec /usr/bin/setpriv $rights -- "$@"
exec "$@"
