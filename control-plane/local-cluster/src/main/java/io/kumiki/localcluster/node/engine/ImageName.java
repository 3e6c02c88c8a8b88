package io.kumiki.localcluster.node.engine;

import java.util.regex.Pattern;

/// An image reference: `[REGISTRY[:PORT]/]PATH[:TAG][@DIGEST]`.
///
/// @param tag empty when none is given
/// @param digest empty when none is given
public record ImageName(String repository, String tag, String digest) {
    private static final int LONGEST = 512;
    private static final Pattern WELL_FORMED = Pattern.compile("(?:[a-zA-Z0-9][a-zA-Z0-9.-]{0,254}(?::[0-9]{1,5})?/)?"
            + "[a-z0-9]+(?:[._-]{1,8}[a-z0-9]+)*+(?:/[a-z0-9]+(?:[._-]{1,8}[a-z0-9]+)*+)*+"
            + "(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@[a-z0-9+._-]{1,32}:[0-9a-fA-F]{32,128})?");

    public static boolean wellFormed(String image) {
        return image.length() <= LONGEST && WELL_FORMED.matcher(image).matches();
    }

    public static ImageName of(String image) {
        String rest = image;
        String digest = "";
        int at = rest.indexOf('@');
        if (at >= 0) {
            digest = rest.substring(at + 1);
            rest = rest.substring(0, at);
        }
        String tag = "";
        int colon = rest.lastIndexOf(':');
        if (colon > rest.lastIndexOf('/')) {
            tag = rest.substring(colon + 1);
            rest = rest.substring(0, colon);
        }
        return new ImageName(rest, tag, digest);
    }

    /// What the engine is asked for: without a tag it would fetch every image of the repository.
    public String exact() {
        if (!digest.isEmpty()) {
            return repository + "@" + digest;
        }
        return repository + ":" + (tag.isEmpty() ? "latest" : tag);
    }

    /// Whether what it names changes from day to day, so that it is fetched each time unless the pod says otherwise.
    public boolean moving() {
        return digest.isEmpty() && (tag.isEmpty() || tag.equals("latest"));
    }
}
