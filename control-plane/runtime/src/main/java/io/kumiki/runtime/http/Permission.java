package io.kumiki.runtime.http;

/// What a route needs: a verb on a resource. Every route declares one; a listener refuses to start when one is
/// missing.
public record Permission(String verb, String resource) {
    /// Health, the page's own files: said aloud, so that forgetting is not the same as allowing.
    public static final Permission ANYONE = new Permission("*", "public");

    public static Permission may(String verb, String resource) {
        return new Permission(verb, resource);
    }

    boolean declared() {
        return !verb.isBlank() && !resource.isBlank();
    }
}
