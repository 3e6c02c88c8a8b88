package io.kumiki.store.objects;

import java.io.InputStream;
import java.util.Map;

/// A body that proves itself while it is read: a wrong checksum is an exception at its end, so nothing is stored.
public abstract class VerifiedBody extends InputStream {
    /// What was proven, by lower-case algorithm; asked for after the end.
    public abstract Map<String, String> checksums();
}
