package io.kumiki.kube.cel;

import dev.cel.common.types.CelType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelEvaluationException;
import io.kumiki.kube.schema.Addresses;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `ip`, `cidr` and what can be asked of them.
final class AddressFunctions {
    static final OpaqueType IP = OpaqueType.create("net.IP");
    static final OpaqueType CIDR = OpaqueType.create("net.CIDR");

    private AddressFunctions() {}

    record Ip(List<Byte> bytes) {
        static Ip of(byte[] bytes) {
            Byte[] boxed = new Byte[bytes.length];
            Arrays.setAll(boxed, i -> bytes[i]);
            return new Ip(List.of(boxed));
        }

        byte[] raw() {
            byte[] raw = new byte[bytes.size()];
            for (int i = 0; i < raw.length; i++) {
                raw[i] = bytes.get(i);
            }
            return raw;
        }

        int at(int i) {
            return bytes.get(i) & 255;
        }

        boolean four() {
            return bytes.size() == 4;
        }

        boolean all(int value) {
            return bytes.stream().allMatch(each -> (each & 255) == value);
        }

        boolean loopback() {
            return four() ? at(0) == 127 : Addresses.text(raw()).equals("::1");
        }

        boolean multicast() {
            return four() ? at(0) >> 4 == 14 : at(0) == 255;
        }

        boolean linkLocalMulticast() {
            return four() ? at(0) == 224 && at(1) == 0 && at(2) == 0 : at(0) == 255 && (at(1) & 15) == 2;
        }

        boolean linkLocalUnicast() {
            return four() ? at(0) == 169 && at(1) == 254 : at(0) == 254 && (at(1) & 192) == 128;
        }

        boolean globalUnicast() {
            return !all(0) && !(four() && all(255)) && !loopback() && !multicast() && !linkLocalUnicast();
        }
    }

    record Network(Ip ip, int size) {
        Network masked() {
            byte[] raw = ip.raw();
            for (int i = 0; i < raw.length; i++) {
                int kept = Math.max(0, Math.min(8, size - 8 * i));
                raw[i] = (byte) (raw[i] & 255 << 8 - kept);
            }
            return new Network(Ip.of(raw), size);
        }

        boolean contains(Ip other) {
            return other.bytes.size() == ip.bytes.size()
                    && new Network(other, size).masked().ip.equals(masked().ip);
        }

        boolean contains(Network other) {
            return size <= other.size && contains(other.ip);
        }
    }

    static Library library() {
        List<CelType> text = List.of(SimpleType.STRING);
        List<CelType> ip = List.of(IP);
        List<CelType> cidr = List.of(CIDR);
        CelType bool = SimpleType.BOOL;
        Library library = new Library()
                .global("ip", "string_to_ip", IP, text, a -> parse((String) a[0]))
                .global("isIP", "is_ip", bool, text, a -> plain((String) a[0]) != null)
                .global(
                        "ip.isCanonical",
                        "ip_is_canonical",
                        bool,
                        text,
                        a -> Addresses.text(parse((String) a[0]).raw()).equals(a[0]))
                .global("string", "ip_to_string", SimpleType.STRING, ip, a -> Addresses.text(((Ip) a[0]).raw()))
                .member("family", "ip_family", SimpleType.INT, ip, a -> ((Ip) a[0]).four() ? 4L : 6L)
                .member("isUnspecified", "ip_is_unspecified", bool, ip, a -> ((Ip) a[0]).all(0))
                .member("isLoopback", "ip_is_loopback", bool, ip, a -> ((Ip) a[0]).loopback())
                .member(
                        "isLinkLocalMulticast",
                        "ip_is_link_local_multicast",
                        bool,
                        ip,
                        a -> ((Ip) a[0]).linkLocalMulticast())
                .member("isLinkLocalUnicast", "ip_is_link_local_unicast", bool, ip, a -> ((Ip) a[0]).linkLocalUnicast())
                .member("isGlobalUnicast", "ip_is_global_unicast", bool, ip, a -> ((Ip) a[0]).globalUnicast());
        return library.global("cidr", "string_to_cidr", CIDR, text, a -> network((String) a[0]))
                .global("isCIDR", "is_cidr", bool, text, a -> plainNetwork((String) a[0]) != null)
                .global("string", "cidr_to_string", SimpleType.STRING, cidr, a -> shown((Network) a[0]))
                .member(
                        "containsIP",
                        "cidr_contains_ip_string",
                        bool,
                        List.of(CIDR, SimpleType.STRING),
                        a -> ((Network) a[0]).contains(parse((String) a[1])))
                .member(
                        "containsIP",
                        "cidr_contains_ip_ip",
                        bool,
                        List.of(CIDR, IP),
                        a -> ((Network) a[0]).contains((Ip) a[1]))
                .member(
                        "containsCIDR",
                        "cidr_contains_cidr_string",
                        bool,
                        List.of(CIDR, SimpleType.STRING),
                        a -> ((Network) a[0]).contains(network((String) a[1])))
                .member(
                        "containsCIDR",
                        "cidr_contains_cidr",
                        bool,
                        List.of(CIDR, CIDR),
                        a -> ((Network) a[0]).contains((Network) a[1]))
                .member("ip", "cidr_ip", IP, cidr, a -> ((Network) a[0]).ip())
                .member("prefixLength", "cidr_prefix_length", SimpleType.INT, cidr, a -> (long) ((Network) a[0]).size())
                .member("masked", "cidr_masked", CIDR, cidr, a -> ((Network) a[0]).masked());
    }

    private static String shown(Network network) {
        return Addresses.text(network.ip.raw()) + "/" + network.size;
    }

    private static @Nullable Ip plain(String text) {
        byte[] bytes = Addresses.parse(text);
        return bytes == null || Addresses.isMapped(bytes) ? null : Ip.of(bytes);
    }

    private static Ip parse(String text) throws CelEvaluationException {
        Ip ip = plain(text);
        if (ip == null) {
            throw new CelEvaluationException(
                    Addresses.parse(text) == null
                            ? "IP Address \"" + text + "\" parse error during conversion from string: ParseAddr(\""
                                    + text + "\"): unable to parse IP"
                            : "IPv4-mapped IPv6 address \"" + text + "\" is not allowed");
        }
        return ip;
    }

    private static @Nullable Network plainNetwork(String text) {
        int slash = text.lastIndexOf('/');
        Ip ip = slash < 0 ? null : plain(text.substring(0, slash));
        String size = text.substring(slash + 1);
        if (ip == null || !size.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(size) > ip.bytes.size() * 8) {
            return null;
        }
        return new Network(ip, Integer.parseInt(size));
    }

    private static Network network(String text) throws CelEvaluationException {
        Network network = plainNetwork(text);
        if (network == null) {
            throw new CelEvaluationException(
                    "network address parse error during conversion from string: \"" + text + "\" is no CIDR");
        }
        return network;
    }
}
