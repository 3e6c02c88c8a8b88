# Makes a network namespace that lives as long as its file is mounted, on a bridge of this machine.
# usage: sh netns.sh FILE BRIDGE VETH ADDRESS GATEWAY
# Only 127.0.0.1 is the namespace's own: the rest of 127.0.0.0/8 (the services' addresses) is asked of this machine.
file=$1 bridge=$2 veth=$3 address=$4 gateway=$5
: >"$file" || exit 1
unshare --net="$file" /bin/sh -c '
ip -batch - <<COMMANDS || exit 1
link set lo up
link add eth0 type veth peer name $0 netns $3
addr add $1/16 dev eth0
link set eth0 up
route add default via $2 src $1
route del local 127.0.0.0/8 dev lo table local
COMMANDS
echo 1 >/proc/sys/net/ipv4/conf/eth0/route_localnet
' "$veth" "$address" "$gateway" $$ && ip link set "$veth" master "$bridge" up && exit 0
umount "$file" 2>/dev/null
rm -f "$file"
exit 1
