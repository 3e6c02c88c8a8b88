package io.kumiki.web.kfp;

import io.kumiki.runtime.http.Body;

/// How large a body each kind of call takes.
final class Bodies {
    /// A colon verb: the SDK sends none, curl users send `{}`.
    static final Body VERB = Body.upTo(64 * 1024);
    static final Body MESSAGE = Body.upTo(1 << 20);
    /// A message with a pipeline spec in it.
    static final Body SPEC = Body.upTo(33L << 20);
    /// A package and its form.
    static final Body UPLOAD = Body.multipart(33L << 20);

    private Bodies() {}
}
