package io.kumiki.kube.rest;

import io.kumiki.kube.ApiFault;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/// A stretch of a protobuf document, read from its beginning to its end: tags, numbers, and parts of their own length.
/// What is not well-formed is refused before anything is made of it.
final class WireBytes {
    private final byte[] bytes;
    private final int end;
    private int at;

    WireBytes(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    boolean isEmpty() {
        return at >= end;
    }

    String text() {
        return new String(bytes, at, end - at, StandardCharsets.UTF_8);
    }

    String base64() {
        return Base64.getEncoder().encodeToString(Arrays.copyOfRange(bytes, at, end));
    }

    WireBytes part() {
        long length = varint();
        if (length < 0 || length > end - at) {
            throw early();
        }
        WireBytes part = new WireBytes(bytes, at, at + (int) length);
        at += (int) length;
        return part;
    }

    void skip(int wire) {
        at += switch (wire) {
            case 1 -> 8;
            case 5 -> 4;
            default -> throw malformed();
        };
    }

    long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at >= end) {
                throw early();
            }
            byte next = bytes[at++];
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw malformed();
    }

    private static ApiFault early() {
        return ApiFault.badRequest("the protobuf document ends too early");
    }

    private static ApiFault malformed() {
        return ApiFault.badRequest("the protobuf document is not well-formed");
    }
}
