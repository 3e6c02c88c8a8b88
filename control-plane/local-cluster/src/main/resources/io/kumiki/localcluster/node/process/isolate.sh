# First process of a container's PID and mount namespaces: builds the container's root, enters it, runs main.sh there.
# As PID 1 it reaps orphans; when it ends the kernel ends everything else in the namespace.
# usage: sh isolate.sh ROOT FSTAB ERROR ro|rw WORKDIR UID GID GROUPS RIGHTS COMMAND...
root=$1 fstab=$2 error=$3 write=$4
shift 4
fail() {
    echo "the container's file system could not be made: $1" >"$error"
    exit 128
}
mount --make-rprivate / || fail "mount --make-rprivate / (not permitted?)"
mount --rbind "$root" "$root" || fail "bind of $root"
mount -a -T "$fstab" 2>"$error" || fail "$(cat "$error")"
# The error file and main.sh are opened by path from inside, so they are bound there too (see the fstab).
cd "$root" || fail "cd $root"
pivot_root . . || fail "pivot_root"
umount -l . || fail "umount of the old root"
rm -f /.kumiki/error
if [ "$write" = ro ]; then
    error=/.kumiki/error
    mount -o remount,bind,ro / || fail "the root cannot be made read-only"
fi
trap : TERM INT HUP
(exec /bin/sh /.kumiki/main.sh /.kumiki/error "$@")
exit $?
