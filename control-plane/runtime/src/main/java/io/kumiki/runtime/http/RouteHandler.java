package io.kumiki.runtime.http;

/// Runs on a virtual thread of its own and may block. Whatever it throws becomes an answer in the surface's error
/// format.
@FunctionalInterface
public interface RouteHandler {
    Answer handle(Request request) throws Exception;
}
