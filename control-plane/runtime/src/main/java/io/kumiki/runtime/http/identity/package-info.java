/// Who is calling: bearer tokens, loopback peers of our own user, one-time tickets.
/// Never reads a header that a caller could forge, except a token that is verified.
/// An Identity looks at one request and answers a Caller or nothing.
@NullMarked
package io.kumiki.runtime.http.identity;

import org.jspecify.annotations.NullMarked;
