package io.kumiki.kube.rest;

import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiFault;
import java.util.Locale;

/// In which form the client wants objects.
enum Negotiation {
    OBJECT,
    TABLE,
    /// Only metadata.
    PARTIAL;

    static Negotiation of(String accept) {
        if (accept.isBlank() || accept.equals(ApiAnswer.JSON)) {
            return OBJECT;
        }
        for (String range : accept.split(",")) {
            String[] parts = range.strip().toLowerCase(Locale.ROOT).split(";");
            String media = parts[0].strip();
            if (!media.equals("application/json")
                    && !media.equals("*/*")
                    && !media.equals("application/*")
                    && !media.equals("application/yaml")) {
                continue;
            }
            String as = "";
            String group = "";
            for (String part : parts) {
                String text = part.strip();
                if (text.startsWith("as=")) {
                    as = text.substring(3);
                } else if (text.startsWith("g=")) {
                    group = text.substring(2);
                }
            }
            if (as.isEmpty()) {
                return OBJECT;
            }
            if (group.equals("meta.k8s.io") && as.equals("table")) {
                return TABLE;
            }
            if (group.equals("meta.k8s.io") && as.startsWith("partialobjectmetadata")) {
                return PARTIAL;
            }
        }
        if (accept.contains("application/vnd.kubernetes.protobuf") || accept.contains("text/")) {
            return OBJECT;
        }
        throw ApiFault.notAcceptable("only the following media types are accepted: application/json, found: " + accept);
    }
}
