/// KFP's words on the wire: messages as protojson reads and writes them, errors, list parameters, page tokens.
/// Pure: bytes and trees in, records out.
@org.jspecify.annotations.NullMarked
package io.kumiki.web.kfp.wire;
