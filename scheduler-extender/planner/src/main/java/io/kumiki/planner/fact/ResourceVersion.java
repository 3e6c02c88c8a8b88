package io.kumiki.planner.fact;

/// Resource versions of one object are numbers that grow, of any length.
public final class ResourceVersion {
    private ResourceVersion() {}

    public static boolean isOlder(String version, String than) {
        return version.length() < than.length() || (version.length() == than.length() && version.compareTo(than) < 0);
    }
}
