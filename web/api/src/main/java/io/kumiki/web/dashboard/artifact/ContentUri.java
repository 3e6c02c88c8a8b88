package io.kumiki.web.dashboard.artifact;

import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.runtime.http.HttpFault;
import io.kumiki.store.objects.ObjectUri;

/// Where an artifact's bytes, or those of one file in it, are. A path can never leave the artifact.
final class ContentUri {
    private ContentUri() {}

    static ObjectUri of(ArtifactRecord artifact, String path) {
        ObjectUri uri = ObjectUri.parse(artifact.uri());
        if (path.isEmpty()) {
            return uri;
        }
        for (String segment : path.split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                throw HttpFault.badRequest("the path \"" + path + "\" names no file inside the artifact");
            }
        }
        return uri.resolve(path);
    }
}
